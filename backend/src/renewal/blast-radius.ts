import type { ActivationAction, Advice } from '../appliances/driver.ts';
import { servesNothing } from '../appliances/index.ts';
import type { Budget } from '../domain/budget.ts';
import type { IssuedCertificate } from '../store/issuances.ts';
import type { Connection, RenewalRow } from '../store/store.ts';
import type { WindowLook } from '../windows/stored-openings.ts';
import type { Facts } from './facts.ts';
import { whyNoFallback } from './fallback.ts';
import type { StepPeers } from './step.ts';
import { nameOf } from './steps/look.ts';

/** What a renewal of a connection will touch, before anything runs. The same object for the CLI, the API and the UI. */
export interface BlastRadius {
  readonly connectionId: number;
  readonly slot: string;
  readonly dnsNames: readonly string[];
  /** In the order in which they happen. */
  readonly interruptions: readonly Interruption[];
  /** Seconds from the first restart to the end of the last, when nothing goes wrong. */
  readonly expectedSeconds: number;
  /** Where the new certificate must be seen before the renewal counts as verified. */
  readonly endpoints: readonly string[];
  /** `automatic`: nobody is asked. `ask`: somebody says go before the first restart. `typed`: they type the name of the node. */
  readonly permission: 'automatic' | 'ask' | 'typed';
  readonly advice: readonly Advice[];
  /** The CA has a directory where certferry can prove that issuing works, and nothing counts. */
  readonly testDirectory: boolean;
  /** The certificate of the second CA that is kept ready, and why none can be; null: there is no second CA. */
  readonly fallback: FallbackOutlook | null;
  /** What the restart calendar says now; null when the restart waits for no window. */
  readonly window: RestartWindow | null;
  /** What is left of the CA's limits. */
  readonly budget: Budget;
  /** Why the schedule would not begin now, where a person should know: quarantine, a refused login, a limit that is spent. */
  readonly cautions: readonly string[];
}

export interface FallbackOutlook {
  /** `notAfter` in ISO 8601; null: none is ready. */
  readonly ready: { readonly sha256: string; readonly notAfter: string } | null;
  /** The end of a sentence; null: one can be kept ready. */
  readonly whyNot: string | null;
}

export interface RestartWindow {
  readonly calendarId: number;
  readonly name: string;
  readonly open: boolean;
  /** ISO 8601: of the opening that is open, or else of the next; null when there is none. */
  readonly start: string | null;
  readonly end: string | null;
  /** `the restart window "Weekend nights" opens Sat 28 Nov 02:00 Europe/Berlin` */
  readonly words: string;
}

/** What is known without asking anybody. `past` are renewals of this connection, any number of them. */
export interface Known extends Pick<BlastRadius, 'budget' | 'cautions'> {
  readonly fallback: IssuedCertificate | null;
  readonly past: readonly RenewalRow[];
}

export interface Interruption {
  readonly node: string;
  readonly service: string;
  readonly impact: string;
  readonly expectedSeconds: number;
  /** `history`: the median of what this connection has seen. `documented`: the vendor's figure or a rule of thumb. */
  readonly basis: 'history' | 'documented';
}

/** `look` is what the restart calendar of the connection says now. */
export async function blastRadius(
  connection: Connection,
  { appliance, issuer, second }: Pick<StepPeers, 'appliance' | 'issuer' | 'second'>,
  { past, budget, cautions, fallback }: Known,
  signal: AbortSignal,
  look: WindowLook | null = null,
): Promise<BlastRadius> {
  const { id, slot, dnsNames, policy } = connection;
  const { activation } = appliance;
  const actions = (await activation?.plan(slot, signal)) ?? [];
  const interruptions = actions.map((action) => expect(action, past));
  const pauses = new Set(actions.map(({ node }) => node)).size - 1;
  const pauseSeconds = Math.max(pauses, 0) * ((activation?.pauseMs ?? 0) / 1000);
  return {
    connectionId: id,
    slot,
    dnsNames,
    interruptions,
    expectedSeconds: interruptions.reduce((sum, { expectedSeconds }) => sum + expectedSeconds, pauseSeconds),
    endpoints: (await appliance.endpoints(slot, signal)).map(nameOf),
    permission: permissionOf(actions, policy.activation),
    advice: activation?.advice?.(slot) ?? [],
    testDirectory: issuer.staging !== null,
    fallback: second && !servesNothing(connection.appliance) ? outlook(appliance, fallback) : null,
    window: look && actions.length > 0 ? windowOf(look) : null,
    budget,
    cautions,
  };
}

function outlook(appliance: StepPeers['appliance'], fallback: IssuedCertificate | null): FallbackOutlook {
  const ready = fallback && { sha256: fallback.sha256, notAfter: fallback.notAfter };
  return { ready, whyNot: whyNoFallback(appliance) };
}

function windowOf({ calendarId, name, open, opening, words }: WindowLook): RestartWindow {
  return {
    calendarId,
    name,
    open,
    start: opening?.start.toISOString() ?? null,
    end: opening?.end.toISOString() ?? null,
    words: `the restart window "${name}" ${words}`,
  };
}

function expect(
  { id, node, service, impact, expectedSeconds }: ActivationAction,
  past: readonly RenewalRow[],
): Interruption {
  const seen = past.flatMap((row) => durationsOf(row, id)).sort((a, b) => a - b);
  const median = seen[Math.floor(seen.length / 2)];
  if (median === undefined) return { node, service, impact, expectedSeconds, basis: 'documented' };
  return { node, service, impact, expectedSeconds: Math.round(median), basis: 'history' };
}

/** Seconds. A row's facts were written by a renewal of this product. */
function durationsOf({ facts }: RenewalRow, actionId: string): readonly number[] {
  const { activation = [] } = facts as Partial<Facts>;
  return activation.flatMap(({ action, startedAt, doneAt }) => {
    return action.id === actionId && doneAt !== null ? [(Date.parse(doneAt) - Date.parse(startedAt)) / 1000] : [];
  });
}

function permissionOf(
  actions: readonly ActivationAction[],
  activation: 'automatic' | 'ask',
): BlastRadius['permission'] {
  if (actions.some(({ typedConfirmation }) => typedConfirmation)) return 'typed';
  return activation === 'ask' && actions.length > 0 ? 'ask' : 'automatic';
}
