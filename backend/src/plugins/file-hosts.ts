import type { SFTPWrapper } from 'ssh2';
import { AppError } from '../domain/errors.ts';
import { Deadline } from './deadline.ts';
import type { FileHost, FileHosts, HostCommand, SshPlace } from './file-host.ts';
import type { FileSystem } from './file-system.ts';
import { type Connect, localSocket, sshSocket } from './host-socket.ts';
import { localFiles } from './local-files.ts';
import { replaceFiles } from './replace-files.ts';
import { ProgramNotStarted, type ProgramResult, plainEnvironment, runProgram } from './run-program.ts';
import { readSshKey } from './ssh-key.ts';
import { Login, shownHostKey } from './ssh-login.ts';
import { endSession } from './ssh-shell.ts';
import { sftpFiles } from './ssh2-files.ts';
import { runOverSsh } from './ssh2-run.ts';

/** Milliseconds for connection, key exchange and login. */
const LOGIN_MS = 30_000;
const CHOWN_MS = 30_000;

export function createFileHosts({ loginMs = LOGIN_MS }: { readonly loginMs?: number } = {}): FileHosts {
  return {
    async open(place, signal) {
      signal.throwIfAborted();
      return place.where === 'local' ? thisHost() : await overSsh(place, loginMs, signal);
    },
    async hostKey(target, signal) {
      signal.throwIfAborted();
      using deadline = new Deadline(signal, loginMs);
      try {
        return await shownHostKey(target, deadline.signal);
      } catch (cause) {
        signal.throwIfAborted();
        throw cause;
      }
    },
  };
}

type Run = (command: HostCommand, signal: AbortSignal) => Promise<ProgramResult>;

function thisHost(): FileHost {
  const run: Run = async ({ argv: [file, ...args], timeoutMs }, signal) => {
    try {
      return await runProgram({ file, args, env: plainEnvironment(), timeoutMs }, signal);
    } catch (cause) {
      if (!(cause instanceof ProgramNotStarted)) throw cause;
      throw new AppError('APPLIANCE_REFUSED', `${file} cannot be run on this host: ${startWords(cause)}.`, { cause });
    }
  };
  return { ...hostOf(localFiles(chownBy(run)), run, localSocket), [Symbol.asyncDispose]: async () => undefined };
}

async function overSsh(place: SshPlace, loginMs: number, signal: AbortSignal): Promise<FileHost> {
  const name = `${place.host}:${place.port}`;
  const login = await logIn(place, loginMs, signal);
  try {
    const run: Run = async (command, during) => {
      const result = await runOverSsh(login.client, name, command, during);
      if (result.exitCode !== 127 && result.exitCode !== 126) return result;
      // What a POSIX shell says when it finds no such program, or may not run it.
      const { argv } = command;
      throw new AppError('APPLIANCE_REFUSED', `${argv[0]} cannot be run on ${name}.`, {
        evidence: { request: argv.join(' '), body: `${result.stdout}${result.stderr}` },
      });
    };
    const sftp = await openSftp(login, name);
    const connect: Connect = (socket, during) => sshSocket(login.client, name, socket, during);
    const host = hostOf(sftpFiles(name, sftp, chownBy(run)), run, connect);
    return { ...host, [Symbol.asyncDispose]: () => endSession(login) };
  } catch (cause) {
    await endSession(login);
    signal.throwIfAborted();
    throw cause;
  }
}

async function logIn(place: SshPlace, loginMs: number, signal: AbortSignal): Promise<Login> {
  const { privateKey, passphrase } = place;
  using deadline = new Deadline(signal, loginMs);
  const login = new Login({
    ...place,
    legacyAlgorithms: false,
    privateKey: privateKey && readSshKey(privateKey, passphrase),
  });
  try {
    await login.run(deadline.signal);
    return login;
  } catch (cause) {
    login.client.destroy();
    signal.throwIfAborted();
    throw login.failure(cause);
  }
}

function openSftp({ client }: Login, name: string): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.sftp((cause, sftp) => {
      if (!cause) return resolve(sftp);
      reject(new AppError('APPLIANCE_REFUSED', `${name} offers no SFTP: ${cause.message}.`, { cause }));
    });
  });
}

function hostOf(fs: FileSystem, run: Run, connect: Connect): Omit<FileHost, keyof AsyncDisposable> {
  return {
    name: fs.host,
    read: (path, signal) => unlessAborted(() => fs.read(path), signal),
    look: (path, signal) => unlessAborted(() => fs.look(path), signal),
    list: (folder, signal) => unlessAborted(() => fs.list(folder), signal),
    remove: (path, signal) => unlessAborted(() => fs.remove(path), signal),
    makeFolder: (path, mode, signal) => unlessAborted(() => makeFolder(fs, path, mode), signal),
    replace: (files, signal) => replaceFiles(fs, files, signal),
    run,
    connect,
  };
}

async function makeFolder(fs: FileSystem, path: string, mode: number): Promise<void> {
  if ((await fs.look(path))?.kind === 'folder') return;
  try {
    await fs.makeFolder(path);
  } catch (cause) {
    // Another renewal may have made it meanwhile.
    if ((await fs.look(path))?.kind === 'folder') return;
    throw cause;
  }
  // The umask of the account is often strict.
  await fs.setMode(path, mode);
}

/** The question goes on by itself; nobody waits for its answer. */
async function unlessAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The program of that name: it knows the names of users and groups. */
function chownBy(run: Run): (owner: string, path: string) => Promise<void> {
  return async (owner, path) => {
    const argv = ['chown', '-h', owner, path] as const;
    const { exitCode, stderr } = await run({ argv, timeoutMs: CHOWN_MS }, new AbortController().signal);
    if (exitCode === 0) return;
    throw new AppError('APPLIANCE_FORBIDDEN', `The owner ${owner} cannot be given.`, {
      evidence: { request: argv.join(' '), body: stderr },
    });
  };
}

function startWords({ code }: ProgramNotStarted): string {
  if (code === 'ENOENT') return 'there is no such file, or the interpreter in its first line does not exist';
  if (code === 'EACCES') return 'it is not executable for the user of certferry';
  if (code === 'ENOEXEC') return 'it is no program; a script needs a first line such as #!/bin/sh';
  return code;
}
