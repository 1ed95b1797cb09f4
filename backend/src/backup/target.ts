/** Where archives are kept. Names are those that `Backups` gives. */
export interface BackupTarget {
  /** In words: `the folder /var/backups`, `s3://bucket/prefix`. */
  readonly place: string;
  /** Stores the archive at `file` under `name`, whole or not at all. */
  put(name: string, file: string, signal?: AbortSignal): Promise<void>;
  /** The oldest first; nothing but archives. */
  list(): Promise<readonly StoredArchive[]>;
  /** Copies an archive to `file`. @throws AppError NOT_FOUND */
  get(name: string, file: string, signal?: AbortSignal): Promise<void>;
  /** Succeeds when there is none. */
  remove(name: string): Promise<void>;
}

export interface StoredArchive {
  readonly name: string;
  readonly bytes: number;
}

/** `certferry-20261122T024000Z-1a2b3c4d.age`: sorts by time; the installation is at the end. */
const NAME = /^certferry-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([\da-f]{8})\.age$/;

export function isArchiveName(name: string): boolean {
  return NAME.test(name);
}

/** `installation`: 8 hexadecimal digits. */
export function archiveName(at: Date, installation: string): string {
  return `certferry-${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-${installation}.age`;
}

/** ISO 8601 */
export function timeOf(name: string): string {
  return name.replace(NAME, '$1-$2-$3T$4:$5:$6.000Z');
}

/** Null of what is no archive. */
export function installationOf(name: string): string | null {
  return NAME.exec(name)?.[7] ?? null;
}
