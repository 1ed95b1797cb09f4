import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { migrations } from './index.ts';

test('lists every migration of this folder, in the order of their numbers', async () => {
  const files = (await readdir(import.meta.dirname)).filter((name) => /^\d{3}-[a-z-]+\.ts$/.test(name));

  expect(Object.keys(migrations)).toEqual(files.map((name) => name.replace('.ts', '')).sort());
});
