import { expect, test } from 'vitest';
import { Bell } from './bell.ts';

const never = new AbortController().signal;

test('does not wait for a ring that has come already', async () => {
  const bell = new Bell();
  const count = bell.count;
  bell.ring();

  await expect(bell.after(count, never)).resolves.toBeUndefined();
});

test('wakes every waiter at once', async () => {
  const bell = new Bell();
  const waiting = [bell.after(bell.count, never), bell.after(bell.count, never)];

  bell.ring();

  await expect(Promise.all(waiting)).resolves.toHaveLength(2);
});

test('ends a wait when aborted or closed, also one that begins later', async () => {
  const bell = new Bell();
  const abort = new AbortController();
  const aborted = bell.after(bell.count, abort.signal);
  const closed = bell.after(bell.count, never);

  abort.abort();
  await aborted;
  await bell.after(bell.count, abort.signal);
  bell.close();
  await closed;
  await bell.after(bell.count, never);

  expect(bell.closed).toBe(true);
  expect(bell.count).toBe(0);
});
