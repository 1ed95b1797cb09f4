import type { Failure } from '../domain/errors.ts';
import { titleOf } from '../renewal/sentences.ts';
import type { StoredEvent } from '../store/events.ts';

/** What a person, or the schedule, decided about a renewal. */
export interface Decision {
  readonly at: string;
  readonly what: 'started' | 'released' | 'cancelled';
  /** Null when it was not said who. */
  readonly actor: string | null;
  /** Whose hold was released. */
  readonly step: string | null;
  /** What was asked before. */
  readonly ask: string | null;
}

export interface StepTiming {
  readonly step: string;
  readonly title: string;
  readonly startedAt: string;
  /** Null while it has not ended. */
  readonly endedAt: string | null;
  readonly attempts: number;
  /** Milliseconds of work in the last attempt, without waits; null when it did not end well. */
  readonly tookMs: number | null;
  readonly summary: string | null;
  /** Milliseconds for which it waited for a person. */
  readonly heldMs: number;
}

export function decisionsOf(events: readonly StoredEvent[]): readonly Decision[] {
  let ask: string | null = null;
  return events.flatMap(({ at, event }): readonly Decision[] => {
    if (event.type === 'step.held') ask = event.ask;
    if (event.type === 'renewal.started')
      return [{ at, what: 'started', actor: event.actor ?? event.by, step: null, ask: null }];
    if (event.type === 'renewal.cancelling')
      return [{ at, what: 'cancelled', actor: event.actor ?? null, step: null, ask: null }];
    if (event.type !== 'step.released') return [];
    const released: Decision = { at, what: 'released', actor: event.actor ?? null, step: event.step, ask };
    ask = null;
    return [released];
  });
}

/** In the order in which they began. */
export function timingsOf(events: readonly StoredEvent[]): readonly StepTiming[] {
  const steps = new Map<string, StepTiming>();
  const heldSince = new Map<string, number>();
  for (const { at, event } of events) {
    if (!('step' in event)) continue;
    const { step } = event;
    const before = steps.get(step) ?? begun(step, at);
    const since = heldSince.get(step);
    if (event.type === 'step.held') heldSince.set(step, Date.parse(at));
    if (event.type === 'step.released') heldSince.delete(step);
    const held = event.type === 'step.released' && since !== undefined ? Date.parse(at) - since : 0;
    steps.set(step, { ...before, ...changeBy(event, at, before), heldMs: before.heldMs + held });
  }
  return [...steps.values()];
}

export function failuresOf(
  events: readonly StoredEvent[],
): readonly (Failure & { readonly at: string; readonly step: string })[] {
  return events.flatMap(({ at, event }) =>
    event.type === 'step.failed' ? [{ at, step: event.step, ...event.failure }] : [],
  );
}

function begun(step: string, at: string): StepTiming {
  return {
    step,
    title: titleOf(step),
    startedAt: at,
    endedAt: null,
    attempts: 0,
    tookMs: null,
    summary: null,
    heldMs: 0,
  };
}

function changeBy(event: StoredEvent['event'], at: string, before: StepTiming): Partial<StepTiming> {
  switch (event.type) {
    case 'step.started':
      return { attempts: before.attempts + 1, endedAt: null };
    case 'step.finished':
      return { endedAt: at, tookMs: event.tookMs, summary: event.summary };
    case 'step.failed':
      return event.retryAt === null ? { endedAt: at, summary: event.failure.message } : {};
    default:
      return {};
  }
}
