import { expect, it } from 'vitest';
import { inLanes } from './lanes.ts';

it.each([
  [0, 0],
  [1, 1],
  [4, 1],
  [5, 2],
  [100, 4],
])('takes %i items in %i lanes and keeps their order', async (count, lanes) => {
  const items = Array.from({ length: count }, (_, index) => index);
  let running = 0;
  let most = 0;

  const results = await inLanes(items, async (item) => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running -= 1;
    return item * 2;
  });

  expect(results).toEqual(items.map((item) => item * 2));
  expect(most).toBe(lanes);
});
