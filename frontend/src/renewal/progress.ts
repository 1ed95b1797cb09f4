import type { DomainEvent, Failure, RenewalView, StepName, StoredEvent } from '../api/types.ts';
import type { StepState } from '../words/states.ts';

/** One step of a renewal, as its events tell it. */
export interface StepProgress {
  readonly name: StepName;
  readonly state: StepState;
  /** ISO 8601; null before it began. */
  readonly startedAt: string | null;
  /** ISO 8601; null while it is not over. */
  readonly endedAt: string | null;
  /** The line behind the step. */
  readonly line: string | null;
  readonly attempt: number;
  readonly notes: readonly Note[];
  readonly failure: Failure | null;
  /** ISO 8601: when it is tried again. */
  readonly retryAt: string | null;
  /** What a person is asked. */
  readonly ask: string | null;
  /** What a person has to type to go on; null: nothing. */
  readonly confirm: string | null;
}

export interface Note {
  readonly at: string;
  readonly message: string;
}

/** Where a renewal stands. Made of stored events alone, so that every browser shows the same. */
export interface Progress {
  readonly steps: readonly StepProgress[];
  /** The step that runs, rests or decided the end. */
  readonly current: StepName | null;
  readonly committed: boolean;
  readonly cancelling: boolean;
  readonly finished: Extract<DomainEvent, { readonly type: 'renewal.finished' }> | null;
  readonly finishedAt: string | null;
  /** The step whose failure decided the end. */
  readonly failedStep: StepProgress | null;
}

/** Steps that most renewals do not need: shown once they have begun. */
const SELDOM: readonly StepName[] = ['reuse', 'rollBack', 'assess'];

type StepEvent = Extract<DomainEvent, { readonly step: string }>;

/** `order`: the steps as the machine goes through them. */
export function progressOf(order: readonly StepName[], events: RenewalView['events']): Progress {
  const steps = new Map<StepName, StepProgress>(order.map((name) => [name, blank(name)]));
  let current: StepName | null = null;
  for (const { at, event } of events) {
    if (!isStepEvent(event)) continue;
    const name = event.step as StepName;
    steps.set(name, advance(steps.get(name) ?? blank(name), event, at));
    current = name;
  }
  const end = events.find(({ event }) => event.type === 'renewal.finished');
  const finished = end?.event.type === 'renewal.finished' ? end.event : null;
  const all = [...steps.values()].filter(({ name, state }) => !SELDOM.includes(name) || state !== 'todo');
  const shown = finished ? all.map((step) => closed(refused(step, finished), end?.at ?? null)) : all;
  const failed = finished ? firstFailed(shown, events) : null;
  return {
    steps: shown,
    current: finished ? (failed?.name ?? lastDone(shown)) : current,
    committed: has(events, 'renewal.committed'),
    cancelling: has(events, 'renewal.cancelling'),
    finished,
    finishedAt: end?.at ?? null,
    failedStep: failed,
  };
}

function blank(name: StepName): StepProgress {
  return {
    name,
    state: 'todo',
    startedAt: null,
    endedAt: null,
    line: null,
    attempt: 0,
    notes: [],
    failure: null,
    retryAt: null,
    ask: null,
    confirm: null,
  };
}

function advance(step: StepProgress, event: StepEvent, at: string): StepProgress {
  switch (event.type) {
    case 'step.started':
      return begun(step, event.attempt, at);
    case 'step.noted':
      return { ...step, notes: [...step.notes, { at, message: event.message }], line: event.message };
    case 'step.finished':
      return { ...step, state: 'done', endedAt: at, line: event.summary, failure: null, retryAt: null, ask: null };
    case 'step.waiting':
      return { ...step, state: 'waiting', line: event.why, retryAt: event.until, failure: null };
    case 'step.held':
      return { ...step, state: 'held', ask: event.ask, confirm: event.confirm, line: null };
    case 'step.released':
      return { ...step, state: 'running', ask: null };
    case 'step.failed':
      return failedWith(step, event, at);
  }
}

function begun(step: StepProgress, attempt: number, at: string): StepProgress {
  const again = attempt > 1 || step.state === 'running' || step.state === 'waiting' || step.state === 'held';
  return {
    ...step,
    state: 'running',
    attempt,
    startedAt: again ? (step.startedAt ?? at) : at,
    endedAt: null,
    retryAt: null,
    ask: null,
  };
}

function failedWith(step: StepProgress, event: Extract<StepEvent, { type: 'step.failed' }>, at: string): StepProgress {
  const { failure, retryAt } = event;
  const over = retryAt === null;
  return {
    ...step,
    state: over ? 'failed' : 'waiting',
    failure,
    retryAt,
    line: failure.message,
    endedAt: over ? at : null,
  };
}

/** That nothing could be put back is what the step found out, and not that it was done. */
function refused(step: StepProgress, { outcome }: NonNullable<Progress['finished']>): StepProgress {
  const idle = step.name === 'rollBack' && step.state === 'done' && outcome !== 'rolled-back';
  return idle ? { ...step, state: 'skipped' } : step;
}

/** Once the renewal is over nothing runs: a step that was cut short is not needed any more. */
function closed(step: StepProgress, at: string | null): StepProgress {
  if (step.state === 'done' || step.state === 'failed') return step;
  return { ...step, state: 'skipped', endedAt: step.startedAt === null ? null : at, ask: null, retryAt: null };
}

/** The first failure is the cause; a restart that failed is no cause when the certificate was then seen served. */
function firstFailed(steps: readonly StepProgress[], events: readonly StoredEvent[]): StepProgress | null {
  const end = events.find(({ event }) => event.type === 'renewal.finished')?.event;
  if (end?.type !== 'renewal.finished' || !['failed', 'installed-not-served', 'rolled-back'].includes(end.outcome))
    return null;
  const first = events.find(
    ({ event }) => event.type === 'step.failed' && event.retryAt === null && !isHarmless(event.step, events),
  );
  const name = first && isStepEvent(first.event) ? first.event.step : null;
  return steps.find((step) => step.name === name) ?? null;
}

/** A record that could not be removed before the installation did not end the renewal. */
function isHarmless(step: string, events: readonly StoredEvent[]): boolean {
  return step === 'cleanUp' && events.some(({ event }) => isStepEvent(event) && event.step === 'install');
}

function lastDone(steps: readonly StepProgress[]): StepName | null {
  return steps.findLast(({ state }) => state === 'done')?.name ?? null;
}

function isStepEvent(event: DomainEvent): event is StepEvent {
  return 'step' in event;
}

function has(events: readonly StoredEvent[], type: DomainEvent['type']): boolean {
  return events.some(({ event }) => event.type === type);
}
