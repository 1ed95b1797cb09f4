import { describe, expect, it } from 'vitest';
import { systemClock } from '../plugins/clock.ts';
import { Turns } from './turns.ts';

const never = new AbortController().signal;

describe('Turns', () => {
  it('lets one in at a time, in the order of asking', async () => {
    const turns = new Turns(systemClock);
    const order: string[] = [];
    const first = await turns.take('cluster', 0, never);
    const others = ['second', 'third'].map(async (name) => {
      await using _turn = await turns.take('cluster', 0, never);
      order.push(name);
    });

    order.push('first');
    await first[Symbol.asyncDispose]();
    await Promise.all(others);

    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('does not make groups wait for each other', async () => {
    const turns = new Turns(systemClock);
    await turns.take('one', 0, never);

    await expect(turns.take('another', 0, never)).resolves.toBeDefined();
  });

  it('pauses after the one before', async () => {
    const sleeps: number[] = [];
    const now = new Date('2026-11-22T00:00:00Z');
    const turns = new Turns({
      now: () => now,
      sleepUntil: async (instant) => void sleeps.push(instant.getTime() - now.getTime()),
    });

    await (await turns.take('cluster', 60_000, never))[Symbol.asyncDispose]();
    await turns.take('cluster', 60_000, never);

    expect(sleeps.at(-1)).toBe(60_000);
  });

  it('is not held up by somebody who gave up waiting', async () => {
    const turns = new Turns(systemClock);
    const impatient = new AbortController();
    const first = await turns.take('cluster', 0, never);
    const second = turns.take('cluster', 0, impatient.signal);
    const third = turns.take('cluster', 0, never);

    impatient.abort(new Error('gave up'));
    await expect(second).rejects.toThrow('gave up');
    await first[Symbol.asyncDispose]();

    await expect(third).resolves.toBeDefined();
  });
});
