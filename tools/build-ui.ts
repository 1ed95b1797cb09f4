import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const FRONTEND = fileURLToPath(new URL('../frontend', import.meta.url));
const SOURCES = ['src', 'public', 'index.html', 'package.json', 'vite.config.ts'];

/** Builds the web interface unless what is built is newer than all that it is built from. */
export async function buildUiIfStale(): Promise<void> {
  const built = join(FRONTEND, 'dist/index.html');
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  if (builtAt > Math.max(...SOURCES.map((name) => newestIn(join(FRONTEND, name))))) return;
  await build({ root: FRONTEND, configFile: join(FRONTEND, 'vite.config.ts'), logLevel: 'warn' });
}

function newestIn(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildUiIfStale();
