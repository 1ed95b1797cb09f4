import { AppError } from '../domain/errors.ts';
import type { FileHost } from '../plugins/file-host.ts';
import type { HttpSolver, HttpToken } from './solver.ts';

/** Below the root; each is made when it is missing. */
const FOLDERS = ['.well-known', '.well-known/acme-challenge'] as const;
const [, HOME] = FOLDERS;

/** A web server reads them under another user. */
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;

export interface FolderPlace {
  /** What a web server shows at the root of its site. Absolute. */
  readonly root: string;
  readonly checked: boolean;
  /** Opened for each call, and disposed after it. */
  open(signal: AbortSignal): Promise<FileHost>;
}

/** Files below a folder that a web server shows. Only what it wrote itself is ever removed. */
export class FolderSolver implements HttpSolver {
  readonly checked: boolean;
  readonly #place: FolderPlace;

  constructor(place: FolderPlace) {
    this.#place = place;
    this.checked = place.checked;
  }

  check(signal: AbortSignal): Promise<string> {
    return this.#on(signal, async (host) => {
      await this.#refuseOddFolders(host, signal);
      return `files go to ${this.#pathOf(HOME)} on ${host.name}`;
    });
  }

  async present({ token, text }: HttpToken, signal: AbortSignal): Promise<void> {
    const path = this.#pathOf(HOME, safe(token));
    await this.#on(signal, async (host) => {
      await this.#refuseOddFolders(host, signal);
      for (const folder of FOLDERS) await host.makeFolder(this.#pathOf(folder), FOLDER_MODE, signal);
      const { finish } = await host.replace([{ path, content: text, mode: FILE_MODE }], signal);
      await finish(0);
    });
  }

  async cleanUp({ token, text }: HttpToken, signal: AbortSignal): Promise<void> {
    const path = this.#pathOf(HOME, safe(token));
    await this.#on(signal, async (host) => {
      const isFile = (await host.look(path, signal))?.kind === 'file';
      if (isFile && (await host.read(path, signal)) === text) await host.remove(path, signal);
    });
  }

  #pathOf(...parts: readonly string[]): string {
    return [this.#place.root.replace(/\/+$/, ''), ...parts].join('/');
  }

  /** A link that somebody put there would have us write, and remove, elsewhere. */
  async #refuseOddFolders(host: FileHost, signal: AbortSignal): Promise<void> {
    // The root itself may be a link: deployments exchange it.
    const { root } = this.#place;
    if ((await host.look(`${root}/.`, signal))?.kind !== 'folder') throw odd(host, root, 'is not a folder');
    for (const folder of FOLDERS) {
      const path = this.#pathOf(folder);
      const found = await host.look(path, signal);
      if (found !== null && found.kind !== 'folder') throw odd(host, path, 'is not a folder of its own');
    }
  }

  async #on<T>(signal: AbortSignal, work: (host: FileHost) => Promise<T>): Promise<T> {
    try {
      await using host = await this.#place.open(signal);
      return await work(host);
    } catch (cause) {
      signal.throwIfAborted();
      throw translated(cause);
    }
  }
}

function odd(host: FileHost, path: string, what: string): AppError {
  return new AppError('HTTP_SOLVER_FAILED', `${path} on ${host.name} ${what}.`);
}

/** A refused login keeps its code, because it must not be tried again and again. */
const KEPT = ['APPLIANCE_DENIED', 'APPLIANCE_NOT_TRUSTED', 'INVALID_SETTINGS', 'INTERNAL', 'HTTP_SOLVER_FAILED'];

/** What files of an appliance are called is not what files of a web server are called. */
function translated(cause: unknown): AppError {
  const failure = AppError.from(cause);
  if (KEPT.includes(failure.code)) return failure;
  const evidence = failure.evidence ? { evidence: failure.evidence } : {};
  return new AppError('HTTP_SOLVER_FAILED', failure.message, { cause, ...evidence });
}

/** @throws AppError INTERNAL: the issuer lets no other tokens through. */
function safe(token: string): string {
  if (/^[\w-]+$/.test(token)) return token;
  throw new AppError('INTERNAL', 'The token is not one of RFC 8555.');
}
