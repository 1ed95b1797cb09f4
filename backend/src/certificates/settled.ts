import type { Clock } from '../plugins/plugin.ts';
import type { DomainEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';

interface SettledDeps {
  readonly store: Pick<Store, 'events'>;
  readonly clock: Clock;
}

/** Milliseconds. An order takes a second or two; whoever asked can ask again. */
const PATIENCE_MS = 10_000;

/**
 * Begins a renewal and waits until it is known what has to be placed, or that nothing has to be: at a hold, after the records
 * are published, at its end. Gives up, without an error, when that takes long or nobody listens any more.
 */
export async function untilSettled(
  { store, clock }: SettledDeps,
  begin: () => Promise<string>,
  gone: AbortSignal,
): Promise<string> {
  const cursor = await store.events.latest();
  const renewalId = await begin();
  const done = new AbortController();
  const until = new Date(clock.now().getTime() + PATIENCE_MS);
  const waiting = clock.sleepUntil(until, AbortSignal.any([gone, done.signal])).then(
    () => done.abort(),
    () => done.abort(),
  );
  for await (const { event } of store.events.follow(cursor, done.signal)) {
    if ('renewalId' in event && event.renewalId === renewalId && settles(event)) break;
  }
  done.abort();
  await waiting;
  return renewalId;
}

function settles(event: DomainEvent): boolean {
  if (event.type === 'step.held' || event.type === 'renewal.finished' || event.type === 'step.failed') return true;
  return event.type === 'step.finished' && event.step === 'publish';
}
