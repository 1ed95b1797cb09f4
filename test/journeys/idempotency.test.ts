import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import type { Listening } from '../../backend/src/server.ts';
import { PASSWORD } from '../support/daemon.ts';
import { Journey } from '../support/journey.ts';

/** Whose keys those of this test are. */
const LOCAL = 'local:local operator';

let journey: Journey;
let server: Listening;

beforeAll(async () => {
  journey = await Journey.start();
  server = await journey.listen();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await journey[Symbol.asyncDispose]();
});

function post(path: string, key: string, body: unknown = {}): Promise<Response> {
  const headers = {
    authorization: `Bearer ${journey.secrets.accessToken.reveal()}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  return fetch(`${server.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function idOf(answer: Response): Promise<unknown> {
  return ((await answer.json()) as { readonly id: unknown }).id;
}

it('begins one renewal for two requests at once, and answers the same after a restart', {
  timeout: 60_000,
}, async () => {
  const path = `/connections/${journey.connection.id}/renewals`;
  const body = { goal: 'issue' };

  const both = await Promise.all([post(path, 'one', body), post(path, 'one', body)]);
  const ids = await Promise.all(both.map(idOf));
  await server[Symbol.asyncDispose]();
  await journey.restart();
  server = await journey.listen();
  const later = await post(path, 'one', body);
  const other = await post(path, 'one', { goal: 'validate' });

  expect(both.map(({ status }) => status)).toEqual([201, 201]);
  expect(both.map(({ headers }) => headers.get('location'))).toEqual([
    `/api/v1/renewals/${ids[0]}`,
    `/api/v1/renewals/${ids[0]}`,
  ]);
  expect(both.filter(({ headers }) => headers.has('idempotency-replayed'))).toHaveLength(1);
  expect([later.status, await idOf(later), ids[1]]).toEqual([201, ids[0], ids[0]]);
  expect(await journey.app.store.renewals.list({ limit: 10 })).toHaveLength(1);
  expect([other.status, await other.json()]).toEqual([
    422,
    expect.objectContaining({ code: 'IDEMPOTENCY_KEY_REUSED' }),
  ]);
});

it('leaves a key free whose request was refused', async () => {
  const rules = { zone: 'UTC', openings: [{ days: ['sat'], start: '02:00', minutes: 60 }] };
  await post('/calendars', 'first', { name: 'Taken', ...rules });

  const refused = await post('/calendars', 'again', { name: 'Taken', ...rules });
  const taken = await post('/calendars', 'again', { name: 'Free', ...rules });

  expect([refused.status, taken.status]).toEqual([409, 201]);
});

it('refuses a key whose request was cut off by a restart, and forgets it after a day', async () => {
  const { idempotency } = journey.app.store;
  const body = { name: 'Cut off', zone: 'UTC', openings: [{ days: ['sat'], start: '02:00', minutes: 60 }] };
  const name = { caller: LOCAL, key: 'cut' };
  await post('/calendars', 'cut', body);
  const { answer, ...asked } = (await idempotency.take({ ...name, request: '', at: '2026-01-01T00:00:00.000Z' })) ?? {};
  const row = { ...name, request: '', at: '', ...asked };
  await idempotency.prune('9');
  await idempotency.take({ ...row, at: new Date().toISOString() });

  const refused = await post('/calendars', 'cut', body);
  await idempotency.prune('9');
  await idempotency.take({ ...row, at: '2026-01-01T00:00:00.000Z' });
  const dayAfter = await post('/calendars', 'cut', { ...body, name: 'Another' });

  expect([answer?.status, refused.status, dayAfter.status]).toEqual([201, 409, 201]);
});

it('tells of the renewal that a request has begun, when it was cut off before its answer', {
  timeout: 60_000,
}, async () => {
  const path = `/connections/${journey.connection.id}/renewals`;
  const body = { goal: 'issue' };
  const [before] = await journey.app.store.renewals.list({ limit: 1 });
  if (before) await journey.ended(before.id);
  const id = await idOf(await post(path, 'begun', body));
  await journey.ended(String(id));
  await cutOff('begun');
  await restart();

  const again = await post(path, 'begun', body);
  const replayed = await post(path, 'begun', body);

  expect([again.status, again.headers.get('location'), await idOf(again)]).toEqual([201, `/api/v1/renewals/${id}`, id]);
  expect([again, replayed].map(({ headers }) => headers.has('idempotency-replayed'))).toEqual([false, true]);
  expect((await journey.app.store.renewals.list({ limit: 10 })).filter((row) => row.id === id)).toHaveLength(1);
});

it('registers and renews what is kept for download once', { timeout: 60_000 }, async () => {
  const { issuer, dns } = labConnection(journey.lab);
  const registration = { names: ['kept.lab.example.com'], issuer, dns };
  const registered = await post('/certificates', 'kept', registration);
  const id = await idOf(registered);
  await cutOff('kept');
  await restart();

  const again = await post('/certificates', 'kept', registration);
  const [first] = await journey.app.store.renewals.list({ connectionId: Number(id), limit: 10 });
  await journey.ended(first?.id ?? '');
  const renewed = await post(`/certificates/managed/${id}/renew`, 'renew', {});
  const twice = await post(`/certificates/managed/${id}/renew`, 'renew', {});

  expect([registered.status, again.status, await idOf(again)]).toEqual([201, 201, id]);
  expect([renewed.status, twice.status]).toEqual([202, 202]);
  expect(await journey.app.store.renewals.list({ connectionId: Number(id), limit: 10 })).toHaveLength(2);
});

it.each([
  ['POST', '/users', { name: 'once', password: PASSWORD, role: 'viewer' }, 201],
  ['POST', '/lab/connection', {}, 201],
])('%s %s is done once for a key', async (_method, path, body, status) => {
  const first = await post(path, `once ${path}`.replace(' ', ':'), body);
  const again = await post(path, `once ${path}`.replace(' ', ':'), body);

  expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([status, status, 'true']);
  expect(await idOf(again)).toBe(await idOf(first));
});

it('imports a file once for a key', async () => {
  const headers = { authorization: `Bearer ${journey.secrets.accessToken.reveal()}` };
  const file = await (await fetch(`${server.url}/api/v1/connections/export`, { headers })).json();

  const answers = [
    await post('/connections/import', 'file', { file }),
    await post('/connections/import', 'file', { file }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(answers.map(({ headers: sent }) => sent.has('idempotency-replayed'))).toEqual([false, true]);
});

it.each([
  ['a token, which is shown once', '/tokens', { name: 'a', role: 'viewer', connectionIds: null, expiresInDays: 1 }],
  ['what begins nothing', '/calendars/preview', { zone: 'UTC', openings: [] }],
])('is refused for %s', async (_what, path, body) => {
  const answer = await post(path, 'dropped', body);

  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.objectContaining({ code: 'BAD_REQUEST', detail: expect.stringContaining('Idempotency-Key') }),
  ]);
});

it('keeps no digest at which passwords could be guessed', async () => {
  const body = { name: 'guess', password: PASSWORD, role: 'viewer' };
  await post('/users', 'guess', body);

  const row = await journey.app.store.idempotency.take({ caller: LOCAL, key: 'guess', request: '', at: '' });

  const plain = createHash('sha256')
    .update(JSON.stringify(['POST', '/api/v1/users', body]))
    .digest('hex');
  expect(row?.request).toMatch(/^[\da-f]{64}$/);
  expect(row?.request).not.toBe(plain);
});

/** As when the daemon was stopped after the change, and before its answer. */
async function cutOff(key: string): Promise<void> {
  const { idempotency } = journey.app.store;
  const taken = await idempotency.take({ caller: LOCAL, key, request: '', at: '' });
  if (!taken) throw new Error(`Nobody has the key ${key}.`);
  const { answer: _, renewal, ...row } = taken;
  await idempotency.prune('9');
  await idempotency.take(row);
  if (renewal) await idempotency.began(row, renewal);
}

async function restart(): Promise<void> {
  await server[Symbol.asyncDispose]();
  await journey.restart();
  server = await journey.listen();
}
