import { createHash } from 'node:crypto';
import { type CaaQuestion, checkCaa } from './caa.ts';
import { type DnsClient, DnsFailure, type RecordOf } from './dns-query.ts';
import { Problem } from './problem.ts';

export interface Proof extends CaaQuestion {
  /** token.thumbprint */
  readonly keyAuthorization: string;
}

/** dns-01 (RFC 8555 section 8.4), really looked up. @throws Problem unauthorized, dns, caa */
export async function validateDns01(proof: Proof, dns: DnsClient, signal: AbortSignal): Promise<void> {
  const expected = createHash('sha256').update(proof.keyAuthorization).digest('base64url');
  const recordName = `_acme-challenge.${proof.name}`;
  const values = await textValues(recordName, dns, signal);
  if (!values.includes(expected)) throw wrongValues(recordName, values);
  await checkCaa(proof, dns, signal);
}

async function textValues(name: string, dns: DnsClient, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return (await dns.records(name, 'TXT', signal)).map(textOf);
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error;
    throw new Problem('dns', `DNS problem: ${error.message}`);
  }
}

function textOf({ data }: RecordOf): string {
  const parts: readonly unknown[] = Array.isArray(data) ? data : [data];
  return parts.map(String).join('');
}

function wrongValues(name: string, values: readonly string[]): Problem {
  const [first, ...others] = values;
  if (first === undefined) return new Problem('unauthorized', `No TXT record found at ${name}`);
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return new Problem('unauthorized', `Incorrect TXT record "${first.slice(0, 100)}"${more} found at ${name}`);
}
