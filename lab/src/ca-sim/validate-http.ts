import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { checkCaa } from './caa.ts';
import { type DnsClient, DnsFailure } from './dns-query.ts';
import { Problem } from './problem.ts';
import type { Proof } from './validate.ts';

const TIMEOUT_MS = 5_000;

/**
 * http-01 (RFC 8555 section 8.3), really fetched: at the first address, IPv6 before IPv4, without following redirects.
 *
 * @throws Problem unauthorized, connection, dns, caa
 */
export async function validateHttp01(
  proof: Proof & { readonly token: string },
  { dns, httpPort }: { readonly dns: DnsClient; readonly httpPort: number },
  signal: AbortSignal,
): Promise<void> {
  const [address] = await addressesOf(proof.name, dns, signal);
  if (address === undefined) throw new Problem('dns', `No A or AAAA record for ${proof.name}`);
  const { status, body } = await fetched(proof.name, address, proof.token, httpPort, signal);
  if (status !== 200) throw new Problem('unauthorized', `Invalid response from http://${proof.name}: ${status}`);
  if (body.trimEnd() !== proof.keyAuthorization) {
    throw new Problem(
      'unauthorized',
      `The file at ${proof.name} does not hold the key authorization: "${body.slice(0, 80)}"`,
    );
  }
  await checkCaa(proof, dns, signal);
}

async function addressesOf(name: string, dns: DnsClient, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const answers = await Promise.all([dns.records(name, 'AAAA', signal), dns.records(name, 'A', signal)]);
    return answers.flat().map(({ data }) => String(data));
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error;
    throw new Problem('dns', `DNS problem: ${error.message}`);
  }
}

async function fetched(name: string, address: string, token: string, port: number, signal: AbortSignal) {
  try {
    const asked = get({
      host: address,
      port,
      path: `/.well-known/acme-challenge/${token}`,
      headers: { host: name },
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    // What `response` gives is known to node:http alone.
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 0, body: await text(answer) };
  } catch (error) {
    signal.throwIfAborted();
    throw new Problem('connection', `${address} port ${port}: ${error instanceof Error ? error.message : error}`);
  }
}
