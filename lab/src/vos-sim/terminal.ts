import type { ServerChannel } from 'ssh2';
import { pause, pieces } from './chance.ts';

export interface Window {
  /** False when the client asked for no pseudo-terminal: nothing is echoed then. */
  pty: boolean;
  rows: number;
}

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const ENTERS = ['\r', '\n'];
const ERASERS = ['\x7f', '\b'];
const PAGER = '\x1b[1mPress <enter> for 1 line, <space> for one page, or <q> to quit\x1b[0m';
const ERASE_LINE = '\r\x1b[K';

/** The node's side of an SSH shell: text goes out in parts and late, keys come in one by one. */
export class Terminal {
  /** Called when Ctrl-C is pressed while a command runs. */
  onInterrupt: (() => void) | null = null;
  readonly #channel: ServerChannel;
  readonly #window: Window;
  readonly #life: AbortSignal;
  readonly #keys: string[] = [];
  #reader: ((key: string | null) => void) | null = null;
  #isOpen = true;
  #printed: Promise<void> = Promise.resolve();

  constructor(channel: ServerChannel, window: Window, life: AbortSignal) {
    this.#channel = channel;
    this.#window = window;
    this.#life = life;
    channel.on('data', (data: Buffer) => this.#receive(data.toString('utf8')));
    channel.on('error', () => this.#hangUp());
    channel.on('close', () => this.#hangUp());
  }

  /** Prints text, with `\n` for a new line, in at least `fewest` packets. Texts come out in the order of the calls. */
  print(text: string, fewest = 1): Promise<void> {
    const parts = pieces(text.replaceAll('\n', '\r\n'), fewest, fewest + 3);
    this.#printed = this.#printed.then(() => this.#send(parts)).catch(() => undefined);
    return this.#printed;
  }

  /** Prints lines; stops after each screen and waits for a key, unless `paged` is false. The signal ends it early. */
  async page(lines: readonly string[], paged: boolean, interrupted: AbortSignal): Promise<void> {
    let shown = 0;
    let room = paged ? Math.max(1, this.#window.rows - 1) : lines.length;
    while (room > 0 && shown < lines.length) {
      const part = lines.slice(shown, shown + room);
      await this.print(`${part.join('\n')}\n`);
      if (interrupted.aborted) return;
      shown += part.length;
      if (shown < lines.length) room = await this.#askForMore();
    }
  }

  /** The next line typed, or null when the client has gone. Ctrl-C drops what was typed and gives an empty line. */
  async line(): Promise<string | null> {
    let typed = '';
    for (;;) {
      const key = await this.#key();
      if (key === null || (key === CTRL_D && typed === '')) return null;
      if (key === CTRL_C) {
        this.#echo('^C\n');
        return '';
      }
      if (ENTERS.includes(key)) {
        this.#echo('\n');
        return typed;
      }
      typed = this.#edited(typed, key);
    }
  }

  close(): void {
    this.#channel.exit(0);
    this.#channel.end();
  }

  #edited(typed: string, key: string): string {
    if (ERASERS.includes(key)) {
      if (typed.length > 0) this.#echo('\b \b');
      return typed.slice(0, -1);
    }
    if (key < ' ') return typed;
    this.#echo(key);
    return typed + key;
  }

  /** Lines to show before the next stop; 0 for none. */
  async #askForMore(): Promise<number> {
    await this.print(PAGER);
    for (;;) {
      const key = await this.#key();
      if (key === null || key === CTRL_C) return 0;
      if (key === 'q') return await this.#erased(0);
      if (ENTERS.includes(key)) return await this.#erased(1);
      if (key === ' ') return await this.#erased(this.#window.rows - 1);
    }
  }

  async #erased(lines: number): Promise<number> {
    await this.print(ERASE_LINE);
    return lines;
  }

  #receive(text: string): void {
    for (const key of text.replaceAll('\r\n', '\r')) {
      if (key === CTRL_C && this.onInterrupt) {
        this.#keys.length = 0;
        this.#reader?.(CTRL_C);
        this.onInterrupt();
      } else if (this.#reader) {
        this.#reader(key);
      } else {
        this.#keys.push(key);
      }
    }
  }

  async #key(): Promise<string | null> {
    const waiting = this.#keys.shift();
    if (waiting !== undefined) return waiting;
    if (!this.#isOpen) return null;
    return await new Promise((resolve) => {
      this.#reader = (key) => {
        this.#reader = null;
        resolve(key);
      };
    });
  }

  #echo(text: string): void {
    if (!this.#window.pty) return;
    this.#printed = this.#printed.then(() => this.#write(text.replaceAll('\n', '\r\n')));
  }

  async #send(parts: readonly string[]): Promise<void> {
    for (const part of parts) {
      await pause(0, 12, this.#life);
      this.#write(part);
    }
  }

  #write(text: string): void {
    if (this.#isOpen && this.#channel.writable) this.#channel.write(text);
  }

  #hangUp(): void {
    this.#isOpen = false;
    this.#reader?.(null);
  }
}
