import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '../domain/secret.ts';
import { systemClock } from '../plugins/clock.ts';
import { openStore } from '../store/kysely/open.ts';
import { masterKeyBytes, newMasterKey } from '../store/master-key.ts';
import { readSecrets } from './secrets.ts';

const TOKEN = 'a-token-of-a-good-length';

let parent: string;
let dataDir: string;
let config: { dataDir: string; databaseFile: string };

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'certferry-secrets-'));
  dataDir = join(parent, 'data');
  config = { dataDir, databaseFile: join(dataDir, 'certferry.sqlite') };
});
afterEach(() => rm(parent, { recursive: true }));

test('makes a key and a token at the first start, readable by their owner alone, and keeps them', async () => {
  const first = await readSecrets({}, config);
  const second = await readSecrets({}, config);

  expect(masterKeyBytes(first.masterKey)).toHaveLength(32);
  expect(first.accessToken.reveal()).toMatch(/^[\w-]{43}$/);
  expect(first.accessTokenFile).toBe(join(dataDir, 'access-token'));
  expect(second.masterKey.reveal()).toBe(first.masterKey.reveal());
  expect(second.accessToken.reveal()).toBe(first.accessToken.reveal());
  expect(await mode(dataDir)).toBe(0o700);
  expect(await mode(join(dataDir, 'master.key'))).toBe(0o600);
  expect(await mode(join(dataDir, 'access-token'))).toBe(0o600);
});

test('takes what is given and makes no files', async () => {
  const masterKey = newMasterKey().reveal();
  const keyFile = join(parent, 'key');
  await writeFile(keyFile, `${masterKey}\n`);

  const secrets = await readSecrets({ CERTFERRY_MASTER_KEY_FILE: keyFile, CERTFERRY_ACCESS_TOKEN: TOKEN }, config);

  expect(secrets.masterKey.reveal()).toBe(masterKey);
  expect(secrets.accessToken.reveal()).toBe(TOKEN);
  expect(secrets.accessTokenFile).toBeNull();
  expect(await readdir(dataDir)).toEqual([]);
});

test('corrects the mode of a file that others can read', async () => {
  await readSecrets({}, config);
  await chmod(join(dataDir, 'master.key'), 0o644);

  await readSecrets({}, config);

  expect(await mode(join(dataDir, 'master.key'))).toBe(0o600);
});

test('makes no new key over sealed secrets', async () => {
  const { masterKey } = await readSecrets({}, config);
  await using store = await openStore({ file: config.databaseFile, masterKey, clock: systemClock });
  await store.vault.put('cucm', { plugin: 'vos', fields: { password: new Secret('x') } });
  await rm(join(dataDir, 'master.key'));

  await expect(readSecrets({}, config)).rejects.toMatchObject({
    code: 'VAULT_KEY_MISMATCH',
    message: expect.stringContaining(`their master key ${join(dataDir, 'master.key')} is gone`),
  });

  expect(await readdir(dataDir)).not.toContain('master.key');
});

test('makes a new key over a database without secrets', async () => {
  const { masterKey } = await readSecrets({}, config);
  await (await openStore({ file: config.databaseFile, masterKey, clock: systemClock }))[Symbol.asyncDispose]();
  await rm(join(dataDir, 'master.key'));

  expect((await readSecrets({}, config)).masterKey.reveal()).not.toBe(masterKey.reveal());
});

test('refuses a malformed key or token by name, and never repeats it', async () => {
  const malformed = { CERTFERRY_MASTER_KEY: 'hunter2', CERTFERRY_ACCESS_TOKEN: 'too short' };

  const refusals = await Promise.all(
    Object.entries(malformed).map(([name, value]) => readSecrets({ [name]: value }, config).then(null, String)),
  );

  expect(refusals).toEqual([
    'AppError: CERTFERRY_MASTER_KEY is not valid; allowed is 32 random bytes as base64 (44 characters) or hex (64 digits).',
    'AppError: CERTFERRY_ACCESS_TOKEN is not valid; allowed is at least 16 visible ASCII characters.',
  ]);
});

test('refuses a kept key that is damaged and leaves it as it is', async () => {
  await readSecrets({}, config);
  const file = join(dataDir, 'master.key');
  await writeFile(file, 'half a k');

  await expect(readSecrets({}, config)).rejects.toMatchObject({
    code: 'INVALID_SETTINGS',
    message: expect.stringContaining(`The content of ${file} is not valid`),
  });

  expect(await readFile(file, 'utf8')).toBe('half a k');
});

async function mode(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}
