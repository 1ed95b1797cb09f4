import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../backend/src/access/testing/codes.ts';
import type { CalendarView } from '../../backend/src/api/contract/calendars.ts';
import type { ActivityItem, ConnectionList } from '../../backend/src/api/contract/lists.ts';
import { aConnection } from '../contracts/store-fixtures.ts';
import { type Caller, callerOf, cookiesOf, Daemon, PASSWORD } from '../support/daemon.ts';
import { ManualClock } from '../support/manual-clock.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

let clock: ManualClock;
let daemon: Daemon;

/** A daemon for the tests of one subject: failures are counted by address, and all come from the same. */
function ofItsOwn(): void {
  beforeAll(async () => {
    clock = new ManualClock();
    daemon = await Daemon.start({ clock });
  });
  afterAll(() => daemon[Symbol.asyncDispose]());
}

describe('the first administrator', () => {
  it('is created with the set-up token, once, and is logged in at once', async () => {
    await using fresh = await Daemon.start();
    const token = (await fresh.app.access.setUp.token())?.reveal() ?? '';
    const file = join(fresh.folder, 'data/setup-token');
    const [kept, { mode }] = [await readFile(file, 'utf8'), await stat(file)];
    const setUp = (body: object) => fresh.call('POST', '/setup', {}, { user: 'anna', password: PASSWORD, ...body });

    const wrong = await setUp({ token: 'x'.repeat(43) });
    const weak = await setUp({ token, password: 'Password2026' });
    const before = await (await fresh.call('GET', '/session/options')).json();
    const right = await setUp({ token });
    const caller = await callerOf(right);
    const again = await setUp({ token, user: 'eve' });

    expect([kept.trim(), mode & 0o777]).toEqual([token, 0o600]);
    expect([wrong.status, weak.status, right.status, again.status]).toEqual([401, 422, 201, 409]);
    expect(before).toEqual({ setUpNeeded: true, sso: null });
    expect(await (await fresh.call('GET', '/session', caller)).json()).toMatchObject({ actor: 'anna', role: 'admin' });
    expect(await (await fresh.call('GET', '/session/options')).json()).toEqual({ setUpNeeded: false, sso: null });
    await expect(stat(file)).rejects.toThrow('ENOENT');
    expect(await fresh.app.access.setUp.token()).toBeNull();
  });
});

describe('a login', () => {
  ofItsOwn();
  it('answers the same for a wrong password, an unknown user and a disabled one', async () => {
    await daemon.user('bert', 'viewer');
    await daemon.call('PATCH', `/users/${await daemon.user('gone', 'viewer')}`, daemon.local, { disabled: true });

    const answers = await Promise.all([
      daemon.logIn('bert', 'not his password'),
      daemon.logIn('nobody'),
      daemon.logIn('gone'),
    ]);

    const bodies = await Promise.all(answers.map(withoutRequestId));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(new Set(bodies).size).toBe(1);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ code: 'LOGIN_FAILED' });
  });

  it('sets a cookie that scripts cannot read and other sites do not send, and another one each time', async () => {
    await daemon.user('carl', 'viewer');

    const first = await daemon.logIn('carl');
    const second = await daemon.call(
      'POST',
      '/session',
      { cookie: cookiesOf(first) },
      { user: 'CARL', password: PASSWORD },
    );

    const [cookie = ''] = first.headers.getSetCookie();
    expect(cookie).toMatch(/^certferry-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(second.status).toBe(201);
    expect(cookiesOf(second)).not.toBe(cookiesOf(first));
    // A session that was planted or stolen before the login is worth nothing after it.
    expect((await daemon.call('GET', '/session', { cookie: cookiesOf(first) })).status).toBe(401);
  });

  it('sets a secure cookie for this host alone when a proxy ends TLS at the public address', async () => {
    await using behind = await Daemon.start({}, { CERTFERRY_PUBLIC_URL: 'https://certferry.example.com' });
    await behind.user('dora', 'viewer');

    // fetch says the host itself, so this one goes by hand.
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${behind.url}/api/v1/session`, {
        method: 'POST',
        headers: {
          host: 'certferry.example.com',
          origin: 'https://certferry.example.com',
          'content-type': 'application/json',
        },
      })
        .on('response', resolve)
        .on('error', reject)
        .end(JSON.stringify({ user: 'dora', password: PASSWORD }));
    });

    answer.resume();
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^__Host-certferry=[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  it('is refused with a growing delay after failures, whether the password is right then or not', async () => {
    await daemon.user('emil', 'viewer');
    for (let failure = 0; failure < 5; failure += 1) expect((await daemon.logIn('emil', 'wrong')).status).toBe(401);

    const [locked, lockedToo] = [await daemon.logIn('emil'), await daemon.logIn('emil', 'wrong')];
    clock.advance(31_000);
    const wrong = await daemon.logIn('emil', 'wrong');
    clock.advance(31_000);
    const longer = await daemon.logIn('emil');
    clock.advance(31_000);
    const right = await daemon.logIn('emil');

    expect([locked.status, lockedToo.status, wrong.status, longer.status, right.status]).toEqual([
      429, 429, 401, 429, 201,
    ]);
    expect([await withoutRequestId(locked), locked.headers.get('retry-after')]).toEqual([
      await withoutRequestId(lockedToo),
      '30',
    ]);
    expect(await daemon.accessEvents()).toContainEqual(
      expect.objectContaining({ type: 'access.locked', actor: 'emil', address: '127.0.0.1' }),
    );
  });

  it('counts attempts that are made at once, one by one', async () => {
    await daemon.user('fritz', 'viewer');

    const answers = await Promise.all(Array.from({ length: 8 }, () => daemon.logIn('fritz', 'wrong')));

    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(3);
  });

  it('is tried thirty times a minute from one address, and no more often', async () => {
    await using strict = await Daemon.start({ loginsPerMinute: 3 });

    const statuses: number[] = [];
    for (const user of ['a', 'b', 'c', 'd']) statuses.push((await strict.logIn(user)).status);

    expect(statuses).toEqual([401, 401, 401, 429]);
  });

  it('keeps what was typed as an unknown user name out of events and database', async () => {
    const typed = 'my-password-in-the-wrong-field';

    await daemon.logIn(typed);

    const database = await readFile(daemon.app.config.databaseFile, 'latin1');
    const log = await readFile(`${daemon.app.config.databaseFile}-wal`, 'latin1');
    expect(JSON.stringify(await daemon.accessEvents())).not.toContain(typed);
    expect(database + log).not.toContain(typed);
  });
});

describe('a session', () => {
  ofItsOwn();
  let caller: Caller;
  beforeAll(async () => {
    await daemon.user('gustav', 'admin');
    caller = await daemon.loggedIn('gustav');
  });

  it('does what the user may, and says who it is', async () => {
    const me = await (await daemon.call('GET', '/session', caller)).json();

    expect(me).toMatchObject({
      kind: 'user',
      actor: 'gustav',
      role: 'admin',
      limited: false,
      duty: null,
      user: { name: 'gustav', hasPassword: true, secondFactor: false },
    });
  });

  it.each([
    ['without the CSRF token', { 'x-csrf-token': '' }],
    ['with a wrong one', { 'x-csrf-token': 'f'.repeat(64) }],
    ['from another site', { origin: 'https://evil.example.com' }],
    ['from another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['from another host of the same site', { 'sec-fetch-site': 'same-site' }],
  ])('changes nothing %s', async (_how, headers) => {
    const answer = await daemon.call('PUT', '/access/policy', { ...caller, ...headers }, { secondFactorFor: [] });

    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('changes things with the token, from its own site', async () => {
    const own = { ...caller, origin: daemon.url, 'sec-fetch-site': 'same-origin' };

    expect((await daemon.call('PUT', '/access/policy', own, { secondFactorFor: [] })).status).toBe(200);
  });

  it('is not begun for a browser by another site', async () => {
    const body = { user: 'gustav', password: PASSWORD };
    const answer = await daemon.call('POST', '/session', { origin: 'https://evil.example.com' }, body);

    expect(answer.status).toBe(403);
  });

  it('ends when it was not used for an hour, and after half a day in any case', async () => {
    await daemon.user('hanna', 'viewer');
    const [idle, busy] = [await daemon.loggedIn('hanna'), await daemon.loggedIn('hanna')];
    const asked = async (caller: Caller) => (await daemon.call('GET', '/session', caller)).status;

    clock.advance(50 * MINUTE);
    await asked(busy);
    clock.advance(15 * MINUTE);
    const afterAnHour = [await asked(idle), await asked(busy)];
    for (let hour = 0; hour < 12; hour += 1) {
      clock.advance(59 * MINUTE);
      await asked(busy);
    }

    expect(afterAnHour).toEqual([401, 200]);
    expect(await asked(busy)).toBe(401);
    caller = await daemon.loggedIn('gustav');
  });

  it('is listed, can be ended from another one, and ends at logout', async () => {
    await daemon.user('ida', 'viewer');
    const [here, there, elsewhere] = [
      await daemon.loggedIn('ida'),
      await daemon.loggedIn('ida'),
      await daemon.loggedIn('ida'),
    ];
    const asked = async (caller: Caller) => (await daemon.call('GET', '/session', caller)).status;

    const list = (await (await daemon.call('GET', '/session/sessions', here)).json()) as {
      id: number;
      current: boolean;
    }[];
    const foreign = ((await (await daemon.call('GET', '/session/sessions', caller)).json()) as { id: number }[]).map(
      ({ id }) => id,
    );
    const notHers = await daemon.call('DELETE', `/session/sessions/${foreign[0]}`, here);
    await daemon.call('DELETE', '/session', elsewhere);
    await daemon.call('DELETE', '/session/sessions', here);

    expect(list.map(({ current }) => current).filter(Boolean)).toHaveLength(1);
    expect(list).toHaveLength(3);
    expect(notHers.status).toBe(404);
    expect([await asked(here), await asked(there), await asked(elsewhere)]).toEqual([200, 401, 401]);
  });

  it('has the event stream end with it, and sends nothing afterwards', async () => {
    await daemon.user('jana', 'viewer');
    const jana = await daemon.loggedIn('jana');
    const stream = await daemon.call('GET', '/events', jana);
    const text = stream.text();

    await daemon.call('DELETE', '/session', jana);
    await daemon.app.store.events.append([{ type: 'connection.created', connectionId: 4711 }]);

    expect(stream.status).toBe(200);
    expect(await text).not.toContain('4711');
  });

  it('has the event stream end when it runs out, although nothing happens', async () => {
    await daemon.user('jonas', 'viewer');
    const stream = await daemon.call('GET', '/events', await daemon.loggedIn('jonas'));

    clock.advance(61 * MINUTE);

    expect(await stream.text()).not.toContain('access.');
    caller = await daemon.loggedIn('gustav');
  });
});

describe('a password', () => {
  ofItsOwn();
  it('that somebody else chose has to be changed before anything else', async () => {
    const body = { name: 'karla', role: 'operator', password: PASSWORD };
    await daemon.call('POST', '/users', daemon.local, body);
    const caller = await daemon.loggedIn('karla');
    const other = await daemon.loggedIn('karla');
    const change = (next: string, current = PASSWORD) =>
      daemon.call('PUT', '/session/password', caller, { current, next });

    const refused = await daemon.call('GET', '/connections', caller);
    const [wrong, same, weak] = [
      await change('walnut harbour ninety', 'not hers at all'),
      await change(PASSWORD),
      await change('karlakarlakarla'),
    ];
    const changed = await change('walnut harbour ninety');

    expect(refused.status).toBe(403);
    expect([wrong.status, same.status, weak.status, changed.status]).toEqual([401, 422, 422, 200]);
    expect(await changed.json()).toMatchObject({ duty: null });
    expect((await daemon.call('GET', '/connections', caller)).status).toBe(200);
    // Whoever knew the old one is out.
    expect((await daemon.call('GET', '/session', other)).status).toBe(401);
    expect((await daemon.logIn('karla')).status).toBe(401);
  });

  it('is hashed again when the parameters have changed', async () => {
    await daemon.user('lars', 'viewer');
    const before = await daemon.app.store.access.users.byName('lars');
    const { Passwords } = await import('../../backend/src/access/passwords.ts');
    const { Secret } = await import('../../backend/src/domain/secret.ts');
    const older = await new Passwords({ ln: 3, r: 8, p: 1 }).hash(new Secret(PASSWORD));
    await daemon.app.store.access.users.update(before?.id ?? 0, { passwordHash: older });

    const status = (await daemon.logIn('lars')).status;

    const after = await daemon.app.store.access.users.byName('lars');
    expect(status).toBe(201);
    expect(after?.passwordHash).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$/);
    expect((await daemon.logIn('lars')).status).toBe(201);
  });
});

describe('the second factor', () => {
  ofItsOwn();
  let secret: string;
  let recoveryCodes: readonly string[];
  const codeNow = () => codeOf(secret, clock.now());

  it('is set up with a code of the app, and then needed', async () => {
    await daemon.user('mona', 'operator');
    const caller = await daemon.loggedIn('mona');

    const begun = await daemon.call('POST', '/session/totp', caller, { password: PASSWORD });
    const enrolment = (await begun.json()) as { secret: string; uri: string; svg: string };
    ({ secret } = enrolment);
    const wrong = await daemon.call('PUT', '/session/totp', caller, { code: '000000' });
    const stillWithout = await daemon.logIn('mona');
    const confirmed = await daemon.call('PUT', '/session/totp', caller, { code: codeNow() });
    ({ recoveryCodes } = (await confirmed.json()) as { recoveryCodes: string[] });
    const without = await daemon.logIn('mona');
    clock.advance(30_000);
    const withCode = await daemon.logIn('mona', PASSWORD, codeNow());

    expect(enrolment.uri).toMatch(/^otpauth:\/\/totp\/certferry:mona\?.*secret=/);
    expect(enrolment.svg).toMatch(/^<svg /);
    expect([wrong.status, stillWithout.status]).toEqual([401, 201]);
    expect(recoveryCodes).toHaveLength(10);
    expect([without.status, withCode.status]).toEqual([401, 201]);
    expect(await without.json()).toMatchObject({ code: 'SECOND_FACTOR_NEEDED' });
  });

  it('takes each code once, and no wrong one', async () => {
    clock.advance(30_000);
    const code = codeNow();

    const answers = await Promise.all([daemon.logIn('mona', PASSWORD, code), daemon.logIn('mona', PASSWORD, code)]);
    const earlier = await daemon.logIn('mona', PASSWORD, code);

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401]);
    expect(earlier.status).toBe(401);
  });

  it('takes each recovery code once', async () => {
    const [code = ''] = recoveryCodes;

    const [first, second] = [
      await daemon.logIn('mona', PASSWORD, code.toUpperCase()),
      await daemon.logIn('mona', PASSWORD, code),
    ];

    expect([first.status, second.status]).toEqual([201, 401]);
    expect(await (await daemon.call('GET', '/session', { cookie: cookiesOf(first) })).json()).toMatchObject({
      user: { secondFactor: true, recoveryCodes: 9 },
    });
  });

  it('keeps secret and codes out of the database in clear', async () => {
    const { databaseFile } = daemon.app.config;
    const content = (await readFile(databaseFile, 'latin1')) + (await readFile(`${databaseFile}-wal`, 'latin1'));

    for (const text of [secret, PASSWORD, ...recoveryCodes]) expect(content).not.toContain(text);
  });

  it('is demanded of a role, which may then do nothing else, and reset by an administrator', async () => {
    const id = await daemon.user('nils', 'operator');
    await daemon.call('PUT', '/access/policy', daemon.local, { secondFactorFor: ['operator'] });
    const nils = await daemon.loggedIn('nils');
    clock.advance(30_000);
    const mona = await daemon.loggedIn('mona', PASSWORD, codeNow());

    const refused = await daemon.call('GET', '/connections', nils);
    const removed = await daemon.call('DELETE', '/session/totp', mona, { password: PASSWORD });
    const users = (await (await daemon.call('GET', '/users', daemon.local)).json()) as { id: number; name: string }[];
    const monaId = users.find(({ name }) => name === 'mona')?.id;
    const reset = await daemon.call('DELETE', `/users/${monaId}/totp`, daemon.local);
    const again = await daemon.logIn('mona');

    expect(refused.status).toBe(403);
    expect(await (await daemon.call('GET', '/session', nils)).json()).toMatchObject({ duty: 'set-up-second-factor' });
    expect(removed.status).toBe(403);
    expect(reset.status).toBe(200);
    expect(await again.json()).toMatchObject({ duty: 'set-up-second-factor' });
    await daemon.call('PUT', '/access/policy', daemon.local, { secondFactorFor: [] });
    await daemon.call('DELETE', `/users/${id}`, daemon.local);
  });
});

describe('users', () => {
  ofItsOwn();
  it('lose what they had as soon as an administrator takes it', async () => {
    const id = await daemon.user('olga', 'operator');
    const olga = await daemon.loggedIn('olga');
    const sweep = async () => (await daemon.call('POST', '/dns/sweep', olga, {})).status;

    const asOperator = await sweep();
    await daemon.call('PATCH', `/users/${id}`, daemon.local, { role: 'viewer' });
    const asViewer = await sweep();
    await daemon.call('PATCH', `/users/${id}`, daemon.local, { disabled: true });

    expect([asOperator, asViewer, await sweep()]).toEqual([200, 403, 401]);
    expect(await daemon.accessEvents()).toEqual(
      expect.arrayContaining([
        { type: 'access.user-changed', actor: 'local operator', name: 'olga', change: 'made viewer' },
        { type: 'access.user-changed', actor: 'local operator', name: 'olga', change: 'disabled' },
      ]),
    );
  });

  it('keep an administrator among them', async () => {
    await using fresh = await Daemon.start();
    const id = await fresh.user('only', 'admin');
    const change = async (body: object) => (await fresh.call('PATCH', `/users/${id}`, fresh.local, body)).status;

    expect(await change({ role: 'operator' })).toBe(409);
    expect(await change({ disabled: true })).toBe(409);
    expect(await change({ scope: 'own' })).toBe(409);
    expect((await fresh.call('DELETE', `/users/${id}`, fresh.local)).status).toBe(409);
    expect(
      (await fresh.call('POST', '/users', fresh.local, { name: 'ONLY', role: 'viewer', password: null })).status,
    ).toBe(409);
  });

  it('who are limited to their own connections see and touch nothing else', async () => {
    const id = await daemon.user('paul', 'admin', 'own');
    const paul = await daemon.loggedIn('paul');
    const { store } = daemon.app;
    const [his, other] = [await store.connections.insert(aConnection()), await store.connections.insert(aConnection())];
    await daemon.call('PUT', `/connections/${his.id}/owner`, daemon.local, { ownerId: id });
    await store.events.append([{ type: 'connection.changed', connectionId: other.id, actor: 'somebody else' }]);
    const ids = async () => {
      const answer = await daemon.call('GET', '/connections', paul);
      return ((await answer.json()) as ConnectionList).items.map(({ id }) => id);
    };

    const list = await ids();
    const activity = (await (await daemon.call('GET', '/activity', paul)).json()) as ActivityItem[];

    expect(list).toEqual([his.id]);
    expect(activity).toMatchObject([{ connection: { id: his.id }, sentence: 'Changed by local operator' }]);
    expect((await daemon.call('GET', `/connections/${other.id}`, paul)).status).toBe(404);
    expect((await daemon.call('DELETE', `/connections/${other.id}`, paul)).status).toBe(404);
    expect((await daemon.call('POST', '/users', paul, {})).status).toBe(403);
    await daemon.call('PUT', `/connections/${his.id}/owner`, daemon.local, { ownerId: null });
    expect(await ids()).toEqual([]);
  });

  it('who are limited cannot reach further by way of a connection', async () => {
    await daemon.user('quentin', 'admin', 'own');
    const quentin = await daemon.loggedIn('quentin');
    const plain = { plugin: 'vos', settings: { host: 'cucm.example.com' } };
    const input = {
      name: 'x',
      slot: 'tomcat',
      dnsNames: ['quentin.example.com'],
      appliance: plain,
      issuer: { plugin: 'acme' },
      dns: { plugin: 'manual' },
    };
    const add = async (change: object) => {
      const answer = await daemon.call('POST', '/connections', quentin, { ...input, ...change });
      return ((await answer.json()) as { code: string }).code;
    };

    expect(await add({ dns: { plugin: 'exec' } })).toBe('FORBIDDEN');
    expect(await add({ dnsRules: [{ suffix: 'example.com', use: { plugin: 'acme-sh' } }] })).toBe('FORBIDDEN');
    expect(await add({ appliance: { ...plain, credential: 'shared' } })).toBe('FORBIDDEN');
    const http = { plugin: 'webroot', settings: { folder: '/' } };
    expect(await add({ challenge: 'http-01', http })).toBe('FORBIDDEN');
    const shared = { plugin: 'webroot-sftp', credential: 'shared' };
    expect(await add({ challenge: 'http-01', http: shared })).toBe('FORBIDDEN');
    expect(await add({ issuer: { account: 1 } })).toBe('FORBIDDEN');
    expect(await add({ dns: { account: 'Company DNS' } })).toBe('FORBIDDEN');
    // What was proved to the CA for somebody else would be taken as proved for him.
    expect(await add({ dnsNames: ['quentin.example.com', 'CUCM.example.com'] })).toBe('FORBIDDEN');
    expect(await add({})).toBe('INVALID_SETTINGS');
    const check = { name: 'quentin.example.com', resolvers: ['127.0.0.1:9'] };
    expect((await daemon.call('POST', '/dns/check', quentin, check)).status).toBe(403);
  });

  it('who are no administrators of all have no address fetched, and see neither its path nor who else uses a calendar', async () => {
    let asked = 0;
    const feed = createServer((_req, res) => {
      asked += 1;
      res.end();
    });
    await once(feed.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(feed.address() as AddressInfo).port}`;
    const { store } = daemon.app;
    const at = '2026-01-01T00:00:00Z';
    const rules = {
      zone: 'UTC',
      openings: [{ days: ['sat'], start: '02:00', minutes: 60 }],
      freezes: [],
      iCalendar: { kind: 'url', url: `${origin}/private-d0c5/basic.ics`, caBundle: null },
    } as const;
    const text = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test\r\nEND:VCALENDAR\r\n';
    const copy = { text, readAt: at, triedAt: at, trouble: null };
    const { id } = await store.calendars.insert({ name: 'Change freezes', ...rules, copy });
    const policy = { ...aConnection().policy, restartCalendar: id };
    const own = await store.connections.insert({ ...aConnection(), name: 'Own', policy });
    await store.connections.insert({ ...aConnection(), name: 'Of somebody else', policy });
    const see = async (caller: Caller) => {
      const one = (await (await daemon.call('GET', `/calendars/${id}`, caller)).json()) as CalendarView;
      const all = (await (await daemon.call('GET', '/calendars', caller)).json()) as readonly CalendarView[];
      const preview = await daemon.call('POST', '/calendars/preview', caller, rules);
      return { iCalendar: one.iCalendar, usedBy: one.usedBy, listed: all.find((each) => each.id === id), preview };
    };

    const viewer = await see(await daemon.token('viewer'));
    const limited = await see(await daemon.token('admin', [own.id]));
    const before = asked;
    const admin = await see(await daemon.token('admin'));

    expect([viewer.preview.status, limited.preview.status, before]).toEqual([403, 403, 0]);
    for (const { iCalendar, listed } of [viewer, limited]) {
      expect([iCalendar, listed?.iCalendar]).toEqual(Array(2).fill({ ...rules.iCalendar, url: `${origin}/***` }));
    }
    expect([viewer.usedBy, limited.usedBy, limited.listed?.usedBy]).toEqual([
      ['Own', 'Of somebody else'],
      ['Own'],
      ['Own'],
    ]);
    expect(admin).toMatchObject({ iCalendar: rules.iCalendar, usedBy: ['Own', 'Of somebody else'] });
    expect(asked).toBe(1);
    feed.close();
  });

  it('who are limited cannot have the daemon run a program of its host, not even in a dry run', async () => {
    const id = await daemon.user('rosa', 'admin', 'own');
    const { store } = daemon.app;
    const own = await store.connections.insert({ ...aConnection(), ownerId: id });
    const marker = join(daemon.folder, 'ran');
    const settings = {
      ...{ where: 'local', servedAt: ['127.0.0.1:9'], nginxCommand: ['sh', '-c', `touch ${marker}`] },
      ...{ keyFile: join(daemon.folder, 'key.pem'), certificateFile: join(daemon.folder, 'fullchain.pem') },
    };
    const input = {
      ...{ name: 'x', slot: 'certificate', dnsNames: ['rosa.example.com'], appliance: { plugin: 'nginx', settings } },
      ...{ issuer: { plugin: 'acme', settings: { directory: 'http://127.0.0.1:9/' } }, dns: { plugin: 'manual' } },
    };
    const codes = async (caller: Caller) => {
      const answers = [
        await daemon.call('POST', '/connections', caller, input),
        await daemon.call('PUT', `/connections/${own.id}`, caller, { ...input, version: own.version }),
        await daemon.call('POST', '/connections/preflight', caller, input),
        await daemon.call('POST', '/connections/preflight', caller, { ...input, connectionId: own.id }),
        await daemon.call('POST', '/connections/import', caller, { file: {} }),
        await daemon.call('POST', '/appliances/ask', caller, { appliance: input.appliance, slot: 'certificate' }),
      ];
      return Promise.all(answers.map(async (answer) => ((await answer.json()) as { readonly code?: string }).code));
    };

    const asked = [await codes(await daemon.loggedIn('rosa')), await codes(await daemon.token('admin', [own.id]))];

    expect(asked.flat()).toEqual(Array(12).fill('FORBIDDEN'));
    await expect(stat(marker)).rejects.toThrow('ENOENT');
    await daemon.call('POST', '/connections/preflight', daemon.local, input);
    expect((await stat(marker)).isFile()).toBe(true);
  });
});

describe('API tokens', () => {
  ofItsOwn();
  interface NewToken {
    readonly id: number;
    readonly token: string;
    readonly expiresAt: string;
  }
  const create = async (body: object): Promise<NewToken> =>
    (await (
      await daemon.call('POST', '/tokens', daemon.local, { name: 'ci', role: 'viewer', ...body })
    ).json()) as NewToken;
  const asked = async (token: string, path = '/connections') =>
    (await daemon.call('GET', path, { authorization: `Bearer ${token}` })).status;

  it('are shown once, kept as a hash, and good for 90 days unless it is said otherwise', async () => {
    const { id, token, expiresAt } = await create({});
    const list = await (await daemon.call('GET', '/tokens', daemon.local)).text();
    const { databaseFile } = daemon.app.config;
    const content = (await readFile(databaseFile, 'latin1')) + (await readFile(`${databaseFile}-wal`, 'latin1'));
    const before = await asked(token);

    clock.advance(91 * DAY);

    expect(token).toMatch(/^cfy_[\w-]{43}$/);
    expect(Date.parse(expiresAt) - +clock.now()).toBe(-DAY);
    expect([before, await asked(token)]).toEqual([200, 401]);
    expect(list).toContain(token.slice(0, 10));
    expect(list + content).not.toContain(token);
    expect(JSON.parse(list)).toContainEqual(expect.objectContaining({ id, createdBy: 'local operator' }));
    expect(
      (await daemon.call('POST', '/tokens', daemon.local, { name: 'x', role: 'viewer', expiresInDays: 366 })).status,
    ).toBe(400);
  });

  it('can be revoked, and end their streams', async () => {
    const { id, token } = await create({});
    const stream = await daemon.call('GET', '/events', { authorization: `Bearer ${token}` });

    await daemon.call('DELETE', `/tokens/${id}`, daemon.local);

    expect(await stream.text()).not.toContain('access.');
    expect(await asked(token)).toBe(401);
  });

  it('are replaced in two stages: the old one stays good until a chosen time', async () => {
    const old = await create({ role: 'operator' });
    const oldUntil = new Date(+clock.now() + 7 * DAY).toISOString();
    const rotate = () => daemon.call('POST', `/tokens/${old.id}/successor`, daemon.local, { oldUntil });

    const next = (await (await rotate()).json()) as NewToken;
    const both = [await asked(old.token), await asked(next.token)];
    const twice = await rotate();
    clock.advance(8 * DAY);

    expect(both).toEqual([200, 200]);
    expect(twice.status).toBe(409);
    expect([await asked(old.token), await asked(next.token)]).toEqual([401, 200]);
  });

  it('limited to connections see the events of these alone, also live', async () => {
    const { store } = daemon.app;
    const [seen, hidden] = [
      await store.connections.insert(aConnection()),
      await store.connections.insert(aConnection()),
    ];
    const { token, id } = await create({ role: 'operator', connectionIds: [seen.id] });
    const caller = { authorization: `Bearer ${token}` };
    await store.renewals.begin({ id: 'h1', connectionId: hidden.id, state: {}, machineVersion: 1, facts: {} });
    await store.renewals.begin({ id: 's1', connectionId: seen.id, state: {}, machineVersion: 1, facts: {} });
    const stream = (await daemon.call('GET', '/events', caller)).text();

    for (const renewalId of ['h1', 's1'])
      await store.events.append([{ type: 'step.noted', renewalId, step: 'order', message: `said by ${renewalId}` }]);
    await daemon.call('DELETE', `/tokens/${id}`, daemon.local);

    expect(await stream).toContain('said by s1');
    expect(await stream).not.toContain('said by h1');
  });

  it('name themselves as who did something', async () => {
    const { token } = await create({ name: 'nightly', role: 'admin' });

    await daemon.call('PUT', '/access/policy', { authorization: `Bearer ${token}` }, { secondFactorFor: [] });

    expect(await daemon.accessEvents()).toContainEqual({
      type: 'access.settings-changed',
      actor: 'API token "nightly"',
    });
  });
});

/** All that two refusals can be told apart by. */
async function withoutRequestId(answer: Response): Promise<string> {
  const { requestId: _, ...problem } = (await answer.json()) as Record<string, unknown>;
  return JSON.stringify(problem);
}
