import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { createFileHosts } from '../plugins/file-hosts.ts';
import { FolderSolver } from './folder-solver.ts';

const TOKEN = { dnsName: 'web.example.com', token: 'tok-en_1', text: 'tok-en_1.thumb' };
const HOME = '.well-known/acme-challenge';

let root: string;
let webroot: FolderSolver;

const signal = new AbortController().signal;
const hosts = createFileHosts();

function solverIn(folder: string): FolderSolver {
  return new FolderSolver({ root: folder, checked: true, open: (during) => hosts.open({ where: 'local' }, during) });
}

beforeEach(async () => {
  root = await scratchFolder('certferry-webroot-');
  webroot = solverIn(root);
});

describe('a file', () => {
  test('and its folders can be read by another user, whatever the umask is', async () => {
    const umask = process.umask(0o077);
    try {
      await webroot.present(TOKEN, signal);
    } finally {
      process.umask(umask);
    }

    const modes = await Promise.all(
      ['.well-known', HOME, `${HOME}/tok-en_1`].map(async (path) => (await lstat(join(root, path))).mode & 0o777),
    );
    expect(modes).toEqual([0o755, 0o755, 0o644]);
    expect(await readdir(join(root, HOME))).toEqual(['tok-en_1']);
  });

  test('never leaves its folder', async () => {
    for (const token of ['../../index.html', '..', 'a/b', 'a\u0000', '']) {
      await expect(webroot.present({ ...TOKEN, token }, signal)).rejects.toMatchObject({ code: 'INTERNAL' });
      await expect(webroot.cleanUp({ ...TOKEN, token }, signal)).rejects.toMatchObject({ code: 'INTERNAL' });
    }
  });

  test('is not read, written or removed through a link', async () => {
    const elsewhere = join(root, 'elsewhere');
    await writeFile(elsewhere, TOKEN.text);
    await mkdir(join(root, HOME), { recursive: true });
    await symlink(elsewhere, join(root, HOME, TOKEN.token));

    await webroot.cleanUp(TOKEN, signal);
    const placed = webroot.present({ ...TOKEN, text: 'new' }, signal);

    await expect(placed).rejects.toMatchObject({ code: 'HTTP_SOLVER_FAILED' });
    expect(await readFile(elsewhere, 'utf8')).toBe(TOKEN.text);
  });
});

describe('what is refused with a reason', () => {
  test('a folder that is not there', async () => {
    const gone = solverIn(join(root, 'gone'));

    await expect(gone.check(signal)).rejects.toMatchObject({
      code: 'HTTP_SOLVER_FAILED',
      message: expect.stringContaining('gone'),
    });
    await expect(gone.present(TOKEN, signal)).rejects.toMatchObject({ code: 'HTTP_SOLVER_FAILED' });
  });

  test('a link in place of a folder', async () => {
    await symlink('/tmp', join(root, '.well-known'));

    await expect(webroot.present(TOKEN, signal)).rejects.toMatchObject({
      code: 'HTTP_SOLVER_FAILED',
      message: expect.stringContaining('not a folder of its own'),
    });
  });
});
