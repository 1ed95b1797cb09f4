import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Decrypter, Encrypter } from 'age-encryption';
import { create, extract } from 'tar';
import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { auditHeadIn } from '../store/kysely/audit-file.ts';
import { snapshotDatabase } from '../store/kysely/snapshot.ts';
import { masterKeyBytes } from '../store/master-key.ts';
import { FILE_MODE, FOLDER_MODE } from '../store/private-files.ts';
import { VERSION } from '../version.ts';

/**
 * An archive is a gzipped tar of `manifest.json`, `certferry.sqlite` and `accounts/`, encrypted in the age format
 * (https://age-encryption.org/v1) with the master key, as base64, for a passphrase. It does not hold the master key.
 */

const manifestSchema = z.object({
  product: z.literal('certferry'),
  format: z.literal(1),
  version: z.string(),
  /** ISO 8601 */
  createdAt: z.string(),
  /** The end of the audit in it: an anchor that is kept elsewhere. Archives of earlier versions have none. */
  audit: z.object({ seq: z.number(), hash: z.string() }).nullish(),
});

export type Manifest = z.output<typeof manifestSchema>;

/** Absolute paths of what a running daemon keeps. */
export interface Kept {
  readonly databaseFile: string;
  readonly accountsDir: string;
}

const DATABASE = 'certferry.sqlite';
const ACCOUNTS = 'accounts';
const MANIFEST = 'manifest.json';

/** How folders begin that a restore moves to what was there before. */
export const ASIDE = 'before-restore-';

/** Copies of the folder of accounts that are begun. Each takes milliseconds, as does a write that disturbs it. */
const COPIES = 10;

/** The passphrase is as strong as a key, so that stretching it would only cost time: scrypt with N = 2^10. */
const WORK_FACTOR = 10;

interface Writing {
  readonly file: string;
  /** A folder for the copies on the way, which are removed. They hold account keys in clear. */
  readonly scratch: string;
  readonly now: Date;
  readonly signal?: AbortSignal;
}

/** Writes an archive to `file`, mode 0600. */
export async function writeArchive(
  kept: Kept,
  masterKey: Secret,
  { file, scratch, now, signal }: Writing,
): Promise<void> {
  const stage = await mkdtemp(join(scratch, '.backup-'));
  try {
    await snapshotDatabase(kept.databaseFile, join(stage, DATABASE));
    signal?.throwIfAborted();
    await copySettled(kept.accountsDir, join(stage, ACCOUNTS));
    const manifest: Manifest = {
      product: 'certferry',
      format: 1,
      version: VERSION,
      createdAt: now.toISOString(),
      audit: auditHeadIn(join(stage, DATABASE)),
    };
    await writeFile(join(stage, MANIFEST), JSON.stringify(manifest), { mode: FILE_MODE });
    const packed = Readable.from(create({ cwd: stage, gzip: true, portable: true }, [MANIFEST, DATABASE, ACCOUNTS]));
    const encrypter = new Encrypter();
    encrypter.setPassphrase(passphraseOf(masterKey));
    encrypter.setScryptWorkFactor(WORK_FACTOR);
    const sealed = await encrypter.encrypt(bytesOf(packed));
    await pipeline(
      Readable.fromWeb(sealed as ReadableStream),
      createWriteStream(file, { mode: FILE_MODE, flush: true }),
      { signal },
    );
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** The daemon writes there meanwhile, to a file of another name first: what was there a moment ago may be gone. */
async function copySettled(from: string, to: string): Promise<void> {
  for (let left = COPIES; ; left -= 1) {
    try {
      return await copyAccounts(from, to);
    } catch (err) {
      const isGone = err instanceof Error && 'code' in err && err.code === 'ENOENT';
      if (!isGone || left === 1) throw err;
      await rm(to, { recursive: true, force: true });
    }
  }
}

/** All but work that is under way, and what a restore moved aside. */
async function copyAccounts(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: FOLDER_MODE });
  const names = (await readdir(from)).filter((name) => !name.startsWith('.') && !name.startsWith(ASIDE));
  for (const name of names) await cp(join(from, name), join(to, name), { recursive: true });
}

/**
 * Unpacks an archive into `folder`, and returns where its parts are.
 *
 * @throws AppError VAULT_KEY_MISMATCH when the master key does not open it; INVALID_SETTINGS when it is no archive of
 *   certferry, is damaged, or is of a format that this version does not know.
 */
export async function readArchive(
  file: string,
  masterKey: Secret,
  folder: string,
): Promise<Kept & { readonly manifest: Manifest }> {
  await decrypted(file, masterKey, folder);
  const manifest = await manifestIn(folder);
  const parts = { databaseFile: join(folder, DATABASE), accountsDir: join(folder, ACCOUNTS) };
  if (!manifest || !existsSync(parts.databaseFile) || !existsSync(parts.accountsDir)) throw notAnArchive(file);
  return { ...parts, manifest };
}

async function decrypted(file: string, masterKey: Secret, folder: string): Promise<void> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphraseOf(masterKey));
  try {
    const plain = await decrypter.decrypt(bytesOf(createReadStream(file)));
    await pipeline(Readable.fromWeb(plain as ReadableStream), extract({ cwd: folder, strict: true }));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') throw cause;
    if (cause instanceof Error && /no identity matched/i.test(cause.message)) {
      throw new AppError('VAULT_KEY_MISMATCH', `The master key does not open ${file}.`, { cause });
    }
    throw notAnArchive(file, cause);
  }
}

async function manifestIn(folder: string): Promise<Manifest | null> {
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function notAnArchive(file: string, cause?: unknown): AppError {
  return new AppError(
    'INVALID_SETTINGS',
    `${file} is no backup that this version of certferry can read, or is damaged.`,
    {
      cause,
    },
  );
}

/** One spelling of the key, however it was given. */
function passphraseOf(masterKey: Secret): string {
  return masterKeyBytes(masterKey)?.toString('base64') ?? '';
}

function bytesOf(stream: Readable): globalThis.ReadableStream<Uint8Array> {
  // The same class under the name that the DOM library gives it.
  return Readable.toWeb(stream) as globalThis.ReadableStream<Uint8Array>;
}
