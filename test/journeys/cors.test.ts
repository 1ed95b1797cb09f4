import { afterAll, beforeAll, expect, it } from 'vitest';
import { Daemon } from '../support/daemon.ts';

const OURS = 'https://portal.example.com';
const HEADERS = ['access-control-allow-origin', 'access-control-allow-credentials', 'access-control-allow-methods'];

let closed: Daemon;
let open: Daemon;

beforeAll(async () => {
  [closed, open] = await Promise.all([Daemon.start(), Daemon.start({}, { CERTFERRY_CORS_ORIGINS: OURS })]);
});
afterAll(() => Promise.all([closed[Symbol.asyncDispose](), open[Symbol.asyncDispose]()]));

const asked = (origin: string) => ({ origin, 'access-control-request-method': 'POST' });
const allowed = (answer: Response) => HEADERS.filter((name) => answer.headers.has(name));

it('no other site is let in, unless it is configured', async () => {
  const answers = await Promise.all([
    closed.call('GET', '/connections', { ...closed.local, origin: OURS }),
    closed.call('OPTIONS', '/connections', asked(OURS)),
    open.call('GET', '/connections', { ...open.local, origin: 'https://evil.example' }),
    open.call('OPTIONS', '/connections', asked('https://evil.example')),
    open.call('GET', '/connections', { ...open.local, origin: 'null' }),
  ]);

  expect(answers.flatMap(allowed)).toEqual([]);
});

it('a configured one calls with a token, and never with the cookie of whoever is logged in', async () => {
  const token = await open.token('viewer');
  await open.user('ada', 'admin');
  const session = await open.loggedIn('ada');

  const preflight = await open.call('OPTIONS', '/connections', asked(OURS));
  const read = await open.call('GET', '/connections', { ...token, origin: OURS });
  const nobody = await open.call('GET', '/connections', { origin: OURS });
  const change = { ...session, origin: OURS, 'sec-fetch-site': 'cross-site' };
  const forged = await open.call('POST', '/backups', change);

  expect([preflight.status, allowed(preflight)]).toEqual([204, [HEADERS[0], HEADERS[2]]]);
  expect([read.status, read.headers.get(HEADERS[0] ?? '')]).toEqual([200, OURS]);
  expect(nobody.status).toBe(401);
  expect(forged.status).toBe(403);
});
