import type { ActivationAction } from '../appliances/driver.ts';
import type { ActivationRecord, Facts } from './facts.ts';
import { whatRemains } from './old-certificate.ts';
import { RestartGate } from './restart-gate.ts';
import type { StepContext, StepOutcome } from './step.ts';

type Gives = 'trustAdded' | 'install' | 'permission' | 'activation';
type Rest = Extract<StepOutcome<Gives>, { readonly kind: 'wait' | 'hold' }>;

export interface HandOver extends Partial<Pick<Facts, 'permission' | 'activation' | 'before'>> {
  readonly target: Facts['target'];
  /** Everything that is restarted for this certificate. */
  readonly plan: readonly ActivationAction[];
}

/**
 * What stands between an issued certificate and its hand-over; null: nothing. A person types the node's name where the
 * hand-over itself interrupts what they may not expect. Where the appliance restarts by itself, the restart window is waited
 * for too: afterwards nobody can. Once it was handed over, nothing is asked again.
 */
export async function beforeHandOver(handOver: HandOver, ctx: StepContext<Gives>): Promise<Rest | null> {
  const { plan, permission, activation = [], target } = handOver;
  if (activation.length > 0) return null;
  const allowed = ctx.released || (permission?.allowed ?? null) !== null;
  const asked = allowed || ctx.early ? null : confirmation(plan, whatRemains(ctx.appliance));
  if (asked) return asked;
  const actions = startedByInstall(plan);
  if (actions.length === 0) return null;
  const seconds = actions.reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
  const restart = { target, actions, notAfter: firstToEnd(handOver), isIssued: true };
  return await new RestartGate(restart, permission, ctx).rest(seconds, false);
}

/** To be stored before the hand-over, as those of other restarts are before they are started. */
export function recordsOf(plan: readonly ActivationAction[], at: Date): readonly ActivationRecord[] {
  return startedByInstall(plan).map((action) => ({
    action,
    startedAt: at.toISOString(),
    accepted: false,
    done: false,
    doneAt: null,
  }));
}

function startedByInstall(plan: readonly ActivationAction[]): readonly ActivationAction[] {
  return plan.filter(({ beginsWithInstall }) => beginsWithInstall);
}

function confirmation(plan: readonly ActivationAction[], remains: string) {
  const grave = plan.find(({ typedConfirmation }) => typedConfirmation);
  if (!grave) return null;
  const what = grave.beginsWithInstall ? 'installing it restarts the node' : 'phones reset when it is installed';
  const lines = plan.map(({ id, impact }) => `${id}: ${impact}`);
  const ask = `The certificate is issued, and ${what}. ${remains}. Type "${grave.node}" to go on:\n${lines.join('\n')}`;
  return { kind: 'hold', ask, confirm: grave.node } as const;
}

/** ISO 8601; null when nobody saw what is served. */
function firstToEnd({ before = [] }: HandOver): string | null {
  return before.flatMap(({ notAfter }) => (notAfter === null ? [] : [notAfter])).toSorted()[0] ?? null;
}
