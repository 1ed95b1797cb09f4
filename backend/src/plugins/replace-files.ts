import { randomBytes } from 'node:crypto';
import { AppError } from '../domain/errors.ts';
import type { NewFile, Replacement } from './file-host.ts';
import { type FileLook, type FileSystem, folderOf, nameOf } from './file-system.ts';

/** One file on its way: what is there, and what will be. */
interface Change {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
  /** Null: as the account makes it. */
  readonly owner: string | null;
  /** Null: nothing is there. */
  readonly before: (FileLook & { readonly content: string }) | null;
  /** Where the new file is until it is renamed. */
  readonly beside: string;
}

/** As `FileHost.replace` promises. */
export async function replaceFiles(
  fs: FileSystem,
  files: readonly NewFile[],
  signal: AbortSignal,
): Promise<Replacement> {
  signal.throwIfAborted();
  const changes: Change[] = [];
  const unfinished: Replaced[] = [];
  for (const file of files) {
    const change = await changeFor(fs, file);
    if (change) changes.push(change);
    else if (await fs.look(oldOf(file.path))) unfinished.push({ path: file.path, before: true });
  }
  try {
    for (const change of changes) {
      signal.throwIfAborted();
      await writeBeside(fs, change);
    }
    for (const change of changes) {
      signal.throwIfAborted();
      await copyOld(fs, change);
    }
  } catch (cause) {
    await tidy(fs, changes);
    throw cause;
  }
  const replacement = replacementOf(fs, [...changes, ...unfinished]);
  try {
    for (const { beside, path } of changes) await fs.rename(beside, path);
  } catch (cause) {
    await putAllBack(replacement, cause);
    throw cause;
  } finally {
    await Promise.allSettled(changes.map(({ beside }) => fs.remove(beside)));
  }
  return replacement;
}

/** Null when the file is as wanted already. */
async function changeFor(fs: FileSystem, { path, content, mode, owner }: NewFile): Promise<Change | null> {
  const found = await fs.look(path);
  if (found?.kind === 'link') throw refusal(fs, path, 'is a symbolic link. Give the path that it leads to');
  if (found && found.kind !== 'file') throw refusal(fs, path, 'is no plain file');
  if (!found && (await fs.look(folderOf(path))) === null) {
    throw refusal(fs, path, `cannot be written: there is no folder ${folderOf(path)}. Make it`);
  }
  const before = found && { ...found, content: (await fs.read(path)) ?? '' };
  const wanted = typeof content === 'string' ? content : content.reveal();
  if (before && before.content === wanted && before.mode === mode && ownerFits(before, owner)) return null;
  const beside = `${folderOf(path)}/.${nameOf(path)}.certferry-${randomBytes(6).toString('hex')}.new`;
  const keptOwner = before ? `${before.uid}:${before.gid}` : null;
  return { path, content: wanted, mode, owner: owner ?? keptOwner, before, beside };
}

/** An owner that is a name is set again: which number it has is not known here. */
function ownerFits({ uid, gid }: FileLook, owner: string | undefined): boolean {
  return owner === undefined || owner === `${uid}` || owner === `${uid}:${gid}`;
}

/** The mode comes last: until the owner is right, nobody else may read it. */
async function writeBeside(fs: FileSystem, { beside, content, mode, owner, path }: Change): Promise<void> {
  await fs.create(beside, content);
  await giveOwner(fs, beside, owner, path);
  await fs.setMode(beside, mode);
}

async function giveOwner(fs: FileSystem, file: string, owner: string | null, path: string): Promise<void> {
  if (owner === null) return;
  const made = await fs.look(file);
  if (made && ownerFits(made, owner)) return;
  try {
    await fs.setOwner(file, owner);
  } catch (cause) {
    const { code, message, evidence } = AppError.from(cause);
    if (code !== 'APPLIANCE_FORBIDDEN') throw cause;
    throw new AppError(code, `${path} cannot belong to ${owner}: ${message}`, { cause, evidence });
  }
}

async function copyOld(fs: FileSystem, { path, before }: Change): Promise<void> {
  if (!before) return;
  const old = oldOf(path);
  await fs.remove(old);
  await fs.create(old, before.content);
  await giveOwner(fs, old, `${before.uid}:${before.gid}`, path);
  await fs.setMode(old, before.mode);
}

async function tidy(fs: FileSystem, changes: readonly Change[]): Promise<void> {
  const left = changes.flatMap(({ beside, path }) => [beside, oldOf(path)]);
  await Promise.allSettled(left.map((path) => fs.remove(path)));
}

type Replaced = Pick<Change, 'path'> & { readonly before: unknown };

function replacementOf(fs: FileSystem, changes: readonly Replaced[]): Replacement {
  return {
    changed: changes.length > 0,
    async undo() {
      for (const { path, before } of changes) {
        if (!before) await fs.remove(path);
        else if (await fs.look(oldOf(path))) await fs.rename(oldOf(path), path);
      }
    },
    async finish(keep) {
      for (const { path } of changes) await (keep > 0 ? keepOld(fs, path, keep) : fs.remove(oldOf(path)));
    },
  };
}

/** @throws AppError APPLIANCE_REFUSED naming both failures, when not all could be put back. */
async function putAllBack(replacement: Replacement, cause: unknown): Promise<void> {
  try {
    await replacement.undo();
  } catch (undoing) {
    const first = AppError.from(cause);
    throw new AppError(
      first.code,
      `${first.message} The files before could not all be put back: ${AppError.from(undoing).message}`,
      { cause, evidence: first.evidence },
    );
  }
}

async function keepOld(fs: FileSystem, path: string, keep: number): Promise<void> {
  const folder = folderOf(path);
  const old = await fs.look(oldOf(path));
  if (!old) return;
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  await fs.rename(oldOf(path), `${folder}/.${nameOf(path)}.${stamp}.old`);
  const [begin, end] = [`.${nameOf(path)}.`, '.old'];
  const kept = (await fs.list(folder)).filter(
    (name) =>
      name.startsWith(begin) && name.endsWith(end) && /^\d{8}T\d{6}Z$/.test(name.slice(begin.length, -end.length)),
  );
  for (const name of kept.sort().slice(0, -keep)) await fs.remove(`${folder}/${name}`);
}

function oldOf(path: string): string {
  return `${folderOf(path)}/.${nameOf(path)}.certferry-old`;
}

function refusal(fs: FileSystem, path: string, what: string): AppError {
  return new AppError('APPLIANCE_REFUSED', `${path} on ${fs.host} ${what}.`);
}
