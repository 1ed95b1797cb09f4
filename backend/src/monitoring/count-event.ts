import { STEP_NAMES } from '../renewal/step-names.ts';
import type { DomainEvent, RenewalOutcome } from '../store/events.ts';
import type { Instruments } from './instruments.ts';

const OUTCOMES: Readonly<Record<RenewalOutcome, true>> = {
  verified: true,
  'installed-not-served': true,
  'rolled-back': true,
  issued: true,
  kept: true,
  validated: true,
  failed: true,
  cancelled: true,
  'not-due': true,
};

/** So that the first failure is a change from 0, which `increase()` sees, and not a series that begins at 1. */
export function beginCounting(instruments: Instruments): void {
  for (const outcome of Object.keys(OUTCOMES)) instruments.add('certferry_renewals_total', { outcome }, 0);
}

export function countEvent(event: DomainEvent, instruments: Instruments): void {
  if (event.type === 'renewal.finished') {
    instruments.add('certferry_renewals_total', { outcome: event.outcome });
  } else if (event.type === 'step.finished') {
    instruments.observe('certferry_step_seconds', { step: stepOf(event) }, event.tookMs / 1_000);
  } else if (event.type === 'step.failed') {
    instruments.add('certferry_step_failures_total', { step: stepOf(event), code: event.failure.code });
  }
}

/** Labels come from lists that are known, whatever an old event holds. */
function stepOf({ step }: { readonly step: string }): string {
  return STEP_NAMES.some((name) => name === step) ? step : 'other';
}
