import { AppError, type ErrorCode } from '../domain/errors.ts';

/** The few things that replacing files needs of a file system. Failures are AppErrors that name host and path. */
export interface FileSystem {
  /** For messages. */
  readonly host: string;
  /** Of the path itself: a symbolic link is not followed. Null when nothing is there. */
  look(path: string): Promise<FileLook | null>;
  /** Null when nothing is there. */
  read(path: string): Promise<string | null>;
  /** Fails when something is there. Mode 0600 from the start, complete on disk when it returns. */
  create(path: string, content: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  /** `user` or `user:group`, names or numbers. */
  setOwner(path: string, owner: string): Promise<void>;
  /** Replaces what is at `to`, in one go where the other side can. */
  rename(from: string, to: string): Promise<void>;
  /** Fails when something is there. */
  makeFolder(path: string): Promise<void>;
  /** Succeeds when nothing is there. */
  remove(path: string): Promise<void>;
  /** Names of what a folder holds. */
  list(folder: string): Promise<readonly string[]>;
}

export interface FileLook {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Why a file system said no. */
export type Trouble = 'missing' | 'denied' | 'readOnly' | 'full' | 'lost' | 'other';

const TROUBLES: Readonly<Record<Trouble, readonly [code: ErrorCode, words: string]>> = {
  missing: ['APPLIANCE_REFUSED', 'there is no such file or folder'],
  denied: ['APPLIANCE_FORBIDDEN', 'permission denied'],
  readOnly: ['APPLIANCE_FORBIDDEN', 'the file system is mounted read-only, for certferry at least'],
  full: ['APPLIANCE_REFUSED', 'no space is left'],
  lost: ['APPLIANCE_UNREACHABLE', 'the connection was lost'],
  other: ['APPLIANCE_REFUSED', 'it failed'],
};

/** `what` goes on after the path: `cannot be written`. `said`: the system's own words. */
export function fileFailure(
  host: string,
  path: string,
  what: string,
  trouble: Trouble,
  { said, cause }: { readonly said?: string; readonly cause?: unknown } = {},
): AppError {
  const [code, words] = TROUBLES[trouble];
  const detail = trouble === 'other' && said ? said : words;
  return new AppError(code, `${path} on ${host} ${what}: ${detail}.`, {
    cause,
    ...(said ? { evidence: { request: path, body: said } } : {}),
  });
}

/** What comes before the last slash. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
