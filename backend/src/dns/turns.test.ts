import { expect, test } from 'vitest';
import { inTurn } from './turns.ts';

const never = new AbortController().signal;

/** Something that runs until it is told to end. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

test('those with the same key follow each other in the order they came', async () => {
  const { opened, open } = gate();
  const seen: string[] = [];
  const first = inTurn(
    'key',
    async () => {
      await opened;
      seen.push('first');
    },
    never,
  );
  const second = inTurn('key', async () => seen.push('second'), never);
  const other = inTurn('other', async () => seen.push('other'), never);

  await other;
  open();
  await Promise.all([first, second]);

  expect(seen).toEqual(['other', 'first', 'second']);
});

test('one that fails does not keep the next from its turn', async () => {
  const first = inTurn('key', () => Promise.reject(new Error('failed')), never);
  const second = inTurn('key', async () => 'done', never);

  await expect(first).rejects.toThrow('failed');
  expect(await second).toBe('done');
});

test('one that is aborted while it waits leaves without passing the others', async () => {
  const { opened, open } = gate();
  const abort = new AbortController();
  const seen: string[] = [];
  const first = inTurn('key', () => opened, never);
  const second = inTurn('key', async () => seen.push('second'), abort.signal).catch((err) => err);
  const third = inTurn('key', async () => seen.push('third'), never);

  abort.abort(new Error('cancelled'));
  expect(await second).toMatchObject({ message: 'cancelled' });
  expect(seen).toEqual([]);
  open();
  await Promise.all([first, third]);

  expect(seen).toEqual(['third']);
});
