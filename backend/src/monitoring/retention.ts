import type { Clock, Logger } from '../plugins/plugin.ts';
import { leftoverIds } from '../renewal/sweeper.ts';
import type { Store } from '../store/store.ts';
import type { ForgetStep, Forgotten } from '../store/upkeep.ts';
import { forgetKeys } from './key-retention.ts';

const DAY_MS = 86_400_000;

/** Rows of one transaction. Everything else of the store waits for it, so it has to be short. */
const STEP = 200;

/** Renewals of each connection that stay whatever their age: decisions look back as far (renewal/run.ts, app.ts). */
const NEWEST = 20;

interface RetentionDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly keepDays: number;
}

/**
 * Removes events and finished renewals that are older than `keepDays`, a few at a time. What somebody still needs stays: unread events, the
 * newest renewals of each connection, its last that was verified, those that left records in DNS, and the events of all these. Then the
 * private keys that nothing needs any more.
 */
export async function forgetOld({ store, clock, log, keepDays }: RetentionDeps, signal: AbortSignal): Promise<void> {
  const before = new Date(clock.now().getTime() - keepDays * DAY_MS).toISOString();
  const except = await leftoverIds(store);
  const held = { keepNewest: NEWEST, lastOutcome: 'verified', except };
  const renewals = await inSteps(signal, before, (step) => store.upkeep.forgetRenewals({ ...step, ...held }));
  const events = await inSteps(signal, before, (step) => store.upkeep.forgetEvents(step));
  if (renewals + events > 0) log.info({ renewals, events, before }, 'old history removed');
  const keys = await forgetKeys({ store, clock }, signal);
  if (keys > 0) log.info({ keys }, 'private keys that nothing needs removed');
}

async function inSteps(
  signal: AbortSignal,
  before: string,
  forget: (step: ForgetStep) => Promise<Forgotten>,
): Promise<number> {
  let total = 0;
  for (let after: number | null = 0; after !== null && !signal.aborted; ) {
    const { removed, next }: Forgotten = await forget({ before, after, limit: STEP });
    total += removed;
    after = next;
    // Whoever waits for the process gets a turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return total;
}
