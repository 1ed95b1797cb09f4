import { beforeAll, describe, expect, test } from 'vitest';
import { AcmeClient, type Reply } from './testing/acme-client.ts';
import { certIdOfPem } from './testing/cert-id.ts';
import { newCsr } from './testing/csr.ts';
import { useCaSim } from './testing/fixture.ts';
import { finalize, obtain, prove, proveAll } from './testing/issuance.ts';

const fixture = useCaSim();
const remembering = useCaSim({ authorizationReuse: true });
let client: AcmeClient;

beforeAll(async () => {
  client = await AcmeClient.registered(fixture().ca);
});

function refusal(reply: Reply): readonly [number, string] {
  return [reply.status, String(reply.json.type).replace('urn:ietf:params:acme:error:', '')];
}

describe('newOrder', () => {
  test.each([
    { name: 'node.local', is: 'rejectedIdentifier' },
    { name: '192.0.2.1', is: 'rejectedIdentifier' },
    { name: 'cucm', is: 'rejectedIdentifier' },
    { name: 'under_score.example.com', is: 'malformed' },
    { name: 'a.*.example.com', is: 'malformed' },
    { name: '*.com', is: 'malformed' },
    { name: '-a.example.com', is: 'malformed' },
    { name: 'example.com.', is: 'malformed' },
  ])('refuses the name $name', async ({ name, is }) => {
    expect(refusal(await client.order([name]))).toEqual([400, is]);
  });

  test('refuses identifiers other than DNS names', async () => {
    const reply = await client.order([], { identifiers: [{ type: 'ip', value: '192.0.2.1' }] });

    expect(refusal(reply)).toEqual([400, 'unsupportedIdentifier']);
  });

  test('names each of several bad identifiers in a subproblem', async () => {
    const reply = await client.order(['good.example.com', 'cucm', 'node.local']);

    expect(refusal(reply)).toEqual([400, 'rejectedIdentifier']);
    expect(reply.json.subproblems).toMatchObject([
      { type: 'urn:ietf:params:acme:error:rejectedIdentifier', identifier: { type: 'dns', value: 'cucm' } },
      { type: 'urn:ietf:params:acme:error:rejectedIdentifier', identifier: { type: 'dns', value: 'node.local' } },
    ]);
  });

  test.each([
    { members: { notAfter: '2030-01-01T00:00:00Z' }, is: [400, 'malformed'] },
    { members: { notBefore: '2030-01-01T00:00:00Z' }, is: [400, 'malformed'] },
    { members: { profile: 'tlsclient' }, is: [400, 'invalidProfile'] },
    { members: { replaces: 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE' }, is: [404, 'malformed'] },
    { members: { identifiers: [] }, is: [400, 'malformed'] },
  ])('refuses $members', async ({ members, is }) => {
    expect(refusal(await client.order(['one.example.com'], members))).toEqual(is);
  });

  test('refuses more names than the profile allows', async () => {
    const names = Array.from({ length: 26 }, (_, index) => `n${index}.example.com`);

    const replies = [await client.order(names, { profile: 'tlsserver' }), await client.order(names)];

    expect(replies.map(({ status }) => status)).toEqual([400, 201]);
  });

  test('lower-cases names and takes each once', async () => {
    const reply = await client.order(['B.Example.com', 'a.example.com', 'b.example.com']);

    expect(reply.json.identifiers.map(({ value }: { value: string }) => value)).toEqual([
      'a.example.com',
      'b.example.com',
    ]);
    expect(reply.json.authorizations).toHaveLength(2);
  });

  test('asks for a new proof each time, unless it remembers proofs', async () => {
    const forgetful = { client, dns: fixture().dns };
    const mindful = { client: await AcmeClient.registered(remembering().ca), dns: remembering().dns };

    const statuses: string[] = [];
    for (const { client: account, dns } of [forgetful, mindful]) {
      await proveAll(account, dns, await account.order(['again.example.com']));
      statuses.push((await account.order(['again.example.com'])).json.status);
    }

    expect(statuses).toEqual(['pending', 'ready']);
  });

  test('becomes invalid when an authorization is deactivated', async () => {
    const order = await client.order(['given-up.example.com']);

    await client.post(order.json.authorizations[0], { status: 'deactivated' });

    expect((await client.read(String(order.headers.location))).json.status).toBe('invalid');
  });
});

describe('finalize', () => {
  const names = ['a.final.example.com', 'b.final.example.com'];
  let ready: Reply;

  beforeAll(async () => {
    ready = await proveAll(client, fixture().dns, await client.order(names));
  });

  test('is refused while a proof is missing', async () => {
    const order = await client.order(names);

    const half = await prove(client, fixture().dns, order.json.authorizations[0]);
    const reply = await finalize(client, order, { dnsNames: names });

    expect(half.json.status).toBe('valid');
    expect(refusal(reply)).toEqual([403, 'orderNotReady']);
  });

  test.each([
    { flaw: 'a missing name', wish: { dnsNames: ['a.final.example.com'] } },
    { flaw: 'an additional name', wish: { dnsNames: [...names, 'c.final.example.com'] } },
    { flaw: 'a foreign common name', wish: { dnsNames: names, commonName: 'host-ms.example.com' } },
    { flaw: 'an IP address', wish: { dnsNames: names, otherNames: [{ type: 'ip' as const, value: '192.0.2.1' }] } },
    {
      flaw: 'a mail address',
      wish: { dnsNames: names, otherNames: [{ type: 'email' as const, value: 'a@example.com' }] },
    },
    { flaw: 'a short RSA key', wish: { dnsNames: names, key: 'rsa1024' as const } },
    { flaw: 'SHA-1', wish: { dnsNames: names, key: 'rsa2048' as const, hash: 'SHA-1' } },
  ])('refuses a CSR with $flaw', async ({ wish }) => {
    expect(refusal(await finalize(client, ready, wish))).toEqual([400, 'badCSR']);
  });

  test('refuses a CSR with a wrong signature, or none at all', async () => {
    const { der } = await newCsr({ dnsNames: names });
    der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);

    const forged = await client.post(ready.json.finalize, { csr: der.toString('base64url') });
    const garbage = await client.post(ready.json.finalize, { csr: 'AAAA' });

    expect([forged, garbage].map(refusal)).toEqual([
      [400, 'badCSR'],
      [400, 'badCSR'],
    ]);
  });

  test('works once', async () => {
    const order = await proveAll(client, fixture().dns, await client.order(['once.example.com']));
    const csr = { csr: (await newCsr({ commonName: 'once.example.com' })).der.toString('base64url') };

    const replies = await Promise.all([client.post(order.json.finalize, csr), client.post(order.json.finalize, csr)]);

    expect(replies.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect(
      fixture()
        .ca.issued()
        .filter(({ dnsNames }) => dnsNames.includes('once.example.com')),
    ).toHaveLength(1);
  });
});

describe('replaces', () => {
  async function certIdOf(owner: AcmeClient, name: string): Promise<string> {
    const order = await obtain(owner, fixture().dns, [name]);
    return certIdOfPem((await owner.read(order.json.certificate)).text);
  }

  test('is taken once for a certificate of the account, and echoed', async () => {
    const replaces = await certIdOf(client, 'renew.example.com');

    const first = await client.order(['renew.example.com'], { replaces });
    const second = await client.order(['renew.example.com'], { replaces });

    expect(first.json.replaces).toBe(replaces);
    expect(refusal(second)).toEqual([409, 'alreadyReplaced']);
  });

  test('is free again when the order that took it failed', async () => {
    const replaces = await certIdOf(client, 'retry.example.com');
    const first = await client.order(['retry.example.com'], { replaces });

    await client.post(first.json.authorizations[0], { status: 'deactivated' });
    const second = await client.order(['retry.example.com'], { replaces });

    expect(second.status).toBe(201);
  });

  test('is refused for another account, or without a name in common', async () => {
    const replaces = await certIdOf(client, 'owned.example.com');
    const stranger = await AcmeClient.registered(fixture().ca);

    const foreign = await stranger.order(['owned.example.com'], { replaces });
    const unrelated = await client.order(['other.example.com'], { replaces });

    expect([foreign, unrelated].map(refusal)).toEqual([
      [403, 'unauthorized'],
      [400, 'malformed'],
    ]);
  });
});
