import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import { RETRY_LADDER_MS, retryAt } from './retry.ts';

const now = new Date('2026-11-22T12:00:00Z');
const ladderMs = [1_000, 5_000];

function waitMs(
  code: ErrorCode,
  options: { attempt?: number; retries?: number; retryAfterMs?: number } = {},
): number | null {
  const { attempt = 1, retries, retryAfterMs } = options;
  const at = retryAt(new AppError(code, 'x', { retryAfterMs }), { attempt, retries, ladderMs, now });
  return at === null ? null : at.getTime() - now.getTime();
}

describe('retryAt', () => {
  it('climbs the ladder and gives up at its end', () => {
    expect([1, 2, 3].map((attempt) => waitMs('APPLIANCE_UNREACHABLE', { attempt }))).toEqual([1_000, 5_000, null]);
  });

  it('never repeats a failure that needs a person', () => {
    expect(waitMs('APPLIANCE_DENIED')).toBeNull();
  });

  it('waits as long as the other side says, when that is longer', () => {
    expect(waitMs('ISSUER_RATE_LIMITED', { retryAfterMs: 3_600_000 })).toBe(3_600_000);
    expect(waitMs('ISSUER_RATE_LIMITED', { retryAfterMs: 10 })).toBe(1_000);
  });

  it('leaves a wait of more than an hour to the schedule, which may ask another CA', () => {
    expect(waitMs('ISSUER_RATE_LIMITED', { retryAfterMs: 3_600_001 })).toBeNull();
  });

  it('keeps to the number of tries that a step allows', () => {
    expect(waitMs('DNS_UNREACHABLE', { retries: 0 })).toBeNull();
    expect(waitMs('DNS_UNREACHABLE', { attempt: 3, retries: 3 })).toBe(5_000);
  });

  it('has a ladder that never gets faster', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: RETRY_LADDER_MS.length - 1 }), (rung) => {
        expect(RETRY_LADDER_MS[rung]).toBeGreaterThanOrEqual(RETRY_LADDER_MS[rung - 1] ?? 0);
      }),
    );
  });
});
