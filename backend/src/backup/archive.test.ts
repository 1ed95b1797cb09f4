import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import writeFileAtomic from 'write-file-atomic';
import { Secret } from '../domain/secret.ts';
import { systemClock } from '../plugins/clock.ts';
import { openStore } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import { readArchive, writeArchive } from './archive.ts';

const PRIVATE = '-----BEGIN PRIVATE KEY----- of an account';
const masterKey = newMasterKey();

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-archive-'));
  file = join(folder, 'archive.age');
  await mkdir(join(folder, 'accounts/issuers/ca'), { recursive: true });
  await mkdir(join(folder, 'unpacked'));
  await writeFile(join(folder, 'accounts/issuers/ca/account.key'), PRIVATE, { mode: 0o600 });
});
afterEach(() => rm(folder, { recursive: true }));

const kept = () => ({ databaseFile: join(folder, 'certferry.sqlite'), accountsDir: join(folder, 'accounts') });
const unpacked = () => join(folder, 'unpacked');

/** Made while the database is open and its last transaction stands in the write-ahead log. */
async function makeArchive(): Promise<void> {
  await using store = await openStore({ file: kept().databaseFile, masterKey, clock: systemClock });
  await store.settings.put('a choice', 'kept');
  await writeArchive(kept(), masterKey, { file, scratch: folder, now: new Date('2026-11-22T02:40:00Z') });
}

describe('an archive', () => {
  it('holds the database as it was, and accounts/ with its modes', async () => {
    await makeArchive();

    const { manifest, databaseFile, accountsDir } = await readArchive(file, masterKey, unpacked());

    await using store = await openStore({ file: databaseFile, masterKey, clock: systemClock });
    const key = join(accountsDir, 'issuers/ca/account.key');
    expect(manifest.createdAt).toBe('2026-11-22T02:40:00.000Z');
    expect(await store.settings.get('a choice')).toBe('kept');
    expect(await readFile(key, 'utf8')).toBe(PRIVATE);
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is made while the daemon writes to accounts/', async () => {
    const issuer = join(folder, 'accounts/issuers/ca');
    const writing = (async () => {
      for (let round = 0; round < 30; round += 1)
        await Promise.all(
          Array.from({ length: 20 }, (_, index) => writeFileAtomic(join(issuer, `order-${index}.json`), `${round}`)),
        );
    })();

    await makeArchive();
    await writing;
    const { accountsDir } = await readArchive(file, masterKey, unpacked());

    expect(await readFile(join(accountsDir, 'issuers/ca/account.key'), 'utf8')).toBe(PRIVATE);
  });

  it('shows nothing of what is in it', async () => {
    await makeArchive();

    const bytes = await readFile(file);

    expect(bytes.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    expect(bytes.includes('account.key')).toBe(false);
    expect(bytes.includes(PRIVATE)).toBe(false);
  });

  it('opens with the same key in another spelling', async () => {
    await makeArchive();
    const hex = new Secret(Buffer.from(masterKey.reveal(), 'base64').toString('hex'));

    await expect(readArchive(file, hex, unpacked())).resolves.toMatchObject({ manifest: { format: 1 } });
  });

  it('does not open with another key', async () => {
    await makeArchive();

    await expect(readArchive(file, newMasterKey(), unpacked())).rejects.toMatchObject({ code: 'VAULT_KEY_MISMATCH' });
  });

  it.each([
    ['is cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)],
    ['was changed', (bytes: Buffer) => bytes.fill(0, bytes.length - 200, bytes.length - 150)],
    ['is something else', () => Buffer.from('a shopping list')],
  ])('is refused when it %s', async (_, change) => {
    await makeArchive();
    await writeFile(file, change(await readFile(file)));

    await expect(readArchive(file, masterKey, unpacked())).rejects.toMatchObject({
      code: 'INVALID_SETTINGS',
      message: expect.stringContaining('is no backup'),
    });
  });
});
