import { expect, test } from 'vitest';
import { memoryMs } from './patience.ts';
import type { PropagationPolicy } from './resolver.ts';

test.each<[PropagationPolicy['mode'], number[], number]>([
  ['authoritative', [900], 0],
  ['wait-only', [900], 0],
  ['resolvers', [], 0],
  ['resolvers', [60, 900], 930_000],
  ['both', [900], 930_000],
  ['both', [86_400], 3_630_000],
])('with %s and records remembered for %j seconds it takes %i ms to forget', (mode, seconds, expected) => {
  expect(
    memoryMs(
      { mode },
      seconds.map((negativeTtlSeconds) => ({ negativeTtlSeconds })),
    ),
  ).toBe(expected);
});
