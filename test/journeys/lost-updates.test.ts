import { afterAll, beforeAll, expect, it } from 'vitest';
import { routesOf } from '../../backend/src/api/route-table.ts';
import { apiRouter } from '../../backend/src/api/router.ts';
import { aConnection } from '../contracts/store-fixtures.ts';
import { type Caller, Daemon, PASSWORD } from '../support/daemon.ts';

/** What two people can change at once: the second one of them is told, and overwrites nothing. */

let daemon: Daemon;

beforeAll(async () => {
  daemon = await Daemon.start();
});
afterAll(() => daemon[Symbol.asyncDispose]());

type Request = readonly [method: string, path: string, body?: object];

/** `:id` in paths stands for what was made. */
interface Thing {
  make(): Promise<string | number>;
  /** Where its ETag is read. */
  readonly at: string;
  /** What another one does meanwhile. */
  readonly meanwhile: Request;
  /** Each of these comes too late then. The last one is done in the end, with the new ETag. */
  readonly late: readonly Request[];
}

const WEBHOOK = { plugin: 'webhook', settings: { url: 'http://127.0.0.1:9/' } };
const RULES = { zone: 'UTC', openings: [{ days: ['sat'], start: '02:00', minutes: 60 }] };
const ACME = { plugin: 'acme', settings: { directory: 'https://127.0.0.1:9/', termsOfServiceAgreed: true } };
const MANUAL = { plugin: 'manual', settings: {} };
const SSO = { settings: { issuer: 'http://127.0.0.1:9', clientId: 'one' } };
const SECRETS = { family: 'appliance', plugin: 'vos', fields: { password: 'plum yonder quartz' } };
const KEPT = { plugin: 'download', settings: {}, credential: null };
const OWNER = { ownerId: null };
const ROTATION = { oldUntil: '2030-01-01T00:00:00Z' };
const DRAFT = { name: 'draft', draft: true };

async function post(path: string, body: object): Promise<number> {
  const answer = await daemon.call('POST', path, daemon.local, body);
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(text);
  return (JSON.parse(text) as { readonly id: number }).id;
}

function edited(path: string, make: Thing['make'], body: object): Thing {
  const edit = (name: string): Request => ['PUT', `${path}/:id`, { ...body, name }];
  return { make, at: `${path}/:id`, meanwhile: edit('meanwhile'), late: [edit('late'), ['DELETE', `${path}/:id`]] };
}

const channel = (name: string) => post('/notifiers', { name, ...WEBHOOK, rule: null });
const setting = async () => 'set';

const THINGS: Readonly<Record<string, Thing>> = {
  '/connections/:id': edited(
    '/connections',
    async () => (await daemon.app.store.connections.insert(aConnection())).id,
    DRAFT,
  ),
  '/connections/:id/owner': {
    make: async () => (await daemon.app.store.connections.insert(aConnection())).id,
    at: '/connections/:id',
    meanwhile: ['PUT', '/connections/:id', DRAFT],
    late: [['PUT', '/connections/:id/owner', OWNER]],
  },
  '/certificates/managed/:id': {
    make: async () => (await daemon.app.store.connections.insert({ ...aConnection(), appliance: KEPT })).id,
    at: '/certificates/managed/:id',
    meanwhile: ['PUT', '/connections/:id/owner', OWNER],
    late: [['DELETE', '/certificates/managed/:id', {}]],
  },
  '/calendars/:id': edited('/calendars', () => post('/calendars', { name: 'Nights', ...RULES }), RULES),
  '/notifiers/:id': edited('/notifiers', () => channel('Log'), WEBHOOK),
  '/notification-rules/:id': {
    make: async () => post('/notification-rules', { name: 'All', notifierId: await channel('Rules') }),
    at: '/notification-rules/:id',
    meanwhile: ['PUT', '/notification-rules/:id', { name: 'Meanwhile', notifierId: 2 }],
    late: [
      ['PUT', '/notification-rules/:id', { name: 'Late', notifierId: 2 }],
      ['DELETE', '/notification-rules/:id'],
    ],
  },
  '/issuers/:account': edited('/issuers', () => post('/issuers', { name: 'CA', ...ACME }), ACME),
  '/dns-accounts/:account': edited('/dns-accounts', () => post('/dns-accounts', { name: 'DNS', ...MANUAL }), MANUAL),
  '/credentials/:name': {
    make: async () => {
      await daemon.call('PUT', '/credentials/platform', daemon.local, SECRETS);
      return 'platform';
    },
    at: '/credentials',
    meanwhile: ['PUT', '/credentials/:id', { ...SECRETS, fields: { password: 'meanwhile' } }],
    late: [
      ['PUT', '/credentials/:id', SECRETS],
      ['DELETE', '/credentials/:id'],
    ],
  },
  '/users/:id': {
    make: () => post('/users', { name: 'ada', role: 'viewer', password: PASSWORD }),
    at: '/users/:id',
    meanwhile: ['PATCH', '/users/:id', { role: 'operator' }],
    late: [
      ['PATCH', '/users/:id', { disabled: true }],
      ['PUT', '/users/:id/password', { password: `${PASSWORD} late` }],
      ['DELETE', '/users/:id/totp'],
      ['DELETE', '/users/:id'],
    ],
  },
  '/tokens/:id': {
    make: () => post('/tokens', { name: 'script', role: 'viewer' }),
    at: '/tokens/:id',
    meanwhile: ['POST', '/tokens/:id/successor', ROTATION],
    late: [
      ['POST', '/tokens/:id/successor', ROTATION],
      ['DELETE', '/tokens/:id'],
    ],
  },
  '/access/policy': {
    make: setting,
    at: '/access/policy',
    meanwhile: ['PUT', '/access/policy', { secondFactorFor: ['admin'] }],
    late: [['PUT', '/access/policy', { secondFactorFor: [] }]],
  },
  '/access/sso': {
    make: setting,
    at: '/access/sso',
    meanwhile: ['PUT', '/access/sso', SSO],
    late: [
      ['PUT', '/access/sso', SSO],
      ['DELETE', '/access/sso'],
    ],
  },
};

/** Of whoever asks alone: nobody else can have changed it, and the password is asked for besides. What is given up has no content. */
const OWN = /^(PUT|DELETE) \/(session|dns\/leftovers)(\/|$)/;

/** With the version that is stored, or whatever `tag` says. */
function send([method, path, body]: Request, id: string | number, tag: string): Promise<Response> {
  return daemon.call(method, path.replace(':id', `${id}`), { ...daemon.local, 'if-match': tag } as Caller, body);
}

async function tagOf(at: string, id: string | number): Promise<string> {
  const answer = await daemon.call('GET', at.replace(':id', `${id}`), daemon.local);
  const body: unknown = await answer.json();
  if (!Array.isArray(body)) return answer.headers.get('etag') ?? 'none';
  const [found] = body.filter(({ name }) => name === id) as { readonly tag: string }[];
  return `"${found?.tag}"`;
}

it('every route that changes something is in the list', () => {
  const routes = routesOf(apiRouter(daemon.app)).map(({ method, path }) => `${method} ${path}`);
  const changing = routes.filter((route) => /^(PUT|PATCH|DELETE) /.test(route) && !OWN.test(route));

  const listed = Object.entries(THINGS).flatMap(([path, { late }]) =>
    late.map(([method, at]) => `${method} ${at.replace(path.replace(/:\w+/, ':id'), path)}`),
  );

  expect(changing.filter((route) => !listed.includes(route))).toEqual([]);
});

it.each(Object.keys(THINGS))('what was changed meanwhile at %s is not overwritten', async (name) => {
  const { make, at, meanwhile, late } = THINGS[name] as Thing;
  const id = await make();
  const read = await tagOf(at, id);

  const changed = await send(meanwhile, id, read);
  const now = await tagOf(at, id);
  const refused: unknown[] = [];
  for (const request of late) refused.push(await (await send(request, id, read)).json());
  const afterwards = await tagOf(at, id);
  const done = await send(late.at(-1) as Request, id, now);

  expect(changed.status).toBeLessThan(300);
  expect(now).not.toBe(read);
  expect(refused).toEqual(late.map(() => expect.objectContaining({ status: 412, code: 'PRECONDITION_FAILED' })));
  expect(afterwards).toBe(now);
  expect(done.status).toBeLessThan(300);
});

it('of two changes at the same moment one is refused', async () => {
  const id = await post('/users', { name: 'grace', role: 'viewer', password: PASSWORD });
  const tag = await tagOf('/users/:id', id);

  const answers = await Promise.all(
    (['operator', 'admin'] as const).map((role) => send(['PATCH', '/users/:id', { role }], id, tag)),
  );

  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
});

it('a login is no change', async () => {
  await daemon.user('margaret', 'operator');
  const [margaret] = (await daemon.app.store.access.users.all()).filter(({ name }) => name === 'margaret');
  const before = await tagOf('/users/:id', margaret?.id ?? 0);

  await daemon.logIn('margaret');

  expect(await tagOf('/users/:id', margaret?.id ?? 0)).toBe(before);
});
