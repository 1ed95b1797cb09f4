import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { AcmeClient, ecKey, publicJwk, type Reply } from './testing/acme-client.ts';
import { useCaSim } from './testing/fixture.ts';

const fixture = useCaSim();
let client: AcmeClient;

beforeAll(async () => {
  client = await AcmeClient.registered(fixture().ca);
});

function refusal(reply: Reply): readonly [number, string] {
  expect(reply.headers['content-type']).toContain('application/problem+json');
  return [reply.status, String(reply.json.type).replace('urn:ietf:params:acme:error:', '')];
}

test('the directory announces profiles, CAA identity and renewal information', () => {
  expect(client.directory).toMatchObject({
    renewalInfo: expect.stringMatching(/^https:/),
    meta: {
      caaIdentities: ['lab-ca.invalid'],
      profiles: { classic: expect.any(String), tlsserver: expect.any(String), shortlived: expect.any(String) },
    },
  });
  expect(client.directory.meta).not.toHaveProperty('externalAccountRequired');
});

describe('nonces', () => {
  test('HEAD and GET give one each, not to be stored', async () => {
    const head = await client.send('HEAD', client.url('newNonce'));
    const get = await client.send('GET', client.url('newNonce'));

    expect([head.status, get.status]).toEqual([200, 204]);
    expect(head.headers['cache-control']).toBe('no-store');
    expect(head.headers['replay-nonce']).not.toBe(get.headers['replay-nonce']);
  });

  test('a nonce is good for one request, and the refusal brings a fresh one', async () => {
    const nonce = await client.nonce();

    const first = await client.post(client.kid ?? '', '', { header: { nonce } });
    const second = await client.post(client.kid ?? '', '', { header: { nonce } });
    const third = await client.post(client.kid ?? '', '', {
      header: { nonce: String(second.headers['replay-nonce']) },
    });

    expect(first.status).toBe(200);
    expect(refusal(second)).toEqual([400, 'badNonce']);
    expect(third.status).toBe(200);
  });

  test.each([{ nonce: 'bm90LW91cnM' }, { nonce: undefined }])(
    'a request with the nonce $nonce is refused',
    async (header) => {
      const reply = await client.post(client.kid ?? '', '', { header });

      expect(refusal(reply)).toEqual([400, 'badNonce']);
    },
  );
});

describe('signed requests', () => {
  test.each([
    {
      mistake: 'for another URL',
      choices: { header: { url: 'https://127.0.0.1/elsewhere' } },
      is: [403, 'unauthorized'],
    },
    { mistake: 'of another content type', choices: { contentType: 'application/json' }, is: [415, 'malformed'] },
    { mistake: 'with jwk beside kid', choices: { header: { jwk: { kty: 'EC' } } }, is: [400, 'malformed'] },
    { mistake: 'with neither jwk nor kid', choices: { header: { kid: undefined } }, is: [400, 'malformed'] },
    { mistake: 'with jwk where kid is due', choices: { signWith: 'jwk' }, is: [400, 'malformed'] },
    {
      mistake: 'with a kid of nobody',
      choices: { header: { kid: 'https://127.0.0.1/1' } },
      is: [400, 'accountDoesNotExist'],
    },
    { mistake: "by another key than the account's", choices: { key: ecKey() }, is: [400, 'malformed'] },
    {
      mistake: 'with an unprotected header',
      choices: { rewrite: (jws: object) => ({ ...jws, header: {} }) },
      is: [400, 'malformed'],
    },
    {
      mistake: 'with a list of signatures',
      choices: { rewrite: (jws: object) => ({ ...jws, signatures: [] }) },
      is: [400, 'malformed'],
    },
    {
      mistake: 'with padded base64',
      choices: { rewrite: (jws: object) => ({ ...jws, payload: 'e30=' }) },
      is: [400, 'malformed'],
    },
    {
      mistake: 'with another payload than was signed',
      choices: { rewrite: (jws: object) => ({ ...jws, payload: 'e30' }) },
      is: [400, 'malformed'],
    },
    { mistake: 'that are no JWS', choices: { rewrite: () => ['hello'] }, is: [400, 'malformed'] },
  ] as const)('$mistake are refused', async ({ choices, is }) => {
    const reply = await client.post(client.kid ?? '', '', choices);

    expect(refusal(reply)).toEqual(is);
  });

  test('by algorithms that are not offered are refused with the list of those that are', async () => {
    const header = Buffer.from(
      JSON.stringify({ alg: 'HS256', kid: client.kid, url: client.kid, nonce: await client.nonce() }),
    );
    const protectedHeader = header.toString('base64url');

    const reply = await client.post(client.kid ?? '', '', {
      rewrite: (jws) => ({ ...jws, protected: protectedHeader }),
    });

    expect(refusal(reply)).toEqual([400, 'badSignatureAlgorithm']);
    expect(reply.json.algorithms).toEqual(['RS256', 'ES256', 'ES384']);
  });

  test.each([
    { kind: 'RSA, 2048 bits', key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey },
    { kind: 'P-256', key: ecKey() },
    { kind: 'P-384', key: ecKey('P-384') },
  ])('by a key of the kind $kind are accepted', async ({ key }) => {
    const newcomer = await AcmeClient.connected(fixture().ca, key);

    const reply = await newcomer.register();

    expect(reply.status).toBe(201);
  });

  test('with a private key in the header are refused', async () => {
    const key = ecKey();
    const newcomer = await AcmeClient.connected(fixture().ca, key);
    const jwk = { ...(await publicJwk(key)), d: 'c2VjcmV0' };

    const reply = await newcomer.post(newcomer.url('newAccount'), {}, { signWith: 'jwk', header: { jwk } });

    expect(refusal(reply)).toEqual([400, 'badPublicKey']);
  });
});

describe('plain requests', () => {
  test('GET on a resource that needs a signature is refused', async () => {
    const reply = await client.send('GET', client.url('newOrder'));

    expect(refusal(reply)).toEqual([405, 'malformed']);
    expect(reply.headers.allow).toBe('POST');
  });

  test('a client that does not say who it is is refused', async () => {
    const reply = await client.send('GET', fixture().ca.directoryUrl, undefined, { 'user-agent': '' });

    expect(refusal(reply)).toEqual([400, 'malformed']);
  });

  test('requests are recorded by method and resource', async () => {
    const before = fixture().ca.requests().length;

    await client.read(client.kid ?? '');

    expect(fixture().ca.requests().slice(before)).toEqual([
      { method: 'HEAD', resource: 'newNonce' },
      { method: 'POST', resource: 'account' },
    ]);
  });
});
