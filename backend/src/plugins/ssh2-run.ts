import type { Client, ClientChannel } from 'ssh2';
import { AppError } from '../domain/errors.ts';
import { Deadline, isTimeout } from './deadline.ts';
import type { HostCommand } from './file-host.ts';
import type { ProgramResult } from './run-program.ts';

const KEPT_CHARACTERS = 64 * 1024;
/** Between asking a program to end and leaving it. */
const GRACE_MS = 2000;

/**
 * One line for a POSIX shell that runs `argv` as it is, whatever is in it: sshd hands every command to the login shell
 * (https://man.openbsd.org/sshd.8#LOGIN_PROCESS). Within single quotes nothing but a single quote is special
 * (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02).
 *
 * @throws AppError INVALID_SETTINGS for an argument with a NUL, which no program can be given.
 */
export function quoted(argv: readonly string[]): string {
  return argv.map(quote).join(' ');
}

function quote(argument: string): string {
  if (argument.includes('\0')) throw new AppError('INVALID_SETTINGS', 'An argument of the command holds a NUL.');
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

/** @throws AppError APPLIANCE_REFUSED when the server runs no programs; the signal's reason */
export async function runOverSsh(
  client: Client,
  host: string,
  { argv, timeoutMs }: HostCommand,
  signal: AbortSignal,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  using deadline = new Deadline(signal, timeoutMs);
  const channel = await opened(client, host, quoted(argv));
  const stdout = collect(channel);
  const stderr = collect(channel.stderr);
  const ended = await endOf(channel, deadline.signal);
  signal.throwIfAborted();
  const timedOut = isTimeout(deadline.signal.reason);
  if (!timedOut && ended.exitCode === null && ended.signal === null) {
    throw new AppError('APPLIANCE_UNREACHABLE', `The connection to ${host} was lost while ${argv[0]} ran.`, {
      evidence: { request: argv.join(' '), body: `${stdout()}${stderr()}` },
    });
  }
  return { ...ended, timedOut, stdout: stdout(), stderr: stderr() };
}

function opened(client: Client, host: string, line: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(line, (cause, channel) => {
      if (!cause) return resolve(channel);
      reject(new AppError('APPLIANCE_REFUSED', `${host} runs no programs over SSH: ${cause.message}.`, { cause }));
    });
  });
}

type End = Pick<ProgramResult, 'exitCode' | 'signal'>;

function endOf(channel: ClientChannel, signal: AbortSignal): Promise<End> {
  return new Promise((resolve) => {
    let end: End = { exitCode: null, signal: null };
    let leaving: NodeJS.Timeout | undefined;
    // sshd passes a signal on to users other than root only, and closes the channel when the program has ended, not before.
    const stop = () => {
      channel.signal('TERM');
      leaving = setTimeout(() => {
        channel.close();
        resolve(end);
      }, GRACE_MS);
    };
    channel.once('exit', (exitCode: number | null, by?: string) => {
      // OpenSSH leaves out `SIG`, as RFC 4254 section 6.10 says; others do not.
      const name = by === undefined ? null : `SIG${by.replace(/^SIG/, '')}`;
      end = { exitCode, signal: name as NodeJS.Signals | null };
    });
    channel.once('close', () => {
      clearTimeout(leaving);
      signal.removeEventListener('abort', stop);
      resolve(end);
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

/** What a stream said so far; its last part when it says much. */
function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-KEPT_CHARACTERS);
  });
  return () => text;
}
