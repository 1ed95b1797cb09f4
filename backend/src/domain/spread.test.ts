import fc from 'fast-check';
import { expect, it } from 'vitest';
import { spreadOf } from './spread.ts';

it('is the same for the same key, and from 0 up to 1', () => {
  fc.assert(
    fc.property(fc.string(), (key) => {
      const spread = spreadOf(key);
      expect(spread).toBe(spreadOf(key));
      expect(spread).toBeGreaterThanOrEqual(0);
      expect(spread).toBeLessThan(1);
    }),
  );
});

it('spreads the connections of a fleet evenly', () => {
  const tenths = Array<number>(10).fill(0);

  for (let id = 1; id <= 1000; id++) {
    const tenth = Math.floor(spreadOf(String(id)) * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }

  expect(Math.min(...tenths)).toBeGreaterThan(60);
  expect(Math.max(...tenths)).toBeLessThan(140);
});
