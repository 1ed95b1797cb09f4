import type { Client, ClientChannel } from 'ssh2';
import { AppError } from '../domain/errors.ts';
import { isTimeout } from './deadline.ts';
import type { SshShell } from './ssh.ts';
import { pagerKey, Transcript, withoutPagers } from './terminal.ts';

const EVIDENCE_LENGTH = 2000;
const GOODBYE_MS = 1000;
/** Wide and tall enough that neither line wrapping nor a pager gets in the way. */
const TERMINAL = { term: 'vt100', cols: 200, rows: 1000 };

export interface ShellOptions {
  readonly prompt: RegExp;
  /** For people: `cucm.example.com:22`. */
  readonly peer: string;
  /** Milliseconds of silence after some output, without a prompt, until one empty line is sent. */
  readonly nudgeAfterMs: number;
  /** Milliseconds of silence after which the first prompt is believed: login banners print it twice. */
  readonly settleMs: number;
}

/** A client that has logged in. */
export interface SshSession {
  readonly client: Client;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
}

/**
 * Opens a shell with a PTY and waits for its first prompt. Disposing ends the session.
 *
 * @throws AppError APPLIANCE_UNREACHABLE when no prompt comes before the signal's deadline.
 */
export async function openShell(session: SshSession, options: ShellOptions, signal: AbortSignal): Promise<SshShell> {
  const shell = new PtyShell(session, await ptyOf(session.client, options.peer, signal), options);
  await shell.firstPrompt(signal);
  return shell;
}

/** Something is being waited for: `look` sees all text since the last mark. */
interface Reading {
  look(text: string): void;
  fail(cause: unknown): void;
}

class PtyShell implements SshShell {
  readonly #session: SshSession;
  readonly #pty: ClientChannel;
  readonly #options: ShellOptions;
  readonly #transcript = new Transcript();
  #reading: Reading | null = null;
  #closed = false;
  #pagedAt = -1;

  constructor(session: SshSession, pty: ClientChannel, options: ShellOptions) {
    this.#session = session;
    this.#pty = pty;
    this.#options = options;
    pty.on('data', (chunk: Buffer) => this.#received(chunk));
    pty.on('error', () => this.#ended());
    pty.on('close', () => this.#ended());
  }

  async command(line: string, signal: AbortSignal, onOutput?: (soFar: string) => void): Promise<string> {
    signal.throwIfAborted();
    if (this.#closed) throw this.#unreachable(`The SSH session with ${this.#options.peer} is closed.`);
    this.#transcript.mark();
    this.#pagedAt = -1;
    this.#pty.write(`${line}\n`);
    return await this.#read<string>(`the answer to "${line}"`, signal, (resolve) => (text) => {
      const output = afterEcho(text, line);
      if (output === null) return;
      onOutput?.(withoutPagers(output));
      const prompt = this.#options.prompt.exec(output);
      if (prompt) resolve(withoutPagers(output.slice(0, prompt.index)));
    });
  }

  async firstPrompt(signal: AbortSignal): Promise<void> {
    const { prompt, nudgeAfterMs, settleMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    let nudged = false;
    const nudge = () => {
      nudged = true;
      this.#pty.write('\n');
    };
    try {
      await this.#read<void>('the first prompt', signal, (resolve) => (text) => {
        clearTimeout(timer);
        if (prompt.test(text)) timer = setTimeout(resolve, settleMs);
        else if (!nudged && text.trim() !== '') timer = setTimeout(nudge, nudgeAfterMs);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endSession(this.#session);
  }

  async #read<T>(what: string, signal: AbortSignal, start: (resolve: (value: T) => void) => (text: string) => void) {
    const aborted = () => this.#reading?.fail(this.#stopped(what, signal.reason));
    signal.addEventListener('abort', aborted, { once: true });
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#reading = { look: start(resolve), fail: reject };
        if (this.#closed) this.#ended();
        this.#look();
      });
    } finally {
      this.#reading = null;
      signal.removeEventListener('abort', aborted);
    }
  }

  #received(chunk: Buffer): void {
    this.#transcript.append(chunk);
    if (!this.#transcript.overflowed) this.#look();
    else this.#reading?.fail(this.#unreachable(`${this.#options.peer} prints without end and shows no prompt.`));
  }

  #look(): void {
    const text = this.#transcript.text();
    const key = pagerKey(text);
    if (key && text.length !== this.#pagedAt) {
      this.#pagedAt = text.length;
      this.#pty.write(key);
    }
    this.#reading?.look(text);
  }

  #ended(): void {
    this.#closed = true;
    this.#reading?.fail(this.#unreachable(`${this.#options.peer} closed the SSH session before its prompt came.`));
  }

  #stopped(what: string, reason: unknown): unknown {
    if (!isTimeout(reason)) return reason;
    return this.#unreachable(`${this.#options.peer} did not finish ${what} in time.`, reason);
  }

  #unreachable(message: string, cause?: unknown): AppError {
    const body = this.#transcript.text().trim().slice(-EVIDENCE_LENGTH);
    return new AppError('APPLIANCE_UNREACHABLE', message, { cause, ...(body ? { evidence: { body } } : {}) });
  }
}

/** Ends the session politely; cuts it when the peer does not close. */
export async function endSession({ client, closed }: SshSession): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GOODBYE_MS);
  });
  client.end();
  await Promise.race([closed, impatience]);
  clearTimeout(timer);
  client.destroy();
}

function ptyOf(client: Client, peer: string, signal: AbortSignal): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const unreachable = (cause?: unknown) =>
      new AppError('APPLIANCE_UNREACHABLE', `${peer} gives no shell over SSH.`, { cause });
    const aborted = () => reject(isTimeout(signal.reason) ? unreachable(signal.reason) : signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
    client.once('close', () => reject(unreachable()));
    client.shell(TERMINAL, (cause, pty) => {
      signal.removeEventListener('abort', aborted);
      if (cause) reject(unreachable(cause));
      else resolve(pty);
    });
  });
}

/**
 * What was printed after the terminal echoed `line`; null until it has. A prompt before the echo belongs to what was
 * printed earlier, so it never ends a command.
 */
function afterEcho(text: string, line: string): string | null {
  const at = text.indexOf(`${line}\n`);
  return at < 0 ? null : text.slice(at + line.length + 1);
}
