import type { Duplex } from 'node:stream';
import type { Secret } from '../domain/secret.ts';
import type { FileLook } from './file-system.ts';
import type { ProgramResult } from './run-program.ts';

/** Files and programs of this host, or of another one over SSH. */
export interface FileHosts {
  /**
   * Another host is logged in to; dispose what is returned when the work is over.
   *
   * @throws AppError APPLIANCE_NOT_TRUSTED naming the host key seen, before anything is sent; APPLIANCE_DENIED;
   *   APPLIANCE_UNREACHABLE; INVALID_SETTINGS when the private key cannot be read
   */
  open(place: HostPlace, signal: AbortSignal): Promise<FileHost>;
  /** The SHA-256 of the host key that the server shows, as OpenSSH prints it. Sends no credentials. @throws AppError APPLIANCE_UNREACHABLE */
  hostKey(place: Pick<SshPlace, 'host' | 'port'>, signal: AbortSignal): Promise<string>;
}

export type HostPlace = { readonly where: 'local' } | SshPlace;

export interface SshPlace {
  readonly where: 'ssh';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** One of `password` and `privateKey` is there. With both, the key is offered first. */
  readonly password?: Secret;
  /** OpenSSH, PKCS#8, PKCS#1 or SEC 1, as PEM. */
  readonly privateKey?: Secret;
  /** Of `privateKey`. */
  readonly passphrase?: Secret;
  /** `SHA256:…` values as OpenSSH prints them; any of them is good. */
  readonly hostKeys: readonly string[];
}

/**
 * Paths are absolute. Methods throw AppError APPLIANCE_FORBIDDEN (the account may not), APPLIANCE_REFUSED (no such folder,
 * disk full, …), APPLIANCE_UNREACHABLE (the connection is lost), or the signal's reason.
 */
export interface FileHost extends AsyncDisposable {
  /** For messages: `this host`, or host and port. */
  readonly name: string;

  /** UTF-8; null when there is no such file. Symbolic links are followed. */
  read(path: string, signal: AbortSignal): Promise<string | null>;

  /** Of the path itself: a symbolic link is not followed. Null when nothing is there. */
  look(path: string, signal: AbortSignal): Promise<FileLook | null>;

  /** Names of what a folder holds. */
  list(folder: string, signal: AbortSignal): Promise<readonly string[]>;

  /** Succeeds when nothing is there. */
  remove(path: string, signal: AbortSignal): Promise<void>;

  /** Leaves one alone that is there. Its parent has to be there. */
  makeFolder(path: string, mode: number, signal: AbortSignal): Promise<void>;

  /**
   * Replaces all of `files` or none. New ones are written beside the old under another name, complete on disk and with
   * their mode and owner before the first is renamed into place; each path shows the old file or the new one at any time.
   * A file that is as wanted already is left alone. What was there before stays beside it as `.NAME.certferry-old` until
   * `undo` or `finish`; so the same call after a crash goes on with the interrupted replacement, and can still undo it.
   *
   * A symbolic link at a path is refused, not followed and not replaced; links among the folders are followed.
   * Folders are not made. An abort before the first rename leaves nothing behind; after it, the replacement goes on to its end.
   */
  replace(files: readonly NewFile[], signal: AbortSignal): Promise<Replacement>;

  /**
   * Runs a program without a shell of ours: each argument arrives as it is. On this host it gets `plainEnvironment()`; on
   * another one the environment that its SSH server gives, and the arguments are quoted for a POSIX login shell. When its
   * time is over it is told to end; on another host it may go on all the same, where the SSH server passes no signals on.
   *
   * @throws AppError APPLIANCE_REFUSED when it cannot be started. An exit status other than 0 is a result.
   */
  run(command: HostCommand, signal: AbortSignal): Promise<ProgramResult>;

  /**
   * An open connection to a socket, as this host sees it: another host's goes through the SSH connection. Whoever gets it
   * ends it.
   *
   * @throws AppError APPLIANCE_FORBIDDEN also when the SSH server says that it forwards nothing; of a UNIX socket it says no more
   *   than that it was not opened: APPLIANCE_UNREACHABLE
   */
  connect(socket: HostSocket, signal: AbortSignal): Promise<Duplex>;
}

/** A UNIX socket by its absolute path, or a TCP port. */
export type HostSocket = { readonly path: string } | { readonly host: string; readonly port: number };

export interface HostCommand {
  /** The program and its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** Milliseconds. */
  readonly timeoutMs: number;
}

export interface NewFile {
  readonly path: string;
  readonly content: Secret | string;
  /** 0o600. The file is never wider than this, not for an instant. */
  readonly mode: number;
  /** `user` or `user:group`, names or numbers. Left out: as the file that is replaced, or the account's own. */
  readonly owner?: string | undefined;
}

export interface Replacement {
  /** False when every file was as wanted already. */
  readonly changed: boolean;
  /** Puts back what was there before, and removes what was not. */
  undo(): Promise<void>;
  /** Forgets what was there before, but for the last `keep` of each file: `.NAME.20260131T120000Z.old`. */
  finish(keep: number): Promise<void>;
}
