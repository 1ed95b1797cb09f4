import type { Duplex } from 'node:stream';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { Deadline } from '../../plugins/deadline.ts';
import type { FileHost, HostSocket } from '../../plugins/file-host.ts';
import { socketName } from '../../plugins/host-socket.ts';
import {
  type Answer,
  evidenceOf,
  type Held,
  type Listed,
  readCommit,
  readHeld,
  readLevel,
  readList,
  readSet,
  readVersion,
} from './answers.ts';

/** Milliseconds for one command. A commit builds the TLS context of every place that uses the certificate. */
const COMMAND_MS = 60_000;
/** A list of thousands of certificates fits. */
const LONGEST_ANSWER = 4 * 1024 * 1024;
/** `tune.bufsize`, unless it is set. */
const USUAL_BUFFER = 16_384;

/** The certificate `name` of one HAProxy, over its Runtime API. Each command has a connection of its own. */
export class RuntimeApi {
  readonly #host: FileHost;
  readonly #socket: HostSocket;
  readonly #name: string;

  constructor(host: FileHost, socket: HostSocket, name: string) {
    this.#host = host;
    this.#socket = socket;
    this.#name = name;
  }

  async version(signal: AbortSignal): Promise<string | null> {
    return readVersion(await this.#ask('show info', signal));
  }

  async level(signal: AbortSignal): Promise<ReturnType<typeof readLevel>> {
    return readLevel(await this.#ask('show cli level', signal));
  }

  async list(signal: AbortSignal): Promise<Listed> {
    return readList(await this.#ask('show ssl cert', signal));
  }

  /** What is in memory; null when there is nothing of that name. */
  async held(signal: AbortSignal): Promise<Held | null> {
    return readHeld(await this.#ask(`show ssl cert ${this.#name}`, signal));
  }

  /** What waits for its commit under that name. */
  async pending(signal: AbortSignal): Promise<Held | null> {
    return readHeld(await this.#ask(`show ssl cert *${this.#name}`, signal));
  }

  /**
   * @throws AppError APPLIANCE_REFUSED when HAProxy hangs up on a large one, as it does before 2.8.10
   *   (https://github.com/haproxy/haproxy/issues/2579)
   */
  async set(pem: Secret, signal: AbortSignal): Promise<ReturnType<typeof readSet>> {
    const payload = withoutBlankLines(pem.reveal());
    const answer = await this.#ask(`set ssl cert ${this.#name}`, signal, payload);
    const bytes = Buffer.byteLength(payload);
    if (answer.text !== '' || bytes < USUAL_BUFFER / 2) return readSet(answer);
    const words = `HAProxy hung up while it was sent the certificate. Key and certificates are ${bytes} bytes; its buffer has to be larger than that (tune.bufsize, ${USUAL_BUFFER} when it is not set).`;
    throw new AppError('APPLIANCE_REFUSED', words, { evidence: evidenceOf(answer) });
  }

  async commit(signal: AbortSignal): Promise<void> {
    readCommit(await this.#ask(`commit ssl cert ${this.#name}`, signal));
  }

  /** That there is nothing to abort is no failure. `name`: of whichever certificate the transaction is. */
  async abort(signal: AbortSignal, name = this.#name): Promise<void> {
    await this.#ask(`abort ssl cert ${name}`, signal);
  }

  async #ask(command: string, signal: AbortSignal, payload?: string): Promise<Answer> {
    signal.throwIfAborted();
    using deadline = new Deadline(signal, COMMAND_MS);
    const stream = await this.#host.connect(this.#socket, signal);
    try {
      // An empty line ends a payload.
      stream.write(payload === undefined ? `${command}\n` : `${command} <<\n${payload}\n`);
      return { command, text: await everything(stream, deadline.signal) };
    } catch (cause) {
      signal.throwIfAborted();
      const words = `${socketName(this.#socket)} gave no complete answer to "${command}".`;
      throw new AppError('APPLIANCE_UNREACHABLE', words, { cause, evidence: { request: command } });
    } finally {
      stream.destroy();
    }
  }
}

/** What HAProxy says until it closes the connection. Hung up upon, it has said what came before. */
function everything(stream: Duplex, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const ended = () => {
      signal.removeEventListener('abort', stop);
      resolve(text);
    };
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > LONGEST_ANSWER) reject(new Error('The answer does not end.'));
    });
    for (const end of ['end', 'error', 'close']) stream.once(end, ended);
    // What comes after the first one is nobody's concern.
    stream.on('error', () => {});
    if (signal.aborted) stop();
  });
}

/** The first would end the payload. */
function withoutBlankLines(pem: string): string {
  return pem
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
