import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdFolder } from './folder-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const MODULE = fileURLToPath(new URL('./folder-lock.ts', import.meta.url));

test('a folder is held by one, until it lets go', async () => {
  const first = await holdFolder(folder);
  const second = holdFolder(folder);

  await expect(second).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(folder) });
  first[Symbol.dispose]();
  (await holdFolder(folder))[Symbol.dispose]();
  expect((await stat(join(folder, 'daemon.lock'))).mode & 0o777).toBe(0o600);
});

test('a process that is killed lets go', async () => {
  const script = `const { holdFolder } = await import(${JSON.stringify(MODULE)}); const lock = await holdFolder(${JSON.stringify(folder)}); process.stdout.write('held'); setInterval(() => lock, 1000);`;
  const other = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  await once(other.stdout, 'data');
  await expect(holdFolder(folder)).rejects.toMatchObject({ code: 'CONFLICT' });

  other.kill('SIGKILL');
  await once(other, 'exit');

  (await holdFolder(folder))[Symbol.dispose]();
});
