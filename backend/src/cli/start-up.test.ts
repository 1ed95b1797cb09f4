import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const SOURCES = join(import.meta.dirname, '..');

test('a command that only looks loads neither the daemon nor the lab', () => {
  const loaded = loadedBy(join(import.meta.dirname, 'program.ts'));

  expect(loaded).toContain('dns/check.ts');
  expect(loaded.filter((name) => HEAVY.includes(name))).toEqual([]);
});

const HEAVY = ['app.ts', 'server.ts', 'api/router.ts', 'doctor/doctor.ts', 'ssh2', '@certferry/lab'];

/** What is loaded before anything runs: types are not, and what is imported when it is used is not. */
function loadedBy(file: string, seen = new Set<string>()): readonly string[] {
  const name = relative(SOURCES, file);
  if (seen.has(name)) return [...seen];
  seen.add(name);
  const statements = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s(?!type\s)[^;]*?from '([^']+)';$/gm);
  for (const [, target = ''] of statements) {
    if (target.startsWith('.')) loadedBy(join(dirname(file), target), seen);
    else seen.add(target);
  }
  return [...seen];
}
