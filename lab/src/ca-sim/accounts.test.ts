import { describe, expect, test } from 'vitest';
import { AcmeClient, ecKey, externalAccountBinding, publicJwk, type Reply } from './testing/acme-client.ts';
import { useCaSim } from './testing/fixture.ts';

const SECRET = Buffer.from('a secret that is long enough for HS256').toString('base64url');

const open = useCaSim();
const closed = useCaSim({ eab: { 'kid-1': SECRET } });

function refusal(reply: Reply): readonly [number, string] {
  return [reply.status, String(reply.json.type).replace('urn:ietf:params:acme:error:', '')];
}

describe('newAccount', () => {
  test('creates an account, and returns the same one the next time', async () => {
    const client = await AcmeClient.connected(open().ca);

    const created = await client.register({ contact: ['mailto:ops@example.com'] });
    const again = await client.register({ onlyReturnExisting: true });

    expect([created.status, again.status]).toEqual([201, 200]);
    expect(again.headers.location).toBe(created.headers.location);
    expect(again.json).toMatchObject({ status: 'valid', contact: ['mailto:ops@example.com'] });
    expect(open().exchanges.count('ca.newAccount')).toBe(1);
  });

  test.each([
    { wanted: { onlyReturnExisting: true }, is: [400, 'accountDoesNotExist'] },
    { wanted: { termsOfServiceAgreed: false }, is: [400, 'malformed'] },
    { wanted: { contact: ['tel:+1'] }, is: [400, 'unsupportedContact'] },
    { wanted: { contact: ['mailto:a@example.com,b@example.com'] }, is: [400, 'invalidContact'] },
    { wanted: { contact: 'mailto:a@example.com' }, is: [400, 'malformed'] },
  ])('refuses $wanted', async ({ wanted, is }) => {
    const client = await AcmeClient.connected(open().ca);

    expect(refusal(await client.register(wanted))).toEqual(is);
  });
});

describe('account', () => {
  test('takes new contacts and lists its orders', async () => {
    const client = await AcmeClient.registered(open().ca);
    const order = await client.order(['listed.example.com']);

    const updated = await client.post(client.kid ?? '', { contact: ['mailto:new@example.com'] });
    const orders = await client.read(updated.json.orders);

    expect(updated.json.contact).toEqual(['mailto:new@example.com']);
    expect(orders.json).toEqual({ orders: [order.headers.location] });
  });

  test('is of no use once it is deactivated', async () => {
    const client = await AcmeClient.registered(open().ca);

    const deactivated = await client.post(client.kid ?? '', { status: 'deactivated' });
    const order = await client.order(['late.example.com']);
    const again = await client.register();

    expect(deactivated.json.status).toBe('deactivated');
    expect(refusal(order)).toEqual([401, 'unauthorized']);
    expect(refusal(again)).toEqual([401, 'unauthorized']);
  });

  test('does not show itself to another account', async () => {
    const [client, other] = [await AcmeClient.registered(open().ca), await AcmeClient.registered(open().ca)];

    expect(refusal(await client.read(other.kid ?? ''))).toEqual([404, 'malformed']);
  });

  test('is gone after the CA forgot its accounts', async () => {
    const known = await AcmeClient.registered(open().ca);

    open().ca.forgetAccounts();

    expect(refusal(await known.read(known.kid ?? ''))).toEqual([400, 'accountDoesNotExist']);
  });
});

describe('keyChange', () => {
  async function change(client: AcmeClient, members: Record<string, unknown> = {}, header = {}, key = ecKey()) {
    const url = client.url('keyChange');
    const payload = { account: client.kid, oldKey: await publicJwk(client.key), ...members };
    const inner = await client.sign(JSON.stringify(payload), { url, ...header }, { signWith: 'jwk', key });
    return { reply: await client.post(url, inner), key };
  }

  test('moves the account to the new key', async () => {
    const client = await AcmeClient.registered(open().ca);

    const { reply, key } = await change(client);
    const withOldKey = await client.read(client.kid ?? '');
    client.key = key;
    const withNewKey = await client.read(client.kid ?? '');

    expect(reply.status).toBe(200);
    expect(withOldKey.status).toBe(400);
    expect(withNewKey.status).toBe(200);
  });

  test.each([
    { mistake: 'another account', members: { account: 'https://127.0.0.1/other' }, header: {} },
    { mistake: 'another URL', members: {}, header: { url: 'https://127.0.0.1/other' } },
    { mistake: 'a nonce of its own', members: {}, header: { nonce: 'bm9uY2U' } },
  ])('refuses an inner JWS with $mistake', async ({ members, header }) => {
    const client = await AcmeClient.registered(open().ca);

    const { reply } = await change(client, members, header);

    expect(refusal(reply)).toEqual([400, 'malformed']);
  });

  test('refuses another old key than the account has', async () => {
    const client = await AcmeClient.registered(open().ca);

    const { reply } = await change(client, { oldKey: await publicJwk(ecKey()) });

    expect(refusal(reply)).toEqual([400, 'malformed']);
  });

  test('refuses the key of another account, and says whose', async () => {
    const [client, other] = [await AcmeClient.registered(open().ca), await AcmeClient.registered(open().ca)];

    const { reply } = await change(client, {}, {}, other.key);

    expect(reply.status).toBe(409);
    expect(reply.headers.location).toBe(other.kid);
  });
});

describe('external account binding', () => {
  test('is announced and demanded', async () => {
    const client = await AcmeClient.connected(closed().ca);

    const reply = await client.register();

    expect(client.directory.meta).toMatchObject({ externalAccountRequired: true });
    expect(refusal(reply)).toEqual([403, 'externalAccountRequired']);
  });

  test('opens an account', async () => {
    const client = await AcmeClient.connected(closed().ca);
    const binding = await externalAccountBinding('kid-1', SECRET, client.key, client.url('newAccount'));

    const reply = await client.register({ externalAccountBinding: binding });

    expect(reply.status).toBe(201);
  });

  test.each([
    { mistake: 'an unknown kid', kid: 'kid-2', secret: SECRET, is: [403, 'unauthorized'] },
    { mistake: 'another secret', kid: 'kid-1', secret: 'YW5vdGhlciBzZWNyZXQ', is: [403, 'unauthorized'] },
    { mistake: 'another account key', kid: 'kid-1', secret: SECRET, key: ecKey(), is: [400, 'malformed'] },
    { mistake: 'another URL', kid: 'kid-1', secret: SECRET, url: 'https://127.0.0.1/', is: [400, 'malformed'] },
  ])('is refused with $mistake', async ({ kid, secret, key, url, is }) => {
    const client = await AcmeClient.connected(closed().ca);
    const binding = await externalAccountBinding(kid, secret, key ?? client.key, url ?? client.url('newAccount'));

    const reply = await client.register({ externalAccountBinding: binding });

    expect(refusal(reply)).toEqual(is);
  });
});
