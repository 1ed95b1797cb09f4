import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../backend/src/access/testing/codes.ts';
import { findAccount } from '../../backend/src/accounts.ts';
import { addConnection, type ConnectionRequest, changeConnection } from '../../backend/src/connections.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { readSettings } from '../../backend/src/store/plugin-refs.ts';
import type { PluginRef } from '../../backend/src/store/store.ts';
import { certferry } from '../support/command.ts';
import { type Caller, Daemon, PASSWORD as LOGIN } from '../support/daemon.ts';
import { expectNoSecrets } from '../support/leaks.ts';
import { ManualClock } from '../support/manual-clock.ts';

const PASSWORD = 'appliance-password-3f9d';
const TOKEN = 'cloud-token-77aa1c';
const SHARED = 'shared-password-91bd';
const PASSPHRASE = 'correct horse battery staple';
const SECRETS = { password: PASSWORD, token: TOKEN, shared: SHARED, passphrase: PASSPHRASE };
const NIGHTS = { name: 'Nights', zone: 'Europe/Berlin', openings: [{ days: ['sat'], start: '02:00', minutes: 60 }] };

let from: Daemon;
let to: Daemon;
let plain: string;
let sealed: string;
let passphraseFile: string;

function connection(name: string, more: ConnectionRequest = {}): ConnectionRequest {
  const settings = {
    host: '192.0.2.10',
    user: 'admin',
    password: PASSWORD,
    trust: 'pin',
    pinnedSha256: ['ab'.repeat(32)],
  };
  return {
    name,
    appliance: { plugin: 'vos', settings: { ...settings, sshHostKeys: [`SHA256:${'A'.repeat(43)}`] } },
    slot: 'tomcat',
    dnsNames: [`${name}.example.com`],
    issuer: { account: 'Test CA' },
    dns: { account: 'Cloud' },
    draft: true,
    ...more,
  };
}

beforeAll(async () => {
  from = await Daemon.start();
  const { store } = from.app;
  await from.call('POST', '/calendars', from.local, NIGHTS);
  const acme = { directory: 'https://ca.example.com/directory', termsOfServiceAgreed: true };
  await from.call('POST', '/issuers', from.local, { name: 'Test CA', plugin: 'acme', settings: acme });
  await from.call('POST', '/dns-accounts', from.local, {
    name: 'Cloud',
    plugin: 'cloudflare',
    settings: { apiToken: TOKEN },
  });
  await store.vault.put('platform', { plugin: 'vos', fields: { password: new Secret(SHARED) } });
  await addConnection(store, connection('first', { policy: { restartCalendar: 1 } }));
  const { password: _, ...open } = connection('second').appliance?.settings ?? {};
  await addConnection(
    store,
    connection('second', { appliance: { plugin: 'vos', settings: open, credential: 'platform' } }),
  );
  [plain, sealed, passphraseFile] = ['plain.json', 'sealed.age', 'passphrase'].map((name) =>
    join(from.folder, name),
  ) as [string, string, string];
  await writeFile(passphraseFile, `${PASSPHRASE}\n`);
  await certferry(envOf(from), 'connections', 'export', plain);
  await certferry(envOf(from), 'connections', 'export', '--with-secrets', '--passphrase-file', passphraseFile, sealed);
});
afterAll(() => from[Symbol.asyncDispose]());

beforeEach(async () => {
  to = await Daemon.start();
  return () => to[Symbol.asyncDispose]();
});

function envOf(daemon: Daemon) {
  return { CERTFERRY_PUBLIC_URL: daemon.url, CERTFERRY_DATA_DIR: `${daemon.folder}/data` };
}

async function imported(file: string, ...options: readonly string[]) {
  const { status, output } = await certferry(envOf(to), 'connections', 'import', file, '--json', ...options);
  return {
    status,
    items: (JSON.parse(output) as { items: { kind: string; name: string; action: string; detail: string | null }[] })
      .items,
  };
}

const actions = (items: readonly { kind: string; name: string; action: string }[]) =>
  items.map(({ kind, name, action }) => `${action} ${kind} ${name}`);

const ALL = [
  'calendar Nights',
  'credential platform',
  'account dns Cloud',
  'account issuer Test CA',
  'connection first',
  'connection second',
];

describe('connections in a file', () => {
  it('come back with everything that they use, and their secrets when these were asked for', async () => {
    const { status, items } = await imported(sealed, '--passphrase-file', passphraseFile);

    const { store } = to.app;
    const [first, second] = await store.connections.all();
    const account = await findAccount(store, 'dns', 'Cloud');
    const settingsOf = (ref: PluginRef) => readSettings(ref, store.vault);
    expect(status).toBe(0);
    expect(actions(items)).toEqual(ALL.map((one) => `added ${one}`));
    expect(first?.policy.restartCalendar).toBe(1);
    expect([first?.incomplete, second?.incomplete]).toEqual([[], []]);
    expect(reveal(await settingsOf(first?.appliance as PluginRef), 'password')).toBe(PASSWORD);
    expect(reveal(await settingsOf(second?.appliance as PluginRef), 'password')).toBe(SHARED);
    expect(reveal(await settingsOf(account.ref), 'apiToken')).toBe(TOKEN);
  });

  it('hold no secret that was not asked for, and show none that was', async () => {
    const files = [plain, sealed].map(async (file) => ({ where: file, content: await readFile(file, 'latin1') }));

    expectNoSecrets(await Promise.all(files), SECRETS);
    expect((await stat(plain)).mode & 0o777).toBe(0o600);
    expect(await readFile(sealed, 'utf8')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
    expectNoSecrets(
      [{ where: 'the audit', content: JSON.stringify(await from.app.store.audit.list({ limit: 500 })) }],
      SECRETS,
    );
  });

  it('are only looked at in a dry run, which says the same as the import after it', async () => {
    const dry = await imported(sealed, '--passphrase-file', passphraseFile, '--dry-run');
    const before = await to.app.store.connections.all();
    const real = await imported(sealed, '--passphrase-file', passphraseFile);
    const again = await imported(sealed, '--passphrase-file', passphraseFile);

    expect(before).toEqual([]);
    expect(await to.app.store.audit.list({ action: 'connection.import', limit: 50 })).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ subject: null, outcome: 'done' })]),
    );
    expect(dry.items).toEqual(real.items);
    expect(actions(again.items)).toEqual(ALL.map((one) => `same ${one}`));
  });

  it('without their secrets are refused where these are needed, with the reason, and the rest is stored', async () => {
    const { status, items } = await imported(plain);

    expect(status).toBe(1);
    expect(items.map(({ action, name }) => `${action} ${name}`)).toEqual([
      'added Nights',
      'refused platform',
      'refused dns Cloud',
      'added issuer Test CA',
      'refused first',
      'refused second',
    ]);
    expect(items[1]?.detail).toContain('Its secrets are not in the file');
    expect(items[4]?.detail).toContain('There is no DNS account "Cloud"');
    expect(await to.app.store.calendars.all()).toHaveLength(1);
  });

  it('change what is there by name, and keep the secrets that it has', async () => {
    const { store } = from.app;
    const [first] = await store.connections.all();
    await changeConnection(store, 1, first?.version ?? 0, { ...connection('first'), dnsNames: ['other.example.com'] });
    const env = envOf(from);

    const { output } = await certferry(env, 'connections', 'import', plain);

    const [restored] = await store.connections.all();
    expect(output).toMatch(/\nchanged +connection +first\n.*1 change made\.\n$/s);
    expect(restored?.dnsNames).toEqual(['first.example.com']);
    expect(reveal(await readSettings(restored?.appliance as PluginRef, store.vault), 'password')).toBe(PASSWORD);
  });

  it.each([
    ['a wrong passphrase', () => sealed, 'another passphrase!', 'does not open the file'],
    ['something else', () => passphraseFile, PASSPHRASE, 'neither JSON nor encrypted'],
  ])('are refused with %s, and nothing of it is said', async (_, file, passphrase, message) => {
    const wrong = join(to.folder, 'wrong');
    await writeFile(wrong, passphrase);

    const refused = certferry(envOf(to), 'connections', 'import', file(), '--passphrase-file', wrong);

    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(PASSPHRASE);
  });

  it('may be more than other requests are, and are not read before the login', async () => {
    const file = JSON.parse(await readFile(plain, 'utf8'));
    const many = Array.from({ length: 10 }, (_, n) => ({
      ...file.connections[0],
      name: `many ${n}`,
      slot: 'x'.repeat(40_000),
      issuer: UNCHOSEN,
      dns: UNCHOSEN,
    }));
    const body = { file: { ...file, accounts: [], credentials: [], connections: many }, dryRun: true };

    const taken = await to.call('POST', '/connections/import', to.local, body);
    const anonymous = await to.call('POST', '/connections/import', {}, body);
    const elsewhere = await to.call('POST', '/connections', to.local, body);

    const { items } = (await taken.json()) as { items: { action: string }[] };
    expect(items.filter(({ action }) => action === 'added')).toHaveLength(11);
    expect([anonymous.status, elsewhere.status]).toEqual([401, 413]);
  });
});

describe('secrets in a file', () => {
  it('are for somebody who proves again who they are, and for no API token; it is told and audited', async () => {
    const { access, store } = from.app;
    const id = await from.user('petra', 'admin');
    await from.user('sabine', 'admin');
    const petra = await from.loggedIn('petra');
    const sabine = await from.loggedIn('sabine');
    const user = await store.access.users.get(id);
    if (!user) throw new Error('There is no such user.');
    const { secret } = await access.secondFactor.begin(user);
    await access.secondFactor.confirm(user, codeOf(secret, new Date(Date.now() - 30_000)));
    const ask = (caller: Caller, more: object = {}) =>
      from.call('POST', '/connections/export', caller, { passphrase: PASSPHRASE, ...more });
    const answers = [
      await ask(await from.token('admin')),
      await ask(sabine),
      await ask(sabine, { password: 'not her password' }),
      await ask(petra, { password: LOGIN }),
      await ask(petra, { password: LOGIN, code: '000000' }),
      await ask(petra, { password: LOGIN, code: codeOf(secret, new Date()) }),
      await ask(sabine, { password: LOGIN }),
    ];
    const texts = await Promise.all(answers.map((answer) => answer.text()));

    expect(texts.map((text) => (text.startsWith('-----BEGIN AGE') ? 'file' : JSON.parse(text).code))).toEqual([
      'FORBIDDEN',
      'BAD_REQUEST',
      'LOGIN_FAILED',
      'SECOND_FACTOR_NEEDED',
      'LOGIN_FAILED',
      'file',
      'file',
    ]);
    const told = (await from.accessEvents()).filter(({ type }) => type === 'access.secrets-exported');
    expect(told.map(({ actor }) => actor)).toEqual(['local operator', 'petra', 'sabine']);
    const rows = await store.audit.list({ action: 'connection.export', limit: 50 });
    expect(rows.filter(({ outcome }) => outcome === 'refused')).toHaveLength(5);
  });

  it('are for a person without a password when the single sign-on was a moment ago', async () => {
    const clock = new ManualClock();
    await using daemon = await Daemon.start({ clock });
    const { access, store } = daemon.app;
    const user = await access.users.create(
      { name: 'otto', role: 'admin', scope: 'all', password: null, temporary: false },
      'a test',
    );
    const { secret } = await access.sessions.begin(user, 'sso', { address: '127.0.0.1', agent: 'a test' });
    const cookie = `certferry-${new URL(daemon.url).port}=${secret}`;
    const session = (await (await daemon.call('GET', '/session', { cookie })).json()) as { csrfToken: string };
    const otto = { cookie, 'x-csrf-token': session.csrfToken };
    const ask = async () => (await daemon.call('POST', '/connections/export', otto, { passphrase: PASSPHRASE })).status;

    const fresh = await ask();
    clock.advance(11 * 60_000);

    expect([fresh, await ask()]).toEqual([200, 403]);
    expect(await store.access.sessions.ofUser(user.id)).toHaveLength(1);
  });
});

const UNCHOSEN = { plugin: '', settings: {} };

function reveal(settings: Readonly<Record<string, unknown>>, field: string): string | null {
  const secret = settings[field];
  return secret instanceof Secret ? secret.reveal() : null;
}
