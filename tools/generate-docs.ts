import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED } from './docs/markdown.ts';
import { OPENAPI_FILE, openApiText } from './docs/openapi.ts';
import { generatedPages } from './docs/pages.ts';

/** Writes the pages under docs/ that are derived from the sources, and removes those whose source is gone. */
const root = fileURLToPath(new URL('..', import.meta.url));
const pages = new Map([...generatedPages(root), [OPENAPI_FILE, await openApiText()]]);

for (const entry of readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })) {
  const path = `docs/${entry.replaceAll('\\', '/')}`;
  if (!path.endsWith('.md') || pages.has(path)) continue;
  if (readFileSync(join(root, path), 'utf8').startsWith(GENERATED)) rmSync(join(root, path));
}
for (const [path, text] of pages) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
process.stdout.write(`${pages.size} pages written\n`);
