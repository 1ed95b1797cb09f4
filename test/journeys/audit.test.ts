import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDITED } from '../../backend/src/api/audit-words.ts';
import type { AuditEntryView } from '../../backend/src/api/contract/audit.ts';
import { routesOf } from '../../backend/src/api/route-table.ts';
import { createHttpApp } from '../../backend/src/api/router.ts';
import { readArchive } from '../../backend/src/backup/archive.ts';
import { verifyAuditFile } from '../../backend/src/store/kysely/audit-file.ts';
import { certferry } from '../support/command.ts';
import { type Caller, Daemon, PASSWORD } from '../support/daemon.ts';
import { expectNoSecrets } from '../support/leaks.ts';

const TOKEN = 'cloudflare-token-8d2f61';
const CALENDAR = { zone: 'Europe/Berlin', openings: [{ days: ['sat'], start: '02:00', minutes: 60 }], freezes: [] };

let daemon: Daemon;
let anna: Caller;

beforeAll(async () => {
  daemon = await Daemon.start({}, { CERTFERRY_TRUSTED_PROXIES: '127.0.0.1', CERTFERRY_BACKUP_AT: 'never' });
  await daemon.user('anna', 'admin');
  await daemon.user('vera', 'viewer');
  const { cookie = '', ...rest } = await daemon.loggedIn('anna');
  anna = { cookie, ...rest, 'x-forwarded-for': '203.0.113.7' };
});
afterAll(() => daemon[Symbol.asyncDispose]());

async function rows(query = ''): Promise<readonly AuditEntryView[]> {
  const answer = await daemon.call('GET', `/audit?${query}`, daemon.local);
  return (await answer.json()) as readonly AuditEntryView[];
}

async function last(query = ''): Promise<AuditEntryView | undefined> {
  return (await rows(`${query}&limit=1`))[0];
}

describe('the words of the audit', () => {
  const { app, secrets } = { app: () => daemon.app, secrets: () => daemon.secrets };
  const routes = () =>
    routesOf(createHttpApp({ app: app(), accessToken: secrets().accessToken, frontendDir: '/nowhere' }).router)
      .filter(({ path }) => path.startsWith('/api/'))
      .map(({ method, path }) => `${method} ${path}`);

  it('are there for every route that is not a GET', () => {
    const unsafe = routes().filter((route) => !route.startsWith('GET '));

    expect(unsafe.length).toBeGreaterThan(40);
    expect(unsafe.filter((route) => !(route in AUDITED))).toEqual([]);
  });

  it('are there for no route that does not exist', () => {
    expect(Object.keys(AUDITED).filter((route) => !routes().includes(route))).toEqual([]);
  });
});

describe('what somebody does', () => {
  it('is a row with who, as what, from where, and what, believing the address of a trusted proxy', async () => {
    await daemon.call('POST', '/calendars', anna, { name: 'Nights', ...CALENDAR });

    const row = await last();

    expect(row).toMatchObject({
      actor: 'anna',
      role: 'admin',
      address: '203.0.113.7',
      action: 'calendar.add',
      words: 'added a calendar',
      subject: 'calendar "Nights"',
      outcome: 'done',
      detail: { request: 'POST /api/v1/calendars', asked: { name: 'Nights' }, event: { type: 'calendar.created' } },
    });
  });

  it('names whom an event did not name before', async () => {
    await daemon.call('POST', '/calendars', anna, { name: 'Named', ...CALENDAR });

    const activity = await (await daemon.call('GET', '/activity?limit=1', daemon.local)).json();

    expect(activity).toMatchObject([{ sentence: 'Calendar "Named" created by anna' }]);
  });

  it('holds the names of secret fields and none of their values', async () => {
    const fields = { apiToken: TOKEN };
    await daemon.call('PUT', '/credentials/cf', anna, { family: 'dns', plugin: 'cloudflare', fields });
    const settings = { apiToken: TOKEN };
    await daemon.call('POST', '/dns-accounts', anna, { name: 'Cloud', plugin: 'cloudflare', settings });
    await daemon.call('POST', '/users', anna, { name: 'bert', role: 'viewer', scope: 'all', password: PASSWORD });

    const written = await rows('limit=10');

    expect(written.map(({ action, outcome }) => `${action} ${outcome}`).slice(0, 3)).toEqual([
      'user.add done',
      'dns-account.add done',
      'credential.change done',
    ]);
    expect(written[2]?.detail).toMatchObject({ secrets: ['apiToken'], alsoGiven: ['fields'] });
    const content = JSON.stringify(written);
    expectNoSecrets([{ where: 'the audit', content }], { token: TOKEN, password: PASSWORD });
  });

  it('that was refused is there with the reason, once', async () => {
    const before = (await last())?.seq ?? 0;
    const vera = await daemon.loggedIn('vera');

    await daemon.call('POST', '/calendars', vera, { name: 'Not hers', ...CALENDAR });
    await daemon.call('DELETE', '/calendars/999', anna);
    await daemon.call('POST', '/calendars', {}, { name: 'Anonymous', ...CALENDAR });

    const since = (await rows()).filter(({ seq }) => seq > before + 1);
    expect(since.map(({ actor, action, outcome, detail }) => [actor, action, outcome, detail.code])).toEqual([
      ['anna', 'calendar.remove', 'refused', 'NOT_FOUND'],
      ['vera', 'calendar.add', 'refused', 'FORBIDDEN'],
    ]);
  });

  it('that is refused before its route sees it is there, under the name of the route where there is one', async () => {
    await daemon.call('POST', '/calendars', anna, { nmae: 'Odd', ...CALENDAR });
    await daemon.call('POST', '/nowhere', anna, {});

    const [unknown, odd] = await rows('limit=2');

    expect(odd).toMatchObject({ actor: 'anna', action: 'calendar.add', outcome: 'refused', detail: { status: 400 } });
    expect(unknown).toMatchObject({ actor: 'anna', action: 'request', outcome: 'refused', detail: { status: 404 } });
  });

  it('is there once when it is sent again with the same key', async () => {
    const again = { ...anna, 'idempotency-key': 'once' };
    const body = { name: 'Repeated', ...CALENDAR };

    const first = await daemon.call('POST', '/calendars', again, body);
    const second = await daemon.call('POST', '/calendars', again, body);

    expect([first.status, second.status, second.headers.get('idempotency-replayed')]).toEqual([201, 201, 'true']);
    expect((await rows('subject=calendar "Repeated"')).map(({ action }) => action)).toEqual(['calendar.add']);
  });

  it('at the door is there: logins, failed logins and logouts', async () => {
    await daemon.logIn('anna', 'wrong');
    const caller = await daemon.loggedIn('vera');
    await daemon.call('DELETE', '/session', caller);

    const [out, login, failed] = await rows('action=session&limit=3');

    expect(out).toMatchObject({ actor: 'vera', action: 'session.logout', outcome: 'done' });
    expect(login).toMatchObject({ actor: 'vera', action: 'session.login', address: '127.0.0.1', outcome: 'done' });
    expect(failed).toMatchObject({ actor: 'anna', action: 'session.login', outcome: 'refused', subject: 'user anna' });
  });

  it('by command, and what is taken away, is there', async () => {
    const env = { CERTFERRY_PUBLIC_URL: daemon.url, CERTFERRY_DATA_DIR: `${daemon.folder}/data` };
    await certferry(env, 'backup');
    const made = await last();
    const [{ name = '' } = {}] = await daemon.app.backups.list();
    await (await daemon.call('GET', `/backups/${name}`, anna)).arrayBuffer();

    expect(made).toMatchObject({ actor: 'local operator', action: 'backup.make', outcome: 'done' });
    expect(await last()).toMatchObject({ actor: 'anna', action: 'backup.download', subject: `backup ${name}` });
  });

  it('can be filtered and turned over page by page', async () => {
    const all = await rows('limit=500');
    const second = await rows(`limit=2&before=${all[1]?.seq}`);
    const refused = await rows('outcome=refused&actor=vera');
    const none = await rows('since=2999-01-01');

    expect(second.map(({ seq }) => seq)).toEqual(all.slice(2, 4).map(({ seq }) => seq));
    expect(new Set(refused.map(({ actor, outcome }) => `${actor} ${outcome}`))).toEqual(new Set(['vera refused']));
    expect(none).toEqual([]);
    expect((await daemon.call('GET', '/audit?limit=0', daemon.local)).status).toBe(400);
  });
});

describe('the chain', () => {
  const env = () => ({ CERTFERRY_PUBLIC_URL: daemon.url, CERTFERRY_DATA_DIR: `${daemon.folder}/data` });
  const file = () => join(daemon.folder, 'data/certferry.sqlite');

  it('is found whole through the daemon, in the database and in an export', async () => {
    const exported = join(daemon.folder, 'audit.jsonl');

    const asked = await certferry(env(), 'audit', 'verify');
    const offline = await certferry(env(), 'audit', 'verify', '--offline');
    await certferry(env(), 'audit', 'export', '--out', exported);
    const [, anchor = ''] = /The last is (\S+)/.exec(offline.output) ?? [];
    const read = await certferry(env(), 'audit', 'verify', '--file', exported, '--anchor', anchor);
    const listed = await certferry(env(), 'audit', 'list', '--actor', 'anna', '--action', 'calendar', '--limit', '2');

    expect([asked.status, offline.status, read.status]).toEqual([0, 0, 0]);
    expect(read.output).toMatch(/^\d+ rows, whole\. The last is \d+:[0-9a-f]{64}\n$/);
    expect(listed.output).toMatch(/^ROW .*\n\d+ .*anna \(admin\) .*a calendar .*\n.*calendar.*\n$/);
    await expect(certferry(env(), 'audit', 'export', '--out', exported)).rejects.toThrow('name another file');
    await expect(certferry(env(), 'audit', 'verify', '--anchor', '1:zz')).rejects.toThrow('--anchor');
  });

  it('is anchored in every backup', async () => {
    const { name } = await daemon.app.backups.run();
    const archive = join(daemon.folder, 'archive.age');
    await daemon.app.backups.fetch(name, archive);

    const { manifest } = await readArchive(archive, daemon.secrets.masterKey, daemon.folder);

    expect(manifest.audit).toEqual(await daemon.app.store.audit.head());
  });

  it.each([
    ['update audit set actor = ? where seq = 3', ['nobody'], 'Row 3 was changed'],
    ['delete from audit where seq = 4', [], 'Row 4 was removed'],
    ['delete from audit where seq > 5', [], 'were removed from the end'],
  ])('that was tampered with by "%s" is found out without the daemon', async (statement, values, fault) => {
    const copy = join(daemon.folder, `copy-${values.length}-${statement.length}`);
    const database = new SqliteDatabase(file());
    await database.backup(`${copy}.sqlite`);
    database.close();
    const tampered = new SqliteDatabase(`${copy}.sqlite`);
    tampered.prepare(statement).run(...values);
    tampered.close();

    expect(verifyAuditFile(`${copy}.sqlite`, []).fault).toContain(fault);
  });

  it('in an export that was changed is found out, and ends with 1', async () => {
    const exported = join(daemon.folder, 'changed.jsonl');
    await certferry(env(), 'audit', 'export', '--out', exported);
    await writeFile(exported, (await readFile(exported, 'utf8')).replace('"Nights"', '"Days"'));

    const { status, output } = await certferry(env(), 'audit', 'verify', '--file', exported);

    expect(status).toBe(1);
    expect(output).toMatch(/^The audit was tampered with\. Row \d+ was changed/);
  });
});
