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

/** `certferry-20261122T024000Z.age`: sorts by time. */
const NAME = /^certferry-\d{8}T\d{6}Z\.age$/;

export function isArchiveName(name: string): boolean {
  return NAME.test(name);
}

export function archiveName(at: Date): string {
  return `certferry-${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z.age`;
}

/** ISO 8601 */
export function timeOf(name: string): string {
  return name.replace(/^certferry-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.age$/, '$1-$2-$3T$4:$5:$6.000Z');
}
