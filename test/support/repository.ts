import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** For tests that read the repository itself. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const NOT_OURS = new Set(['node_modules', 'dist', '.git', 'data', 'coverage']);

/** @param path In the repository. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Names of the folders in `path`, in alphabetical order. */
export function foldersIn(path: string): readonly string[] {
  const entries = readdirSync(join(ROOT, path), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Paths in the repository of every file below `path` that ends in `ending`, in alphabetical order. */
export function filesBelow(path: string, ending: string): readonly string[] {
  const entries = readdirSync(join(ROOT, path), { withFileTypes: true });
  const found = entries.flatMap((entry) => {
    const inside = path === '.' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesBelow(inside, ending);
    return entry.name.endsWith(ending) ? [inside] : [];
  });
  return found.sort();
}
