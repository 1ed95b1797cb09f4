import type { RestartPermission } from './facts.ts';
import { whatRemains } from './old-certificate.ts';
import { emergencyWords, judge, question, type Restart, type Verdict, waitWords } from './restart-window.ts';
import type { StepContext, StepOutcome } from './step.ts';

type Rest = Extract<StepOutcome, { readonly kind: 'wait' | 'hold' }>;

/**
 * What stands between an installed certificate and its restarts: a person who is to be asked, and a window that is closed. Which of
 * them wins is told in docs/adr/0018-calendars.md.
 */
export class RestartGate {
  readonly #restart: Restart;
  readonly #ctx: StepContext<'permission'>;
  #permission: RestartPermission;

  constructor(restart: Restart, permission: RestartPermission | undefined, ctx: StepContext<'permission'>) {
    this.#restart = restart;
    this.#permission = permission ?? { asked: null, allowed: null };
    this.#ctx = ctx;
  }

  /**
   * Null when the next node may be restarted now. `seconds` is how long that takes, `begun` whether anything was restarted for this
   * certificate already.
   */
  async rest(seconds: number, begun: boolean): Promise<Rest | null> {
    await this.#takeAnswer();
    if (this.#permission.allowed === 'at-once') return null;
    const { windows, clock } = this.#ctx;
    const verdict = await judge(this.#restart, seconds, windows, clock.now());
    const mustAsk = this.#restart.target.activation === 'ask' && !begun && this.#permission.allowed === null;
    return mustAsk ? this.#ask(verdict) : this.#follow(verdict);
  }

  /** What a person said since the last run: yes to what was asked, or that it shall not wait for the window. */
  async #takeAnswer(): Promise<void> {
    const { early, released } = this.#ctx;
    const { asked, allowed } = this.#permission;
    if (early && allowed !== 'at-once') await this.#keep({ asked: null, allowed: 'at-once' });
    else if (released && (asked !== null || allowed === null)) {
      await this.#keep({ asked: null, allowed: asked ?? 'in-window' });
    }
  }

  async #follow(verdict: Verdict): Promise<Rest | null> {
    switch (verdict.kind) {
      case 'open':
        return null;
      case 'later': {
        const now = this.#ctx.clock.now();
        return { kind: 'wait', until: verdict.until, why: waitWords(verdict, this.#restart, now) };
      }
      case 'emergency':
        return verdict.mode === 'automatic' ? this.#goInEmergency(verdict) : this.#ask(verdict);
      case 'never':
      case 'deleted':
        return this.#ask(verdict);
    }
  }

  async #goInEmergency(verdict: Extract<Verdict, { kind: 'emergency' }>): Promise<null> {
    await this.#keep({ asked: null, allowed: 'at-once' });
    await this.#ctx.note(`${emergencyWords(verdict, this.#restart)}: it restarts now, outside of the window.`);
    return null;
  }

  async #ask(verdict: Verdict): Promise<Rest> {
    // Somebody said go just now, and to something else: this question is put in a run of its own.
    if (this.#ctx.released) return { kind: 'wait', until: this.#ctx.clock.now(), why: 'there is one more question' };
    const inWindow = verdict.kind === 'open' || verdict.kind === 'later';
    await this.#keep({ ...this.#permission, asked: inWindow ? 'in-window' : 'at-once' });
    return { kind: 'hold', ask: question(verdict, this.#restart, whatRemains(this.#ctx.appliance)) };
  }

  async #keep(permission: RestartPermission): Promise<void> {
    this.#permission = permission;
    await this.#ctx.keep({ permission });
  }
}
