import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterAsking, caInstantOf, isInWindow, shouldAsk } from './ari.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const DAY_MS = 86_400_000;
const CERTIFICATE = 'a'.repeat(64);

function answer(startMs: number, endMs: number, retryAfterMs: number | null = null) {
  const [start, end] = [startMs, endMs].map((ms) => new Date(now.getTime() + ms).toISOString());
  return { start: start ?? '', end: end ?? '', explanationUrl: null, retryAfterMs };
}

function asked(
  of: ReturnType<typeof answer> | null | 'failed',
  random = 0.5,
  earlier = null as never,
  certificate = CERTIFICATE,
) {
  return afterAsking(earlier, { certificate, answer: of, now, random: () => random });
}

describe('the window of the CA', () => {
  it('has an instant drawn in it, whatever its length, and kept while it stays', () => {
    const windows = fc.record({
      start: fc.integer({ min: -100 * DAY_MS, max: 100 * DAY_MS }),
      length: fc.integer({ min: 1, max: 50 * DAY_MS }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      again: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(windows, ({ start, length, random, again }) => {
        const window = answer(start, start + length);
        const first = asked(window, random);
        const second = asked(window, again, first as never);
        const at = Date.parse(first.selectedAt ?? '') - now.getTime();

        expect(at).toBeGreaterThanOrEqual(start);
        expect(at).toBeLessThanOrEqual(start + length);
        expect(second.selectedAt).toBe(first.selectedAt);
      }),
    );
  });

  it('uses all of it evenly', () => {
    const at = (random: number) => Date.parse(asked(answer(0, DAY_MS), random).selectedAt ?? '') - now.getTime();

    expect([0, 0.25, 0.5, 0.75].map(at)).toEqual([0, DAY_MS / 4, DAY_MS / 2, (DAY_MS * 3) / 4]);
  });

  it('is asked for again when the CA says, within bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 * DAY_MS }), (retryAfterMs) => {
        const wait = Date.parse(asked(answer(0, DAY_MS, retryAfterMs)).askAgainAt) - now.getTime();
        expect(wait).toBe(Math.min(Math.max(retryAfterMs, 60_000), DAY_MS));
      }),
    );
  });

  it('counts for nothing when it ends before it starts', () => {
    expect(asked(answer(DAY_MS, 0))).toMatchObject({ window: null, selectedAt: null });
  });

  it('says nothing of another certificate', () => {
    const other = 'b'.repeat(64);
    const known = asked(answer(0, DAY_MS));

    expect(shouldAsk(known, other, now)).toBe(true);
    expect(asked('failed', 0.5, known as never, other)).toMatchObject({ certificate: other, window: null });
    expect(caInstantOf(known)?.certificate).toBe(CERTIFICATE);
    expect(isInWindow(known, other, now)).toBe(false);
  });

  it('stays known while the CA does not answer, who is asked later and later, up to six hours', () => {
    let known = asked(answer(0, DAY_MS));
    const waits: number[] = [];
    for (let failure = 0; failure < 9; failure++) {
      known = asked('failed', 0.5, known as never);
      waits.push((Date.parse(known.askAgainAt) - now.getTime()) / 60_000);
    }

    expect(known.selectedAt).not.toBeNull();
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 360, 360]);
  });
});
