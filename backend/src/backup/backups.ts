import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import type { SettingsTable } from '../store/store.ts';
import { type Kept, readArchive, writeArchive } from './archive.ts';
import { installationId } from './installation.ts';
import { BACKING_UP } from './leftovers.ts';
import { archiveName, type BackupTarget, installationOf, type StoredArchive, timeOf } from './target.ts';

export interface Backup {
  readonly name: string;
  /** ISO 8601 */
  readonly at: string;
  readonly bytes: number;
}

export interface BackupsDeps extends Kept {
  readonly masterKey: Secret;
  /** Others may keep theirs there, too. */
  readonly target: BackupTarget;
  readonly settings: SettingsTable;
  /** How many are kept; older ones are removed after a new one was stored. */
  readonly keep: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Remembers how it went. */
  readonly record?: {
    succeeded(backup: Backup): Promise<void>;
    failed(error: AppError): Promise<void>;
  };
}

/**
 * Makes archives of this installation while it runs, one at a time, and believes in one only when it was read back. Those of other
 * installations at the same place are neither shown nor removed.
 */
export class Backups implements AsyncDisposable {
  readonly #deps: BackupsDeps;
  readonly #stop = new AbortController();
  #running: Promise<Backup> | null = null;

  constructor(deps: BackupsDeps) {
    this.#deps = deps;
  }

  get place(): string {
    return this.#deps.target.place;
  }

  get keep(): number {
    return this.#deps.keep;
  }

  /**
   * A call during another one gets the archive that is being made.
   *
   * @throws AppError BACKUP_FAILED; nothing older was removed then, and nothing is left of the new one.
   */
  run(): Promise<Backup> {
    this.#running ??= this.#recorded().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Ends what is being made. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running?.catch(() => {});
  }

  /** The newest first. */
  async list(): Promise<readonly Backup[]> {
    const stored = await this.#own();
    return stored.map(({ name, bytes }) => ({ name, at: timeOf(name), bytes })).reverse();
  }

  /** Copies an archive to `file`. @throws AppError NOT_FOUND */
  async fetch(name: string, file: string): Promise<void> {
    if (installationOf(name) !== (await installationId(this.#deps.settings)))
      throw new AppError('NOT_FOUND', `"${name}" is not the name of a backup of this installation.`);
    await this.#deps.target.get(name, file);
  }

  async #recorded(): Promise<Backup> {
    const { record } = this.#deps;
    try {
      const made = await this.#make();
      await record?.succeeded(made);
      return made;
    } catch (err) {
      if (!this.#stop.signal.aborted) await record?.failed(AppError.from(err));
      throw err;
    }
  }

  async #make(): Promise<Backup> {
    const { accountsDir, masterKey, target, settings, clock, log } = this.#deps;
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const now = clock.now();
    const name = archiveName(now, await installationId(settings));
    // Keys of accounts are in clear there, as they are beside it: the data folder never holds one.
    const scratch = await mkdtemp(join(accountsDir, BACKING_UP));
    try {
      const file = join(scratch, name);
      await writeArchive(this.#deps, masterKey, { file, scratch, now, signal });
      await target.put(name, file, signal);
      await this.#readBack(name, scratch);
      await this.#removeOld();
      const { size } = await stat(file);
      log.info({ name, bytes: size, place: target.place }, 'backup made');
      return { name, at: timeOf(name), bytes: size };
    } catch (err) {
      const { message } = AppError.from(err);
      throw err instanceof AppError ? err : new AppError('BACKUP_FAILED', message, { cause: err });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  /** What cannot be read back would be counted, and trusted, as a backup: it is removed. */
  async #readBack(name: string, scratch: string): Promise<void> {
    const { target, masterKey, log } = this.#deps;
    const copy = join(scratch, 'read-back.age');
    try {
      await target.get(name, copy, this.#stop.signal);
      await readArchive(copy, masterKey, await mkdtemp(join(scratch, 'read-back-')));
    } catch (err) {
      await target.remove(name).catch((cause: unknown) => log.warn({ err: cause, name }, 'bad backup not removed'));
      throw err;
    }
  }

  /** The oldest first. */
  async #own(): Promise<readonly StoredArchive[]> {
    const { target, settings } = this.#deps;
    const id = await installationId(settings);
    return (await target.list()).filter(({ name }) => installationOf(name) === id);
  }

  async #removeOld(): Promise<void> {
    const { target, keep } = this.#deps;
    const stored = await this.#own();
    for (const { name } of stored.slice(0, Math.max(0, stored.length - keep))) await target.remove(name);
  }
}
