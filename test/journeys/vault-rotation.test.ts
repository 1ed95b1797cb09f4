import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeArchive } from '../../backend/src/backup/archive.ts';
import { readConfig } from '../../backend/src/config/config.ts';
import { readSecrets } from '../../backend/src/config/secrets.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { ROTATION_STEPS } from '../../backend/src/rotation.ts';
import { holdFolder } from '../../backend/src/store/folder-lock.ts';
import { settleKeyFile } from '../../backend/src/store/key-file.ts';
import { verifyAuditFile } from '../../backend/src/store/kysely/audit-file.ts';
import { openStore } from '../../backend/src/store/kysely/open.ts';
import { newMasterKey } from '../../backend/src/store/master-key.ts';
import { type Bundle, bundle } from '../support/bundle.ts';
import { certferry } from '../support/command.ts';
import { expectNoSecrets } from '../support/leaks.ts';
import { scratchFolder } from '../support/scratch.ts';

const SECRETS = {
  'lab appliance': { password: 'os-admin-8f3a61' },
  'connection:3f2a': { token: 'dns-token-55d0c2' },
  'access:totp:1': { secret: 'JBSWY3DPEHPK3PXP' },
  'access:sso': { clientSecret: 'client-secret-a81b' },
} as const;

let root: string;
let folder: string;
let number = 0;

beforeAll(async () => {
  root = await scratchFolder('certferry-rotation-');
  const { masterKey } = await readSecrets({}, configOf(join(root, 'model')));
  await using store = await openStore({ file: join(root, 'model/certferry.sqlite'), masterKey, clock: systemClock });
  for (const [name, fields] of Object.entries(SECRETS)) {
    const secrets = Object.fromEntries(Object.entries(fields).map(([field, text]) => [field, new Secret(text)]));
    await store.vault.put(name, { plugin: 'some', fields: secrets });
  }
});
afterAll(() => rm(root, { recursive: true }));

beforeEach(async () => {
  number += 1;
  folder = join(root, String(number));
  await cp(join(root, 'model'), folder, { recursive: true });
});

function configOf(dataDir: string) {
  return readConfig({ CERTFERRY_DATA_DIR: dataDir, CERTFERRY_ACCOUNTS_DIR: join(dataDir, 'accounts') });
}

const env = (more: Readonly<Record<string, string>> = {}) => ({ CERTFERRY_DATA_DIR: folder, ...more });
const keyIn = async (name = 'master.key') => (await readFile(join(folder, name), 'utf8')).trim();
const keyFiles = async () => (await readdir(folder)).filter((name) => name.startsWith('master.key')).sort();

/** What a daemon would find at its start. */
async function secretsFound(more: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const config = configOf(folder);
  const { masterKey } = await readSecrets(env(more), config);
  await using store = await openStore({ file: config.databaseFile, masterKey, clock: systemClock });
  const entries = await Promise.all(
    (await store.vault.names()).map(async (name) => [name, await store.vault.get(name)]),
  );
  return Object.fromEntries(
    entries.map(([name, entry]) => {
      const fields = Object.entries((entry as { fields: Record<string, Secret> }).fields);
      return [name, Object.fromEntries(fields.map(([field, secret]) => [field, secret.reveal()]))];
    }),
  );
}

describe('certferry vault rotate', () => {
  it('seals everything with a new key, which takes the place of the old one beside it, and writes it down', async () => {
    const before = await keyIn();

    const { output } = await certferry(env(), 'vault', 'rotate');

    const [, kept = ''] = /the old one in (\S+) of/.exec(output) ?? [];
    expect(output).toMatch(/^4 entries of the vault sealed with the new key\.\n.*Backups made until now/s);
    expect(await keyFiles()).toEqual(['master.key', kept]);
    expect(await keyIn()).not.toBe(before);
    expect(await keyIn(kept)).toBe(before);
    expect(await secretsFound()).toEqual(SECRETS);
    const config = configOf(folder);
    const { masterKey } = await readSecrets({}, config);
    await using store = await openStore({ file: config.databaseFile, masterKey, clock: systemClock });
    expect(await store.audit.list({ limit: 1 })).toMatchObject([
      { action: 'vault.rotate', actor: 'local operator', detail: { entries: 4 } },
    ]);
    expect(verifyAuditFile(config.databaseFile, []).fault).toBeNull();
  });

  it('leaves nothing in the database that the old key opens, and no secret in any file', async () => {
    const sealedBefore = sealedIn(join(folder, 'certferry.sqlite'));

    await certferry(env(), 'vault', 'rotate');

    const names = (await readdir(folder)).filter((name) => !name.startsWith('master.key'));
    const files = await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
    const secrets = Object.assign({}, ...Object.values(SECRETS)) as Record<string, string>;
    expectNoSecrets(
      files.map(({ name, bytes }) => ({ where: name, content: bytes.toString('latin1') })),
      secrets,
    );
    expect(sealedBefore).toHaveLength(4);
    for (const sealed of sealedBefore) expect(files.filter(({ bytes }) => bytes.includes(sealed))).toEqual([]);
  });

  it('says that backups of before need the old key, and they do open with it', async () => {
    const archive = join(root, `before-${number}.age`);
    await mkdir(join(folder, 'accounts'));
    const { masterKey } = await readSecrets({}, configOf(folder));
    await writeArchive(configOf(folder), masterKey, { file: archive, scratch: folder, now: new Date() });

    await certferry(env(), 'vault', 'rotate');

    const elsewhere = {
      CERTFERRY_DATA_DIR: join(root, `r${number}`),
      CERTFERRY_ACCOUNTS_DIR: join(root, `a${number}`),
    };
    const withOld = { ...elsewhere, CERTFERRY_MASTER_KEY: masterKey.reveal() };
    const withNew = { ...elsewhere, CERTFERRY_MASTER_KEY: await keyIn() };
    await expect(certferry(withNew, 'restore', archive)).rejects.toMatchObject({ code: 'VAULT_KEY_MISMATCH' });
    expect((await certferry(withOld, 'restore', archive)).output).toMatch(/^Restored/);
  });

  it('is refused while a daemon runs', async () => {
    using _lock = await holdFolder(folder);

    await expect(certferry(env(), 'vault', 'rotate')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('with a key of the environment needs the new one, and replaces no file', async () => {
    const old = await keyIn();
    await rm(join(folder, 'master.key'));
    const file = join(root, `given-${number}.key`);
    await writeFile(file, `${newMasterKey().reveal()}\n`);
    const given = { CERTFERRY_MASTER_KEY: old };

    const without = certferry(env(given), 'vault', 'rotate');
    await expect(without).rejects.toThrow('--new-key-file');
    const { output } = await certferry(env(given), 'vault', 'rotate', '--new-key-file', file);

    expect(output).toContain('Set CERTFERRY_MASTER_KEY_FILE');
    expect(await keyFiles()).toEqual([]);
    expect(await secretsFound({ CERTFERRY_MASTER_KEY_FILE: file })).toEqual(SECRETS);
    await expect(secretsFound(given)).rejects.toMatchObject({ code: 'VAULT_KEY_MISMATCH' });
    await expect(
      certferry(env({ CERTFERRY_MASTER_KEY_FILE: file }), 'vault', 'rotate', '--new-key-file', file),
    ).rejects.toThrow('is the one that is in use');
  });

  it('changes nothing when an entry is damaged', async () => {
    const before = await keyIn();
    const database = new SqliteDatabase(join(folder, 'certferry.sqlite'));
    database.prepare("update vault set sealed = zeroblob(40) where name = 'access:sso'").run();
    database.close();

    await expect(certferry(env(), 'vault', 'rotate')).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });

    expect(await keyFiles()).toEqual(['master.key']);
    expect(await keyIn()).toBe(before);
  });
});

describe('a rotation that is killed', { timeout: 60_000 }, () => {
  let program: Bundle;
  beforeAll(async () => {
    program = await bundle('test/support/doomed-rotation.ts');
  });
  afterAll(() => program[Symbol.asyncDispose]());

  it.each(ROTATION_STEPS)(
    'after "%s" leaves a vault that the next start opens, and that can be rotated again',
    async (step) => {
      const process = spawn(globalThis.process.execPath, [program.path, folder, step], { stdio: 'inherit' });
      const [, signal] = await once(process, 'exit');

      const found = await secretsFound();
      await settleKeyFile(configOf(folder), new Date());
      const settled = await secretsFound();
      await certferry(env(), 'vault', 'rotate');

      expect(signal).toBe('SIGKILL');
      expect(found).toEqual(SECRETS);
      expect(settled).toEqual(SECRETS);
      expect(await keyFiles()).not.toContain('master.key.next');
      expect(await secretsFound()).toEqual(SECRETS);
    },
  );
});

function sealedIn(file: string): readonly Buffer[] {
  const database = new SqliteDatabase(file, { readonly: true });
  const sealed = database.prepare<[], Buffer>('select sealed from vault').pluck().all();
  database.close();
  return sealed;
}
