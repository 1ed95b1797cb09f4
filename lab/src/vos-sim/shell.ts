import type { Account } from './accounts.ts';
import { oneOf, pause } from './chance.ts';
import { type CliWorld, type CommandContext, runCommand } from './commands.ts';
import type { Terminal } from './terminal.ts';

const STARTING_UP = 'Command Line Interface is starting up, please wait ...\n';

/** The Command Line Interface for one session: banner, prompt, commands until the client leaves. */
export class Shell {
  readonly #terminal: Terminal;
  readonly #account: Account;
  readonly #world: CliWorld;
  readonly #life: AbortSignal;
  readonly #drop: () => void;
  #paged = true;

  constructor(terminal: Terminal, account: Account, world: CliWorld, life: AbortSignal, drop: () => void) {
    this.#terminal = terminal;
    this.#account = account;
    this.#world = world;
    this.#life = life;
    this.#drop = drop;
  }

  /** Resolves when the client has left. */
  async run(): Promise<void> {
    await this.#terminal.print(STARTING_UP);
    if (this.#world.faults.has('ssh-closes')) return this.#drop();
    await pause(5, 60, this.#life);
    await this.#terminal.print(banner(this.#world));
    for (;;) {
      await this.#terminal.print(oneOf('', '\r'));
      await this.#terminal.print('admin:', 2);
      const line = await this.#terminal.line();
      if (line === null || ['quit', 'exit'].includes(line.trim())) break;
      await this.#runUntilInterrupted(line);
    }
    this.#terminal.close();
  }

  /** Ctrl-C gives the prompt back at once; what the command has begun on the node goes on. */
  async #runUntilInterrupted(line: string): Promise<void> {
    const interrupted = new AbortController();
    const { promise, resolve } = deferred();
    this.#terminal.onInterrupt = () => {
      interrupted.abort();
      void this.#terminal.print('^C\n').then(resolve);
    };
    const ended = runCommand(line, this.#contextFor(interrupted.signal));
    await Promise.race([ended, promise]);
    this.#terminal.onInterrupt = null;
  }

  #contextFor(interrupted: AbortSignal): CommandContext {
    return {
      account: this.#account,
      world: this.#world,
      print: async (text) => {
        if (!interrupted.aborted) await this.#terminal.print(text);
      },
      page: async (lines) => {
        if (!interrupted.aborted) await this.#terminal.page(lines, this.#paged, interrupted);
      },
      setPagination: (on) => {
        this.#paged = on;
      },
      pause: (fewestMs, mostMs) => pause(fewestMs, mostMs, this.#life),
      drop: () => {
        if (!interrupted.aborted) this.#drop();
      },
    };
  }
}

/** What a client gets that asks for a command instead of a shell. */
export function startUpBanner(world: CliWorld): string {
  return STARTING_UP + banner(world);
}

function banner({ faults }: CliWorld): string {
  const disk = faults.has('banner-error-word') ? 'ERROR-UNSUPPORTED: Partitions unaligned' : 'Partitions aligned';
  return [
    '',
    '   Welcome to the Platform Command Line Interface',
    '',
    'VMware Installation:',
    '\t2 vCPU: Intel(R) Core(TM) i9-10900T CPU @ 1.90GHz',
    `\tDisk 1: 80GB, ${disk}`,
    '\t6144 Mbytes RAM',
    ...oneOf([], ['WARNING: DNS unreachable']),
    '',
    '',
  ].join('\n');
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
