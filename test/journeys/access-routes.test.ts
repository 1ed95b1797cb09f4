import { afterAll, describe, expect, it } from 'vitest';
import { type RouteEntry, routesOf } from '../../backend/src/api/route-table.ts';
import { createHttpApp } from '../../backend/src/api/router.ts';
import { includesRole, ROLES, type Role } from '../../backend/src/domain/roles.ts';
import { aConnection, aRenewal } from '../contracts/store-fixtures.ts';
import { type Caller, Daemon } from '../support/daemon.ts';

/**
 * Every route that the application has registered, walked. Whoever adds one has it checked here without doing anything,
 * and cannot leave out who may call it.
 */

const daemon = await Daemon.start();
afterAll(() => daemon[Symbol.asyncDispose]());

const { app, secrets } = daemon;
const hidden = (await app.store.connections.insert(aConnection())).id;
const visible = (await app.store.connections.insert(aConnection())).id;
await app.store.renewals.begin(aRenewal('hidden-renewal', hidden));
const callers: Readonly<Record<Role, Caller>> = {
  viewer: await daemon.token('viewer'),
  operator: await daemon.token('operator'),
  admin: await daemon.token('admin'),
};
const limited: Readonly<Record<Role, Caller>> = {
  viewer: await daemon.token('viewer', [visible]),
  operator: await daemon.token('operator', [visible]),
  admin: await daemon.token('admin', [visible]),
};

const http = createHttpApp({ app, accessToken: secrets.accessToken, frontendDir: '/nowhere' });
const all = routesOf(http.router);
const api = all.filter(({ path }) => path.startsWith('/api/v1/'));
const guarded = api.flatMap(({ method, path, need }) => {
  if (need === null || need.role === 'anyone') return [];
  const needed: Role = need.role === 'login' ? 'viewer' : need.role;
  return [{ method, path, ...need, needed }];
});

/** What answers before the login, and why. A new one has to be put here on purpose. */
const OPEN: readonly string[] = [
  'GET /healthz',
  'GET /readyz',
  // The files of the web interface, which hold nothing of an installation.
  'GET /{*path}',
  'GET /api/v1/session/options',
  'POST /api/v1/session',
  'GET /api/v1/session/oidc/start',
  'GET /api/v1/session/oidc/callback',
  'POST /api/v1/setup',
  // What the product can do, as its source says it.
  'GET /api/docs',
  'GET /api/v1/openapi.json',
];

describe('the route table', () => {
  it('is walked whole', () => {
    const paths = all.map(({ method, path }) => `${method} ${path}`);

    expect(paths).toEqual(expect.arrayContaining(['GET /api/v1/connections/:id/served', 'POST /api/v1/dns/check']));
    expect(guarded.length).toBeGreaterThan(50);
  });

  it('leaves nothing open but health, the web interface and the login', () => {
    const open = all.filter(({ need }) => need === null || need.role === 'anyone');

    expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...OPEN].sort());
  });
});

describe.each(guarded)('$method $path, for $role', ({ method, path, role, needed }) => {
  it('refuses anonymous callers', async () => {
    expect(await statusOf(method, path, {})).toBe(401);
    expect(await statusOf(method, path, { authorization: 'Bearer cfy_wrong' })).toBe(401);
    expect(await statusOf(method, path, { cookie: 'certferry=wrong' })).toBe(401);
  });

  it.each(ROLES.filter((below) => !includesRole(below, needed)))('refuses %s', async (below) => {
    expect(await statusOf(method, path, callers[below])).toBe(403);
  });

  it.each(ROLES.filter((enough) => includesRole(enough, needed)))('takes %s', async (enough) => {
    // A token is nobody's account, which such a route may say with 403.
    const refusals = role === 'login' ? [401] : [401, 403];

    expect(refusals).not.toContain(await statusOf(method, path, callers[enough]));
  });
});

describe('who sees only some connections', () => {
  const ofAll = guarded.filter(({ concerns }) => concerns === 'installation');
  const ofOne = guarded.filter(({ path }) => /\/(connections|renewals)\/:id/.test(path));

  it.each(ofAll)('is refused $method $path', async ({ method, path, needed }) => {
    expect([403, 404]).toContain(await statusOf(method, path, limited[needed]));
  });

  it.each(ofOne)('meets nothing at $method $path of another', async ({ method, path, needed }) => {
    expect(await statusOf(method, path, limited[needed])).toBe(404);
  });
});

async function statusOf(method: string, path: RouteEntry['path'], caller: Caller): Promise<number> {
  const id = path.includes('/renewals/:id') ? 'hidden-renewal' : String(hidden);
  const stop = new AbortController();
  const address = path
    .replace('/api/v1', '')
    .replace(/(connections|renewals)\/:id/, `$1/${id}`)
    .replaceAll(/:\w+/g, '999');
  const answer = await daemon.call(method, address, caller, method === 'GET' ? undefined : {}, stop.signal);
  // Streams have no end of their own.
  stop.abort();
  return answer.status;
}
