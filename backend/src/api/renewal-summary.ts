import { z } from 'zod';
import { type Conclusion, conclude } from '../renewal/conclusion.ts';
import type { Facts } from '../renewal/facts.ts';
import type { MachineContext, Outcome } from '../renewal/machine.ts';
import type { RenewalRow } from '../store/store.ts';
import type * as contract from './contract.ts';

export function renewalSummary({ id, connectionId, startedAt, finishedAt, outcome, state, facts }: RenewalRow) {
  const { at, context } = storedState.parse(state);
  const end = conclusionOf(outcome, facts, context);
  return {
    id,
    connectionId,
    startedAt,
    finishedAt,
    outcome,
    state: at,
    note: end?.message ?? context?.note ?? null,
    resumeAt: context?.resumeAt ?? null,
    planned: context?.planned ?? false,
    committed: context?.committed ?? false,
    oldStillServed: end?.oldStillServed ?? null,
  } satisfies contract.RenewalSummary;
}

function conclusionOf(outcome: string | null, facts: Partial<Facts>, context?: MachineContext): Conclusion | null {
  // Outcomes are written by the runner alone. A state of another version may have no context.
  return outcome === null || !context ? null : conclude(outcome as Outcome, facts, context);
}

const storedState = z.object({ at: z.string(), context: z.custom<MachineContext | undefined>() });
