import type { Secret } from '../../domain/secret.ts';
import { Deadline } from '../../plugins/deadline.ts';
import type { SshDialer, SshShell, SshTarget } from '../../plugins/ssh.ts';
import { confirming } from './unconfirmed.ts';

/** There is no prompt: each answer ends with a line that says OK, or ERROR. */
const PROMPT = /(?:^|\n)(?:OK|ERROR[^\n]*)\s*$/;
const COMMAND_MS = 60_000;

/** The command line of the box, for what its API cannot do. */
export class ExpresswayCli {
  readonly #ssh: SshDialer;
  readonly #target: SshTarget;

  constructor(
    ssh: SshDialer,
    target: { host: string; port: number; user: string; password: Secret; hostKeys: readonly string[] },
  ) {
    this.#ssh = ssh;
    this.#target = { ...target, legacyAlgorithms: false, prompt: PROMPT };
  }

  /** False: logging in can only be refused, because no key is known to compare with. */
  get hasPinnedKey(): boolean {
    return this.#target.hostKeys.length > 0;
  }

  get hostKeys(): readonly string[] {
    return this.#target.hostKeys;
  }

  hostKey(signal: AbortSignal): Promise<string> {
    return this.#ssh.hostKey(this.#target, signal);
  }

  /** `X15.3.1`; null when the box does not say. */
  async version(signal: AbortSignal): Promise<string | null> {
    const output = await this.#run('xStatus SystemUnit', signal, () => {}, confirming('expressway-version'));
    return /version\s*:\s*"?\s*(X\d+\.\d[\w.]*)/i.exec(output)?.[1] ?? null;
  }

  /** Returns everything that was printed. `heard` sees it as it comes. */
  restart(heard: (output: string) => void, signal: AbortSignal): Promise<string> {
    return this.#run('xCommand Restart', signal, heard, confirming('expressway-restart-answer'));
  }

  async #run(
    line: string,
    signal: AbortSignal,
    heard: (output: string) => void,
    confirms: readonly string[],
  ): Promise<string> {
    await using shell: SshShell = await this.#ssh.open(this.#target, signal);
    using deadline = new Deadline(signal, COMMAND_MS);
    let all = '';
    await shell.command(
      line,
      deadline.signal,
      (output) => {
        all = output;
        heard(output);
      },
      confirms,
    );
    return all;
  }
}

/** True as soon as the box has taken the command, false when it said no; null: it has not said anything yet. */
export function isTaken(output: string): boolean | null {
  if (/status\s*=\s*error|^\s*ERROR|not recogni[sz]ed/im.test(output)) return false;
  return /status\s*=\s*OK|(?:^|\n)OK\s*$/i.test(output) ? true : null;
}
