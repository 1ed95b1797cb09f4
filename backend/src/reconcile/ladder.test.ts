import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../domain/errors.ts';
import { classOf, FAILURE_CLASSES, isRefusedByCa } from './failure-class.ts';
import { nextAttemptAt } from './ladder.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
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

  it('leaves time for every restart that is allowed, and a night for a person, before the end of what lives for days', () => {
    fc.assert(
      fc.property(fc.integer({ min: DAY_MS, max: 3 * DAY_MS }), (lifeLeftMs) => {
        const second = waitMs({ class: 'deployment', count: 1, lifeLeftMs });
        const third = waitMs({ class: 'deployment', count: 2, lifeLeftMs: lifeLeftMs - second });
        expect(second).toBeGreaterThanOrEqual(6 * HOUR_MS);
        expect(third).toBeGreaterThanOrEqual(6 * HOUR_MS);
        expect(lifeLeftMs - second - third).toBeGreaterThanOrEqual(lifeLeftMs / 2);
      }),
    );
  });

  it('asks a CA again before the end of what lives for days, and never more often than four times a day', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ca' as const, 'rate-limit' as const),
        fc.integer({ min: 3, max: 40 }),
        fc.integer({ min: 8 * HOUR_MS, max: 3 * DAY_MS }),
        (kind, count, lifeLeftMs) => {
          const wait = waitMs({ class: kind, count, lifeLeftMs });
          expect(wait).toBeGreaterThanOrEqual(6 * HOUR_MS);
          expect(wait).toBeLessThan(lifeLeftMs);
        },
      ),
    );
  });

  it('is in no hurry for what has long weeks to live, nor, where a try costs something, for what has ended', () => {
    fc.assert(
      fc.property(kinds, counts, fc.integer({ min: 16 * DAY_MS, max: 400 * DAY_MS }), (kind, count, lifeLeftMs) => {
        expect(waitMs({ class: kind, count, lifeLeftMs })).toBe(waitMs({ class: kind, count }));
      }),
    );
    const costly = fc.constantFrom('ca' as const, 'rate-limit' as const, 'deployment' as const);
    fc.assert(
      fc.property(costly, counts, fc.integer({ min: -30 * DAY_MS, max: 0 }), (kind, count, lifeLeftMs) => {
        expect(waitMs({ class: kind, count, lifeLeftMs })).toBe(waitMs({ class: kind, count }));
      }),
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
