import type { DomainEvent } from '../store/events.ts';
import { conclude } from './conclusion.ts';
import type { Facts } from './facts.ts';
import { effectOf, type MachineEvent, type MachineState } from './machine.ts';
import type { StepName } from './step-names.ts';

export interface Transition {
  readonly renewalId: string;
  readonly connectionId: number;
  readonly before: MachineState;
  readonly event: MachineEvent;
  readonly after: MachineState;
  readonly facts: Partial<Facts>;
  /** Of the step that ended with this transition. */
  readonly summary: string;
  /** Milliseconds the step has run. */
  readonly tookMs: number;
  /** Who asked for it, when somebody did. */
  readonly actor?: string | undefined;
}

/** What a transition means, in events. The only place where events of a renewal are made of its states. */
export function report(transition: Transition): readonly DomainEvent[] {
  return [...causes(transition), ...consequences(transition)];
}

/** The events of a renewal that has just been stored in its first state. */
export function reportStart(
  renewalId: string,
  connectionId: number,
  by: 'schedule' | 'operator',
  state: MachineState,
  actor?: string,
): readonly DomainEvent[] {
  return [{ type: 'renewal.started', renewalId, connectionId, by, ...named(actor) }, ...entered(renewalId, state)];
}

function causes({ renewalId, before, event, summary, tookMs, actor }: Transition): readonly DomainEvent[] {
  const step = stepOf(before);
  if (!step) return [];
  switch (event.type) {
    case 'DONE':
    case 'REUSE':
    case 'STOP':
      return [{ type: 'step.finished', renewalId, step, tookMs, summary }];
    case 'WAIT':
      return [{ type: 'step.waiting', renewalId, step, until: event.until, why: event.why }];
    case 'HOLD':
      return [
        {
          ...{ type: 'step.held', renewalId, step, ask: event.ask, confirm: event.confirm },
          ...(event.until ? { until: event.until } : {}),
        },
      ];
    case 'FAIL':
      return [{ type: 'step.failed', renewalId, step, failure: event.failure, retryAt: event.retryAt }];
    case 'RELEASE':
      return [{ type: 'step.released', renewalId, step, ...named(actor) }];
    case 'SKIP':
      return before.context.planned ? [{ type: 'step.released', renewalId, step, ...named(actor) }] : [];
    case 'COMMIT':
      return [{ type: 'renewal.committed', renewalId }];
    case 'CANCEL':
      return [{ type: 'renewal.cancelling', renewalId, ...named(actor) }];
    case 'WAKE':
      return [];
  }
}

function named(actor: string | undefined): { readonly actor?: string } {
  return actor === undefined ? {} : { actor };
}

function consequences({ renewalId, connectionId, before, after, facts }: Transition): readonly DomainEvent[] {
  const effect = effectOf(after);
  if (effect.kind === 'end') {
    const { message, oldStillServed } = conclude(effect.outcome, facts, after.context);
    return [{ type: 'renewal.finished', renewalId, connectionId, outcome: effect.outcome, message, oldStillServed }];
  }
  return after.at === before.at ? [] : entered(renewalId, after);
}

function entered(renewalId: string, state: MachineState): readonly DomainEvent[] {
  const effect = effectOf(state);
  if (effect.kind !== 'step') return [];
  return [{ type: 'step.started', renewalId, step: effect.step, attempt: state.context.attempt }];
}

function stepOf(state: MachineState): StepName | null {
  const effect = effectOf(state);
  return effect.kind === 'end' ? null : effect.step;
}
