import { vi } from 'vitest';
import type { AcmeClient, Reply } from './acme-client.ts';
import { type CsrWish, newCsr } from './csr.ts';
import type { DnsResponder } from './dns-responder.ts';

/** Proves every pending authorization of the order and returns the order as it is then. */
export async function proveAll(client: AcmeClient, dns: DnsResponder, order: Reply): Promise<Reply> {
  for (const url of order.json.authorizations) await prove(client, dns, url);
  return client.read(String(order.headers.location));
}

/** Puts the record in place, responds to the dns-01 challenge and returns the settled authorization. */
export async function prove(client: AcmeClient, dns: DnsResponder, url: string): Promise<Reply> {
  const authorization = await client.read(url);
  if (authorization.json.status !== 'pending') return authorization;
  const challenge = dns01(authorization);
  dns.addText(`_acme-challenge.${authorization.json.identifier.value}`, await client.dnsValue(challenge.token));
  return respond(client, url);
}

/** Responds to the dns-01 challenge, whatever the DNS says, and returns the settled authorization. */
export async function respond(client: AcmeClient, url: string): Promise<Reply> {
  await client.post(dns01(await client.read(url)).url, {});
  return settled(client, url);
}

export function dns01(authorization: Reply): { url: string; token: string; status: string } {
  return authorization.json.challenges.find(({ type }: { type: string }) => type === 'dns-01');
}

/** The resource once it is neither pending nor processing. */
export async function settled(client: AcmeClient, url: string): Promise<Reply> {
  return vi.waitFor(
    async () => {
      const reply = await client.read(url);
      if (['pending', 'processing'].includes(reply.json.status)) throw new Error(`${url} is ${reply.json.status}`);
      return reply;
    },
    { timeout: 10_000, interval: 20 },
  );
}

export async function finalize(client: AcmeClient, order: Reply, wish: CsrWish): Promise<Reply> {
  const csr = await newCsr(wish);
  return client.post(order.json.finalize, { csr: csr.der.toString('base64url') });
}

/** From nothing to the finalised order. */
export async function obtain(
  client: AcmeClient,
  dns: DnsResponder,
  names: readonly string[],
  members: Readonly<Record<string, unknown>> = {},
): Promise<Reply> {
  const order = await proveAll(client, dns, await client.order(names, members));
  return finalize(client, order, { dnsNames: names });
}
