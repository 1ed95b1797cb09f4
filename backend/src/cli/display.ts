import { createLogUpdate } from 'log-update';
import picocolors from 'picocolors';
import { isGood, OUTCOME_WORDS, seconds, sentence, titleOf } from '../renewal/sentences.ts';
import type { DomainEvent, StoredEvent } from '../store/events.ts';

export type DisplayMode = 'json' | 'plain' | 'live';

/** Shows the events of one renewal as they come, and gives the exit status it ends with. */
export interface Display {
  show(stored: StoredEvent): void;
  /** Stops what moves. */
  end(): void;
}

type Finished = Extract<DomainEvent, { readonly type: 'renewal.finished' }>;

/** 0: it came as far as was asked, or was not due. 1: failed, rolled back or cancelled. 2: installed, but not seen served. */
export function exitStatus({ outcome }: Finished): number {
  if (outcome === 'installed-not-served') return 2;
  return outcome === 'failed' || outcome === 'cancelled' || outcome === 'rolled-back' ? 1 : 0;
}

export function displayMode(json: boolean, out: NodeJS.WriteStream): DisplayMode {
  if (json) return 'json';
  return out.isTTY ? 'live' : 'plain';
}

export function createDisplay(mode: DisplayMode, out: NodeJS.WriteStream): Display {
  if (mode === 'json') return { show: (stored) => out.write(`${JSON.stringify(stored)}\n`), end: () => {} };
  return mode === 'live' ? new LiveDisplay(out) : new PlainDisplay(out);
}

const TITLE_WIDTH = 30;

/** A line for each thing that is over, the same on a terminal and in a file. */
class PlainDisplay implements Display {
  readonly #out: NodeJS.WriteStream;
  readonly #colours: ReturnType<typeof picocolors.createColors>;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    // CI services ask for colours in files too, by the environment: what a script reads stays plain.
    this.#colours = picocolors.createColors(out.isTTY === true && picocolors.isColorSupported);
  }

  show({ event }: StoredEvent): void {
    const line = this.#line(event);
    if (line !== null) this.#out.write(`${line}\n`);
  }

  end(): void {}

  #line(event: DomainEvent): string | null {
    const { green, red, yellow, dim, bold } = this.#colours;
    switch (event.type) {
      case 'step.finished':
        return `  ${green('✓')} ${titleOf(event.step).padEnd(TITLE_WIDTH)} ${dim(seconds(event.tookMs).padStart(7))}  ${event.summary}`;
      case 'step.noted':
        return dim(`    ${event.message}`);
      case 'step.waiting':
      case 'step.held':
        return `  ${yellow('…')} ${sentence(event)}`;
      case 'step.failed':
        return `  ${event.retryAt === null ? red('✗') : yellow('…')} ${sentence(event)}`;
      case 'renewal.committed':
      case 'renewal.cancelling':
        return dim(`    ${sentence(event)}`);
      case 'renewal.finished':
        return `${(isGood(event.outcome) ? green : red)(bold(OUTCOME_WORDS[event.outcome]))}  ${event.message}`;
      default:
        return null;
    }
  }
}

const FRAME_MS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** The plain lines, and below them the step that runs with its ticking duration. */
class LiveDisplay implements Display {
  readonly #plain: PlainDisplay;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #ticker: NodeJS.Timeout;
  #running: { readonly title: string; readonly since: number } | null = null;

  constructor(out: NodeJS.WriteStream) {
    this.#plain = new PlainDisplay(out);
    this.#update = createLogUpdate(out);
    this.#ticker = setInterval(() => this.#tick(), FRAME_MS);
  }

  show(stored: StoredEvent): void {
    const { event } = stored;
    this.#update.clear();
    this.#plain.show(stored);
    if (event.type === 'step.started') this.#running = { title: titleOf(event.step), since: Date.now() };
    if (['step.held', 'step.waiting', 'step.finished', 'renewal.finished'].includes(event.type)) this.#running = null;
    this.#tick();
  }

  end(): void {
    clearInterval(this.#ticker);
    this.#update.clear();
  }

  #tick(): void {
    if (!this.#running) return;
    const took = Date.now() - this.#running.since;
    const frame = FRAMES[Math.floor(took / FRAME_MS) % FRAMES.length];
    this.#update(`  ${frame} ${this.#running.title.padEnd(TITLE_WIDTH)} ${seconds(took).padStart(7)}`);
  }
}
