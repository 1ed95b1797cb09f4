import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../domain/errors.ts';
import { classOf, FAILURE_CLASSES, isRefusedByCa } from './failure-class.ts';
import { nextAttemptAt } from './ladder.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const kinds = fc.constantFrom(...FAILURE_CLASSES.filter((kind) => kind !== 'login'));
const counts = fc.integer({ min: 1, max: 40 });
const lives = fc.option(fc.integer({ min: -10 * DAY_MS, max: 400 * DAY_MS }));

function waitMs(attempt: Partial<Parameters<typeof nextAttemptAt>[0]>): number {
  const at = nextAttemptAt({ class: 'network', count: 1, now, lifeLeftMs: null, retryAfterMs: null, ...attempt });
  return at === null ? Number.POSITIVE_INFINITY : at.getTime() - now.getTime();
}

describe('nextAttemptAt', () => {
  it('never gets faster, begins within minutes and ends at days', () => {
    fc.assert(
      fc.property(kinds, counts, lives, (kind, count, lifeLeftMs) => {
        const wait = waitMs({ class: kind, count, lifeLeftMs });
        expect(waitMs({ class: kind, count: count + 1, lifeLeftMs })).toBeGreaterThanOrEqual(wait);
        expect(wait).toBeGreaterThanOrEqual(15 * MINUTE_MS);
        expect(wait).toBeLessThanOrEqual(4 * DAY_MS);
      }),
    );
  });

  it('waits as long as the other side says', () => {
    fc.assert(
      fc.property(kinds, counts, fc.integer({ min: 0, max: 30 * DAY_MS }), lives, (kind, count, retryAfterMs, life) => {
        expect(waitMs({ class: kind, count, retryAfterMs, lifeLeftMs: life })).toBeGreaterThanOrEqual(retryAfterMs);
      }),
    );
  });

  it('leaves time for more attempts before the end, where an attempt costs nobody anything', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('network' as const, 'dns' as const),
        counts,
        fc.integer({ min: 4 * 3_600_000, max: 90 * DAY_MS }),
        (kind, count, lifeLeftMs) => {
          expect(waitMs({ class: kind, count, lifeLeftMs })).toBeLessThanOrEqual(lifeLeftMs / 4);
        },
      ),
    );
  });

  it('never tries a refused login again', () => {
    expect(waitMs({ class: 'login', lifeLeftMs: MINUTE_MS })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('failure classes', () => {
  it.each<[ErrorCode, string]>([
    ['APPLIANCE_UNREACHABLE', 'network'],
    ['ISSUER_UNREACHABLE', 'network'],
    ['DNS_NOT_PROPAGATED', 'dns'],
    ['CHALLENGE_FAILED', 'ca'],
    ['ISSUER_RATE_LIMITED', 'rate-limit'],
    ['APPLIANCE_DENIED', 'login'],
    ['APPLIANCE_REJECTED_CERTIFICATE', 'device'],
    ['SERVED_CERTIFICATE_DIFFERS', 'deployment'],
    ['INTERNAL', 'defect'],
  ])('%s is %s', (code, kind) => {
    expect(classOf(code)).toBe(kind);
  });

  it('name every error of an appliance, a DNS service and a CA', () => {
    const codes = (Object.keys(ERRORS) as ErrorCode[]).filter((code) =>
      /^(APPLIANCE|DNS|ISSUER|CHALLENGE)_/.test(code),
    );

    expect(codes.filter((code) => classOf(code) === 'defect')).toEqual([]);
  });

  it('send to the test directory what the CA refused, and not a network that was down', () => {
    expect(isRefusedByCa({ class: 'ca', phase: 'issue' })).toBe(true);
    expect(isRefusedByCa({ class: 'network', phase: 'order' })).toBe(false);
    expect(isRefusedByCa({ class: 'rate-limit', phase: 'order' })).toBe(false);
  });
});
