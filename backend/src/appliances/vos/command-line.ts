import { AppError } from '../../domain/errors.ts';
import { Deadline } from '../../plugins/deadline.ts';
import type { SshDialer, SshShell, SshTarget } from '../../plugins/ssh.ts';

/** The prompt is `admin:` whatever the account is called. */
export const PROMPT = /(?:^|\n)admin:\s*$/;
const COMMAND_MS = 120_000;
const EVIDENCE_LENGTH = 2000;

/** The command line of one node. SSH exec does not exist there, so everything goes through a shell. */
export class VosCli {
  readonly #ssh: SshDialer;
  readonly #target: SshTarget;
  readonly #name: string;

  /** `name` is for people, where the address does not say which node it is. */
  constructor(ssh: SshDialer, target: Omit<SshTarget, 'prompt'>, name: string = target.host) {
    this.#ssh = ssh;
    this.#target = { ...target, prompt: PROMPT };
    this.#name = name;
  }

  /** False: logging in can only be refused, because no key is known to compare with. */
  get hasPinnedKey(): boolean {
    return this.#target.hostKeys.length > 0;
  }

  get target(): Omit<SshTarget, 'password'> {
    return this.#target;
  }

  hostKey(signal: AbortSignal): Promise<string> {
    return this.#named(this.#ssh.hostKey(this.#target, signal));
  }

  /** Opens a session for `work` and ends it after. */
  session<T>(signal: AbortSignal, work: (shell: SshShell) => Promise<T>): Promise<T> {
    return this.#named(this.#run(signal, work));
  }

  async #run<T>(signal: AbortSignal, work: (shell: SshShell) => Promise<T>): Promise<T> {
    await using shell = await this.#ssh.open(this.#target, signal);
    // An account of privilege 0 may not; then the tall terminal and the answers to pagers have to do.
    await ask(shell, 'set cli pagination off', signal);
    return await work(shell);
  }

  /** The failures of the dialer speak of addresses and ports only. */
  async #named<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof AppError) || this.#name === this.#target.host) throw error;
      const { code, message, evidence, retryAfterMs } = error;
      throw new AppError(code, `${this.#name}: ${message}`, { cause: error, evidence, retryAfterMs });
    }
  }
}

/** One command that answers soon. */
export async function ask(
  shell: SshShell,
  line: string,
  signal: AbortSignal,
  confirms: readonly string[] = [],
): Promise<string> {
  using deadline = new Deadline(signal, COMMAND_MS);
  return await shell.command(line, deadline.signal, undefined, confirms);
}

export type ServiceState = 'STARTED' | 'STOPPED' | 'STARTING' | 'STOPPING';

/** `utils service list`: states by name. Lines that are no states are left out. */
export function parseServiceList(output: string): ReadonlyMap<string, ServiceState> {
  const states = new Map<string, ServiceState>();
  for (const line of output.split('\n')) {
    const match = /^(.+?)\s*\[\s*(STARTED|STOPPED|STARTING|STOPPING)\s*\]/.exec(line);
    if (match?.[1] && match[2]) states.set(match[1], match[2] as ServiceState);
  }
  return states;
}

/** `utils service list`: what is installed on the node, but was never switched on there. */
export function parseInactive(output: string): ReadonlySet<string> {
  const names = output.split('\n').map((line) => /^(.+?)\s*\[\s*STOPPED\s*\]\s*Service Not Activated/i.exec(line)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}

/** `show version active`: `15.0.1.12900-234`; null when it is not found. */
export function parseVersion(output: string): string | null {
  return /version\s*:\s*(\d+\.\d\S*)/i.exec(output)?.[1] ?? null;
}

/** `show myself`: 0 reads, 1 and above write; null when it is not found. */
export function parsePrivilege(output: string): number | null {
  const level = /privilege level\s*:\s*(\d+)/i.exec(output)?.[1];
  return level === undefined ? null : Number(level);
}

/** True as soon as the node has taken `utils service restart`, not when it merely echoed it. */
export function hasRestartBegun(output: string, service: string): boolean {
  return /^Do not press Ctrl\+C/m.test(output) || statusWords(output, service).length > 0;
}

/**
 * Judges the text between `utils service restart` and the prompt after it, by the service's own status lines only:
 * banners and other services may speak of errors. A subscriber never prints `[STARTED]`; there the prompt after
 * `[STARTING]` is all that comes, and the handshake with the endpoint decides.
 *
 * @throws AppError ACTIVATION_FAILED
 */
export function judgeRestart(output: string, service: string, host: string): 'done' | 'unknown' {
  const last = statusWords(output, service).at(-1);
  const isRefused = last === undefined && !/^Do not press Ctrl\+C/m.test(output);
  if (!isRefused && last !== 'FAILED' && last !== 'STOPPED') return last === 'STARTED' ? 'done' : 'unknown';
  const what = isRefused ? `did not restart ${service}` : `says that ${service} is ${last} after the restart`;
  const body = output.trim().slice(-EVIDENCE_LENGTH);
  throw new AppError('ACTIVATION_FAILED', `${host} ${what}.`, {
    evidence: { request: `utils service restart ${service}`, ...(body ? { body } : {}) },
  });
}

function statusWords(output: string, service: string): string[] {
  return output.split('\n').flatMap((line) => {
    if (!line.startsWith(service)) return [];
    const word = /^\s*\[\s*([A-Z]+)\s*\]/.exec(line.slice(service.length))?.[1];
    return word ? [word] : [];
  });
}
