import { expect, it } from 'vitest';
import { AppError } from '../domain/errors.ts';
import type { Connection } from '../store/store.ts';
import { renewalWindowBy } from './renewal-window.ts';

const from = new Date('2026-11-22T12:00:00.000Z');
const opens = new Date('2026-11-22T22:00:00.000Z');
const connection = {} as Connection;

const openings = {
  next: async (calendar: number) => {
    if (calendar === 1) return { start: opens, end: new Date('2026-11-23T02:00:00.000Z') };
    if (calendar === 2) return null;
    throw new AppError('NOT_FOUND', 'There is no such calendar.');
  },
};

it.each([
  ['is always open without a calendar', null, from],
  ['opens when its calendar does', 1, opens],
  ['never opens when its calendar never does', 2, null],
  ['never opens when its calendar is gone', 3, null],
])('%s', async (_what, calendar, expected) => {
  expect(await renewalWindowBy(openings, () => calendar)(connection, from)).toEqual(expected);
});
