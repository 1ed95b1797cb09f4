import { expect, test } from 'vitest';
import type { Json } from '../domain/json.ts';
import { createPropagationHistory, estimateWords } from './history.ts';

function inMemory(initial: Readonly<Record<string, Json>> = {}) {
  const kept = new Map<string, Json>(Object.entries(initial));
  return {
    kept,
    get: async (name: string) => kept.get(name),
    put: async (name: string, value: Json) => {
      kept.set(name, value);
    },
  };
}

test('learns for each zone on its own', async () => {
  const history = createPropagationHistory(inMemory());

  for (const ms of [3_000, 1_000, 40_000.4]) await history.record('example.test', ms);

  expect(await history.typical('example.test')).toEqual({ medianMs: 3_000, slowestMs: 40_000, count: 3 });
  expect(await history.typical('other.test')).toBeNull();
});

test('forgets what is long ago', async () => {
  const history = createPropagationHistory(inMemory());

  await history.record('example.test', 900_000);
  for (let n = 0; n < 20; n += 1) await history.record('example.test', 1_000);

  expect(await history.typical('example.test')).toEqual({ medianMs: 1_000, slowestMs: 1_000, count: 20 });
});

test('begins anew where it cannot read what is kept', async () => {
  const history = createPropagationHistory(inMemory({ 'propagation.example.test': { not: 'a list' } }));

  expect(await history.typical('example.test')).toBeNull();
});

test.each([
  [null, 5_000, 'how long this zone takes is not known yet'],
  [{ medianMs: 1_234, slowestMs: 40_000, count: 3 }, 5_000, 'usually 1.2 s here, at most 40 s (3 times)'],
  [{ medianMs: 1_234, slowestMs: 1_234, count: 1 }, 1_000, 'usually 1.2 s here, at most 1.2 s (once)'],
  [{ medianMs: 1_234, slowestMs: 40_000, count: 3 }, 41_000, 'longer than ever seen here (40 s at most, 3 times)'],
])('what is promised of %j after %i ms', (typical, elapsedMs, words) => {
  expect(estimateWords(typical, elapsedMs)).toBe(words);
});
