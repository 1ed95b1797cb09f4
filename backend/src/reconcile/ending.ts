import { z } from 'zod';
import { sha256OfPem } from '../domain/certificate.ts';
import type { Failure } from '../domain/errors.ts';
import type { Facts } from '../renewal/facts.ts';
import { STEP_NAMES } from '../renewal/step-names.ts';
import type { DomainEvent, StoredEvent } from '../store/events.ts';
import type { LastIssued } from '../store/issuances.ts';
import type { RenewalRow } from '../store/store.ts';
import type { Ending } from './absorb.ts';

type Finished = Extract<DomainEvent, { readonly type: 'renewal.finished' }>;

const ended = z.object({
  context: z.object({ failure: z.custom<Failure | null>(), failedStep: z.enum(STEP_NAMES).nullable() }),
});

/** What a renewal came to, from its event and its row. A row that is gone or of another version leaves what the event says. */
export function endingOf(
  { at }: Pick<StoredEvent, 'at'>,
  { renewalId, outcome, message }: Finished,
  row: Pick<RenewalRow, 'state' | 'facts'> | undefined,
  last: LastIssued | undefined,
): Ending {
  const parsed = ended.safeParse(row?.state);
  const context = parsed.success ? parsed.data.context : { failure: null, failedStep: null };
  // Written by a renewal of this product.
  const { target, chain, earlier } = (row?.facts ?? {}) as Partial<Facts>;
  const validated = target?.goal === 'validate';
  const prepared = target?.goal === 'fallback';
  return {
    renewalId,
    at: new Date(at),
    outcome,
    message,
    ...context,
    certificate: chain && !validated && !prepared ? takenUp(earlier, last) : null,
    validated,
    issuer: target?.issuer ?? 'first',
    prepared,
  };
}

/** What a renewal puts to use is what its connection was issued last, or what was kept ready. */
function takenUp(earlier: Facts['earlier'] | undefined, last: LastIssued | undefined): string | null {
  return earlier?.fallback ? sha256OfPem(earlier.chain.leafPem) : (last?.certificate.sha256 ?? null);
}
