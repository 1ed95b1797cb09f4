import { type ChildProcess, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import type { Readable } from 'node:stream';
import { Deadline, isTimeout } from './deadline.ts';

/** One run of a program on this host. No shell takes part: each argument arrives as it is. */
export interface ProgramRun {
  /** A path, or a name to look up in the PATH of `env`. */
  readonly file: string;
  readonly args: readonly string[];
  /** All the program gets; nothing of the daemon's own environment is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Default: the root folder. */
  readonly cwd?: string;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

export interface ProgramResult {
  /** Null when a signal ended it, or it was left behind. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when it was ended because `timeoutMs` had passed. */
  readonly timedOut: boolean;
  /** The last 64 KiB. */
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
}

/** The program could not be started. */
export class ProgramNotStarted extends Error {
  override readonly name = 'ProgramNotStarted';
  /** `ENOENT` (no such file, also of the interpreter it names), `EACCES` (not executable), `ENOEXEC` (no program) … */
  readonly code: string;

  constructor(code: string, options: ErrorOptions) {
    super(`The program could not be started: ${code}.`, options);
    this.code = code;
  }
}

const KEPT_CHARACTERS = 64 * 1024;
/** Between asking a program to end and ending it. */
const GRACE_MS = 2000;
/** For the last words after the exit, while a child of the program may still hold its output open; and to die when killed. */
const DRAIN_MS = 200;

/**
 * Runs a program to its end. It gets a process group of its own; on abort and when its time is over the whole group is
 * told to end (SIGTERM), and what is left of it after two seconds, or when the program itself has ended, is killed. What
 * may not be killed from here, because it runs as another user (sudo), is left behind.
 *
 * @throws ProgramNotStarted, or the signal's reason once the program has ended or is left behind.
 */
export async function runProgram(run: ProgramRun, signal: AbortSignal): Promise<ProgramResult> {
  signal.throwIfAborted();
  using deadline = new Deadline(signal, run.timeoutMs);
  const child = start(run);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = await endOf(child, deadline.signal);
  signal.throwIfAborted();
  const timedOut = isTimeout(deadline.signal.reason);
  return { ...ended, timedOut, stdout: stdout(), stderr: stderr() };
}

/** PATH, HOME and LANG as any program may expect them. The same on every host, so that a script behaves the same. */
export function plainEnvironment(): Readonly<Record<'PATH' | 'HOME' | 'LANG', string>> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: homedir(),
    LANG: 'C.UTF-8',
  };
}

function start({ file, args, env, cwd = '/' }: ProgramRun) {
  try {
    return spawn(file, args, { cwd, env: { ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (cause) {
    throw notStarted(cause);
  }
}

type End = Pick<ProgramResult, 'exitCode' | 'signal'>;

function endOf(child: ChildProcess, signal: AbortSignal): Promise<End> {
  return new Promise((resolve, reject) => {
    let killing: NodeJS.Timeout | undefined;
    let leaving: NodeJS.Timeout | undefined;
    let draining: NodeJS.Timeout | undefined;
    const end = () => {
      signalGroup(child, 'SIGTERM');
      killing = setTimeout(() => {
        signalGroup(child, 'SIGKILL');
        leaving = setTimeout(() => settle(null, null), DRAIN_MS);
      }, GRACE_MS);
    };
    const settle = (exitCode: number | null, by: NodeJS.Signals | null) => {
      clearTimeout(killing);
      clearTimeout(leaving);
      clearTimeout(draining);
      signal.removeEventListener('abort', end);
      // Whoever of the group outlived the request to end has had its time.
      if (signal.aborted) signalGroup(child, 'SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
      resolve({ exitCode, signal: by });
    };
    child.once('error', (cause) => {
      clearTimeout(killing);
      signal.removeEventListener('abort', end);
      reject(notStarted(cause));
    });
    child.once('exit', (exitCode, by) => {
      draining = setTimeout(() => settle(exitCode, by), DRAIN_MS);
    });
    child.once('close', settle);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}

/**
 * A negative process id names the group. EPERM: all that is left of it belongs to another user.
 * Called from timers and events, where nobody catches what is thrown.
 */
function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (err) {
    if (codeOf(err) !== 'ESRCH' && codeOf(err) !== 'EPERM') throw err;
  }
}

/** What a stream said so far; its last part when it says much. */
function collect(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-KEPT_CHARACTERS);
  });
  return () => text;
}

function notStarted(cause: unknown): ProgramNotStarted {
  return new ProgramNotStarted(codeOf(cause), { cause });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN';
}
