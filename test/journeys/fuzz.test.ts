import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { csrfToken } from '../../backend/src/access/sessions.ts';
import type { ApiDocument } from '../../backend/src/api/openapi/document.ts';
import { UNDOCUMENTED } from '../../backend/src/api/problem.ts';
import { type Listening, listen } from '../../backend/src/server.ts';
import type { Caller } from '../support/daemon.ts';
import { bare, type FuzzCaller, fuzz, trickle } from '../support/fuzz.ts';
import { Journey } from '../support/journey.ts';
import { operationsOf } from '../support/openapi.ts';

/** `npm run fuzz` sends more. A failure prints the requests; the same seed sends them again. */
const REQUESTS = Number(process.env.CERTFERRY_FUZZ_REQUESTS ?? 2_000);
const SEED = Number(process.env.CERTFERRY_FUZZ_SEED ?? 20_261_122);

/** Of the routes, 2,000 requests get into a good half. */
const ACCEPTED_SHARE = 0.4;

let journey: Journey;
let server: Listening;

beforeAll(async () => {
  journey = await Journey.start({ overrides: { loginsPerMinute: 1_000_000 } });
  server = await journey.listen();
});
afterAll(async () => {
  const data = journey.app.config.dataDir;
  // A backup that was asked for is still being made.
  await vi.waitFor(
    async () => expect((await readdir(data)).filter((name) => name.startsWith('.'))).toEqual([]),
    20_000,
  );
  await server[Symbol.asyncDispose]();
  await journey[Symbol.asyncDispose]();
});

function admin(): Caller {
  return { authorization: `Bearer ${journey.secrets.accessToken.reveal()}` };
}

/** A new one where the last was revoked on the way. */
async function viewer(): Promise<Caller> {
  const { tokens } = journey.app.access;
  const input = { name: 'fuzz', role: 'viewer', connectionIds: null, expiresInDays: 1 } as const;
  return { authorization: `Bearer ${(await tokens.create(input, 'a test')).secret.reveal()}` };
}

/** A browser in which an administrator has logged in, whatever was done to the account meanwhile. */
async function session(): Promise<string> {
  // Of two requests at once that find it removed, one makes it.
  const { id } = await journey.user('fuzz').catch(() => journey.user('fuzz'));
  const able = { disabled: false, role: 'admin', scope: 'all', passwordTemporary: false } as const;
  await journey.app.store.access.users.update(id, able);
  return await journey.session('fuzz');
}

function cookie(secret: string): Caller {
  return { cookie: `certferry-${new URL(server.url).port}=${secret}` };
}

async function browser(): Promise<Caller> {
  const secret = await session();
  return { ...cookie(secret), 'x-csrf-token': csrfToken(secret) };
}

/** What a page of another site can make it send. */
async function forged(): Promise<Caller> {
  return cookie(await session());
}

async function get(path: string): Promise<Response> {
  return await fetch(`${server.url}${path}`, { headers: admin() });
}

it(`answers ${REQUESTS} odd requests as the document says`, { timeout: 30_000 + REQUESTS * 30 }, async () => {
  const document = (await (await get('/api/v1/openapi.json')).json()) as ApiDocument;
  const asViewer = await viewer();
  const callers: Record<string, FuzzCaller> = {
    admin: { weight: 5, headers: async () => admin() },
    browser: { weight: 4, headers: browser },
    forged: { weight: 1, headers: forged, forged: true },
    viewer: { weight: 1, headers: async () => asViewer },
    nobody: { weight: 1, headers: async () => ({}) },
  };
  const hidden = [journey.folder, process.cwd()];

  const started = performance.now();
  const figures = await fuzz({ url: server.url, document, callers, requests: REQUESTS, seed: SEED, hidden });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);

  const fifth = (figures.byClass['5xx'] ?? 0) - Object.values(figures.otherSides).reduce((sum, one) => sum + one, 0);
  console.log(
    `fuzz: ${figures.sent} requests in ${seconds} s, ${figures.unsent} more that no client sends, ${JSON.stringify(figures.byClass)}, 5xx: ${fifth}`,
    `(502 to 504 that name the other side: ${JSON.stringify(figures.otherSides)}), seed ${SEED}`,
  );
  const routes = operationsOf(document).length;
  console.log(`fuzz: ${figures.accepted} of ${routes} routes accepted at least one request`);
  expect(figures.troubles).toEqual([]);
  expect(fifth).toBe(0);
  expect(figures.sent).toBeGreaterThan(REQUESTS * 0.9);
  // Otherwise everything could be refused before a handler is met.
  expect(figures.accepted).toBeGreaterThan(routes * ACCEPTED_SHARE);
  const suspicious = journey.logLines.filter((line) => line.includes(UNDOCUMENTED) || line.includes('by a defect'));
  expect(suspicious).toEqual([]);
  expect((await get('/api/v1/session')).status).toBe(200);
  expect((await get('/healthz')).status).toBe(200);
});

it.each([
  ['no HTTP', 'hello\r\n\r\n'],
  ['half a request line', 'GET /api/v1/conn'],
  ['a request without a host', 'GET /api/v1/connections HTTP/1.1\r\n\r\n'],
  ['two lengths', 'POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
  [
    'a length beside chunks',
    'POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a length that is none', 'POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{}'],
  [
    'less body than was said',
    'POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"user":',
  ],
  ['control characters in a header', 'GET /api/v1/session HTTP/1.1\r\nHost: a\r\nX: \u0001\u0000\r\n\r\n'],
  ['control characters in the address', 'GET /api/v1/\u0001\u007f HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an absolute address', 'GET http://evil.example/api/v1/session HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['a proxy request', 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\n${'X-A: b\r\n'.repeat(3_000)}\r\n`],
  [
    'a broken chunk',
    'POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n',
  ],
])('comes to an end with %s', async (_what, bytes) => {
  const answer = await bare(server.url, bytes);

  // Nothing at all: the daemon hung up. Without a host Node.js answers by itself, and says nothing.
  expect(answer).toMatch(/^$|^HTTP\/1\.1 4\d\d /);
  expect(answer === '' || answer.includes('application/problem+json') || answer.endsWith('\r\n0\r\n\r\n')).toBe(true);
  expect((await get('/healthz')).status).toBe(200);
});

it.each([
  ['a body that trickles', 'Content-Length: 1000\r\n\r\n', ' '],
  ['a body that trickles in chunks', 'Transfer-Encoding: chunked\r\n\r\n', '1\r\n \r\n'],
  ['headers that trickle', 'X-Slow: ', ' '],
])('ends %s, and says so', async (_what, more, piece) => {
  await using hasty = await listen(journey.app, journey.secrets.accessToken, { requestMs: 600, lookEveryMs: 100 });
  const { authorization } = admin();
  const head = `POST /api/v1/connections HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\n`;

  const answer = await trickle(hasty.url, `${head}${more}`, piece);

  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('application/problem+json');
  expect((await get('/healthz')).status).toBe(200);
});
