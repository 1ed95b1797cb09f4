import { strToU8, zipSync } from 'fflate';

/** A ZIP of text files. Not encrypted: what ZIP calls a password protects nothing. */
export function zip(files: Readonly<Record<string, string>>, now: Date): Buffer {
  const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const);
  return Buffer.from(zipSync(Object.fromEntries(entries), { mtime: now }));
}
