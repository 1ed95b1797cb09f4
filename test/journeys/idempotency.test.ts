import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Listening } from '../../backend/src/server.ts';
import { Journey } from '../support/journey.ts';

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
  const name = { caller: 'local:local operator', key: 'cut' };
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
