import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { httpSolverPlugin, httpSolverPlugins } from './index.ts';

test('the list and the folders are the same', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map((entry) => entry.name);

  expect(httpSolverPlugins.map(({ id }) => id).sort()).toEqual(folders.sort());
});

test('a plugin is found by its id', () => {
  expect(httpSolverPlugin('manual').title).toBe('By hand');
});

test('an unknown id is an error that names the known ones', () => {
  expect(() => httpSolverPlugin('ftp')).toThrow(
    expect.objectContaining({ code: 'INVALID_SETTINGS', message: expect.stringContaining('webroot') }),
  );
});
