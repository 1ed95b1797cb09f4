import { beforeEach, expect, test } from 'vitest';
import { AcmeClient } from './testing/acme-client.ts';
import { useCaSim } from './testing/fixture.ts';
import { finalize, proveAll, settled } from './testing/issuance.ts';

const fixture = useCaSim({ rateLimitRetryAfterSeconds: 7, processingMs: 200 });
let client: AcmeClient;

beforeEach(async () => {
  client = await AcmeClient.registered(fixture().ca);
});

test('ca-rate-limited refuses one order and says when to come back', async () => {
  fixture().faults.on('ca-rate-limited');

  const first = await client.order(['limited.example.com']);
  const second = await client.order(['limited.example.com']);

  expect(first.status).toBe(429);
  expect(first.json.type).toBe('urn:ietf:params:acme:error:rateLimited');
  expect(first.headers['retry-after']).toBe('7');
  expect(second.status).toBe(201);
});

test('ca-processing keeps the order back for a while, with Retry-After', async () => {
  fixture().faults.on('ca-processing');
  const order = await proveAll(client, fixture().dns, await client.order(['slow.example.com']));

  const finalized = await finalize(client, order, { dnsNames: ['slow.example.com'] });
  const polled = await client.read(String(order.headers.location));
  const valid = await settled(client, String(order.headers.location));

  for (const reply of [finalized, polled]) {
    expect(reply.json.status).toBe('processing');
    expect(reply.headers['retry-after']).toBe('1');
    expect(reply.json).not.toHaveProperty('certificate');
  }
  expect(valid.json).toMatchObject({ status: 'valid', certificate: expect.any(String) });
});

test('ca-bad-nonce refuses every other request', async () => {
  fixture().faults.on('ca-bad-nonce');

  const statuses: number[] = [];
  for (let request = 0; request < 4; request++) statuses.push((await client.read(client.kid ?? '')).status);
  fixture().faults.off('ca-bad-nonce');

  expect(statuses).toEqual([400, 200, 400, 200]);
});

test('ca-account-gone forgets every account once', async () => {
  const other = await AcmeClient.registered(fixture().ca);
  const kid = client.kid;
  fixture().faults.on('ca-account-gone');

  const gone = await client.order(['gone.example.com']);
  const alsoGone = await other.read(other.kid ?? '');
  const registered = await client.register();
  const order = await client.order(['gone.example.com']);

  expect([gone, alsoGone].map(({ json }) => json.type)).toEqual(
    Array(2).fill('urn:ietf:params:acme:error:accountDoesNotExist'),
  );
  expect(registered.status).toBe(201);
  expect(client.kid).not.toBe(kid);
  expect(order.status).toBe(201);
});

test('a listener may switch a fault on as soon as a request was received', async () => {
  const seen: string[] = [];
  const stop = fixture().exchanges.listen((name, phase) => {
    seen.push(`${name} ${phase} ${fixture().faults.has('ca-rate-limited')}`);
    if (phase === 'received') fixture().faults.on('ca-rate-limited');
  });

  const reply = await client.order(['held.example.com']);
  stop();

  expect(reply.status).toBe(429);
  expect(seen).toEqual(['ca.newOrder received false']);
});
