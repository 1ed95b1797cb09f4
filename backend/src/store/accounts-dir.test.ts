import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAccountsDir } from './accounts-dir.ts';

let parent: string;
let root: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'certferry-accounts-'));
  root = join(parent, 'accounts');
});
afterEach(() => rm(parent, { recursive: true }));

describe('the folder of a connection', () => {
  const owner = { id: 7, firstName: 'cucm.example.com' };

  test('keeps files, a log and history, readable by their owner alone', async () => {
    const umask = process.umask(0);
    try {
      const folder = (await createAccountsDir(root)).connectionFolder(owner);
      await folder.write('certificate.pem', 'new');
      await folder.appendLog('one');
      await folder.appendLog('two\n');
      await folder.archive('0A1B', { 'certificate.pem': 'old', 'chain.pem': 'old chain' });

      expect(await tree(root)).toEqual({
        '.': '700',
        connections: '700',
        'connections/cucm.example.com-7': '700',
        'connections/cucm.example.com-7/certificate.pem': '600',
        'connections/cucm.example.com-7/history': '700',
        'connections/cucm.example.com-7/history/0A1B': '700',
        'connections/cucm.example.com-7/history/0A1B/certificate.pem': '600',
        'connections/cucm.example.com-7/history/0A1B/chain.pem': '600',
        'connections/cucm.example.com-7/renewal.log': '600',
        issuers: '700',
      });
      expect(await folder.read('certificate.pem')).toBe('new');
      expect(await folder.read('renewal.log')).toBe('one\ntwo\n');
    } finally {
      process.umask(umask);
    }
  });

  test('replaces a file as a whole, and archives the same again', async () => {
    const folder = (await createAccountsDir(root)).connectionFolder(owner);
    await folder.write('certificate.pem', 'a longer text');

    await folder.write('certificate.pem', 'short');
    await folder.archive('1', { a: 'x' });
    await folder.archive('1', { a: 'x' });

    expect(await folder.read('certificate.pem')).toBe('short');
    expect(await folder.read('csr.pem')).toBeNull();
    expect(await readdir(join(root, 'connections/cucm.example.com-7'))).toEqual(['certificate.pem', 'history']);
  });

  test('never shows half of a file that many write at once', async () => {
    const folder = (await createAccountsDir(root)).connectionFolder(owner);
    const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(50_000));

    const writing = Promise.all(texts.map((text) => folder.write('certificate.pem', text)));
    const seen = await Promise.all(Array.from({ length: 20 }, () => folder.read('certificate.pem')));
    await writing;

    for (const text of [...seen, await folder.read('certificate.pem')]) {
      expect(text === null || texts.includes(text)).toBe(true);
    }
  });

  test('moves with the first name of its connection, and not with that of another', async () => {
    const accounts = await createAccountsDir(root);
    await accounts.connectionFolder(owner).write('csr.pem', 'mine');
    await accounts.connectionFolder({ id: 17, firstName: 'x-7' }).write('csr.pem', 'other');

    const renamed = accounts.connectionFolder({ id: 7, firstName: '*.example.org' });

    expect(await renamed.read('csr.pem')).toBe('mine');
    expect(await readdir(join(root, 'connections'))).toEqual(['_.example.org-7', 'x-7-17']);
  });
});

describe('the folder of an issuer', () => {
  test('keeps an account', async () => {
    const folder = (await createAccountsDir(root)).issuerFolder('letsencrypt');
    expect(await folder.read('account.key')).toBeNull();

    await folder.write('account.key', 'PEM');

    expect(await folder.read('account.key')).toBe('PEM');
    expect(await readFile(join(root, 'issuers/letsencrypt/account.key'), 'utf8')).toBe('PEM');
  });

  test('is never shared by different names', async () => {
    const accounts = await createAccountsDir(root);
    const names = ['a:b', 'a/b', 'a_b', 'a*b', `${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`];

    for (const name of names) await accounts.issuerFolder(name).write('account.key', name);

    for (const name of names) expect(await accounts.issuerFolder(name).read('account.key')).toBe(name);
    expect(await readdir(join(root, 'issuers'))).toHaveLength(names.length);
  });
});

test.each(['../../escape', '..', '.', '', '/etc/x', 'a\\..\\b', 'a\0b', '.hidden', '日本'])(
  'keeps the name %j inside',
  async (name) => {
    const accounts = await createAccountsDir(root);

    await accounts.issuerFolder(name).write(name, 'text');
    await accounts.connectionFolder({ id: 1, firstName: name }).archive(name, { [name]: 'text' });

    expect(await accounts.issuerFolder(name).read(name)).toBe('text');
    expect(await readdir(parent)).toEqual(['accounts']);
    expect((await readdir(root)).sort()).toEqual(['connections', 'issuers']);
    const deepest = (await readdir(root, { recursive: true })).map((path) => path.split('/').length);
    expect(Math.max(...deepest)).toBe(5);
  },
);

describe('what it finds', () => {
  test('gets its modes corrected, and what a link leads to does not', async () => {
    const outside = join(parent, 'outside');
    await writeFile(outside, 'not ours', { mode: 0o644 });
    await (await createAccountsDir(root)).connectionFolder({ id: 1, firstName: 'a' }).write('private.key', 'PEM');
    await symlink(outside, join(root, 'connections/link'));
    for (const path of ['.', 'connections', 'connections/a-1']) await chmod(join(root, path), 0o755);
    await chmod(join(root, 'connections/a-1/private.key'), 0o644);

    await createAccountsDir(root);

    expect(await tree(root)).toMatchObject({
      '.': '700',
      connections: '700',
      'connections/a-1': '700',
      'connections/a-1/private.key': '600',
    });
    expect((await stat(outside)).mode & 0o777).toBe(0o644);
  });

  test('is refused when it is no folder', async () => {
    await writeFile(root, '');

    await expect(createAccountsDir(root)).rejects.toMatchObject({
      code: 'INVALID_SETTINGS',
      message: `certferry cannot write to the folder ${root} (EEXIST).`,
    });
  });

  test('is refused when it is shared by all users', async () => {
    await mkdir(root);
    await chmod(root, 0o1777);

    await expect(createAccountsDir(root)).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });

    expect((await stat(root)).mode & 0o7777).toBe(0o1777);
  });

  test.skipIf(process.geteuid?.() !== 0)('is refused when it cannot be written to (needs root)', async () => {
    await chmod(parent, 0o755);
    await mkdir(root, { mode: 0o755 });

    const refused = await asNobody(() => createAccountsDir(root).then(null, (error: unknown) => error));

    expect(refused).toMatchObject({
      code: 'INVALID_SETTINGS',
      message: `certferry cannot write to the folder ${root} (EACCES).`,
    });
    expect((await stat(root)).mode & 0o777).toBe(0o755);
  });
});

/** To root nothing is forbidden: gives that up for as long as `work` takes. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  process.seteuid?.('nobody');
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

async function tree(path: string): Promise<Record<string, string>> {
  const names = ['.', ...(await readdir(path, { recursive: true }))].sort();
  const entries = names.map(async (name) => [name, ((await stat(join(path, name))).mode & 0o777).toString(8)]);
  return Object.fromEntries(await Promise.all(entries));
}
