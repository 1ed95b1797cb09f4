import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processEnv, readVariable } from './env.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-env-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('reads a variable; empty is unset', () => {
  expect(readVariable({ CERTFERRY_X: ' a ' }, 'CERTFERRY_X')).toBe(' a ');
  expect(readVariable({ CERTFERRY_X: '', CERTFERRY_X_FILE: '' }, 'CERTFERRY_X')).toBeUndefined();
  expect(readVariable({}, 'CERTFERRY_X')).toBeUndefined();
});

test('reads the file that a variable names, without line breaks at its end', async () => {
  const file = join(folder, 'value');
  await writeFile(file, ' two\nlines \r\n\n');

  expect(readVariable({ CERTFERRY_X_FILE: file, CERTFERRY_X: '' }, 'CERTFERRY_X')).toBe(' two\nlines ');
});

test('takes an empty file as unset', async () => {
  const file = join(folder, 'value');
  await writeFile(file, '\n');

  expect(readVariable({ CERTFERRY_X_FILE: file }, 'CERTFERRY_X')).toBeUndefined();
});

test('refuses both, and a file that cannot be read', () => {
  const both = { CERTFERRY_X: 'a', CERTFERRY_X_FILE: join(folder, 'value') };
  const missing = { CERTFERRY_X_FILE: join(folder, 'missing') };

  expect(() => readVariable(both, 'CERTFERRY_X')).toThrow('CERTFERRY_X and CERTFERRY_X_FILE are both set');
  expect(() => readVariable(missing, 'CERTFERRY_X')).toThrow(
    'CERTFERRY_X_FILE names a file that cannot be read (ENOENT',
  );
  expect(() => readVariable(both, 'CERTFERRY_X')).toThrow(expect.objectContaining({ code: 'INVALID_SETTINGS' }));
  expect(() => readVariable(missing, 'CERTFERRY_X')).toThrow(expect.objectContaining({ code: 'INVALID_SETTINGS' }));
});

test('gives the environment of this process', () => {
  expect(processEnv().PATH).toBe(process.env.PATH);
});
