import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../plugins/clock.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import { openStore } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import type { Store } from '../store/store.ts';
import { type CalendarInput, Calendars } from './calendars.ts';
import { StoredOpenings } from './stored-openings.ts';

const never = new AbortController().signal;
const NOW = new Date('2026-11-22T12:00:00Z');

let store: Store;
let server: Server;
let address: string;
let changes: number;
let calendars: Calendars;
/** What the calendar server answers. */
let answer: { status: number; body: string; headers?: Record<string, string> };

function freeze(day: string): string {
  return `BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:${day}\nSUMMARY:Trade fair\nEND:VEVENT\nEND:VCALENDAR\n`;
}

function input(change: Partial<CalendarInput> = {}): CalendarInput {
  return {
    name: 'Nights',
    zone: 'UTC',
    openings: [{ days: ['sat', 'sun'], start: '02:00', minutes: 60 }],
    freezes: [],
    iCalendar: { kind: 'url', url: `${address}/private-token/basic.ics`, caBundle: null },
    ...change,
  };
}

async function opens(id: number, from = NOW): Promise<string | undefined> {
  return (await new StoredOpenings(store).next(id, from))?.start.toISOString();
}

beforeEach(async () => {
  const clock = { ...systemClock, now: () => NOW };
  store = await openStore({ file: ':memory:', masterKey: newMasterKey(), clock });
  answer = { status: 200, body: freeze('20261128') };
  server = createServer((_req, res) => res.writeHead(answer.status, answer.headers).end(answer.body));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  changes = 0;
  const log = pino({ level: 'silent' });
  calendars = new Calendars({ store, clock, log, http: createHttpFactory(), onChange: () => (changes += 1) });
});

afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await new Promise((closed) => server.close(closed));
});

describe('an iCalendar address', () => {
  it('is read when the calendar is saved, and each event of it is a freeze', async () => {
    const { id, copy } = await calendars.add(input(), never);

    expect(copy).toMatchObject({ trouble: null, readAt: NOW.toISOString() });
    expect(await opens(id)).toBe('2026-11-29T02:00:00.000Z');
  });

  it('is read again, and what it says then counts', async () => {
    const { id } = await calendars.add(input(), never);
    answer.body = freeze('20261129');

    await calendars.refresh(never);

    expect(await opens(id)).toBe('2026-11-28T02:00:00.000Z');
    expect(changes).toBe(1);
    expect(await store.calendars.get(id)).toMatchObject({ version: 1 });
  });

  it('counts as it was last read while it cannot be read, which is told once, and so is that it can again', async () => {
    const { id } = await calendars.add(input(), never);
    answer = { status: 503, body: 'down' };
    await calendars.refresh(never);
    await calendars.refresh(never);
    const meanwhile = await store.calendars.get(id);
    const opening = await opens(id);
    answer = { status: 200, body: freeze('20261128') };

    await calendars.refresh(never);

    expect(meanwhile?.copy?.trouble).toMatch(/^iCalendar\.url: 127\.0\.0\.1:\d+ answers 503\.$/);
    expect(opening).toBe('2026-11-29T02:00:00.000Z');
    const events = (await store.events.read({ limit: 10 })).map(({ event }) => event);
    expect(events.map(({ type }) => type)).toEqual(['calendar.created', 'calendar.stale', 'calendar.fresh']);
    expect(events[1]).toMatchObject({ message: expect.stringContaining('what it gave 2026-11-22 counts') });
    expect(JSON.stringify(events)).not.toContain('private-token');
  });

  it('does not keep a change of the same calendar from being saved while it cannot be read', async () => {
    const { id } = await calendars.add(input(), never);
    answer = { status: 503, body: 'down' };

    const changed = await calendars.change(id, 1, input({ name: 'Renamed' }), never);

    expect(changed).toMatchObject({ name: 'Renamed', copy: { text: freeze('20261128') } });
    expect(changed.copy?.trouble).toContain('503');
    expect(changes).toBe(1);
  });

  it('that a change finds to be broken, mends or gives up is told as when it is read again', async () => {
    const { id } = await calendars.add(input(), never);
    answer = { status: 503, body: 'down' };
    await calendars.change(id, 1, input({ name: 'Renamed' }), never);
    await calendars.refresh(never);

    await calendars.change(id, 2, input({ iCalendar: null }), never);

    const types = (await store.events.read({ limit: 10 })).map(({ event }) => event.type);
    expect(types.filter((type) => type !== 'calendar.changed')).toEqual([
      'calendar.created',
      'calendar.stale',
      'calendar.fresh',
    ]);
  });

  it.each([
    ['an error', { status: 404, body: '' }, /answers 404/],
    ['a page to log in', { status: 200, body: '<html>' }, /BEGIN:VCALENDAR/],
    [
      'the way to another address',
      { status: 302, body: '', headers: { location: 'https://b.example/x?y' } },
      /sends on to b\.example \(302\)/,
    ],
    ['too much', { status: 200, body: 'x'.repeat(1_000_001) }, /longer than 1 million characters/],
    [
      'events for ever',
      {
        status: 200,
        body: freeze('20261128').replace(';VALUE=DATE:20261128', ':20261128T000000Z\nRRULE:FREQ=SECONDLY'),
      },
      /recurs/,
    ],
  ])('that gives %s is not saved, and its secret part not told', async (_what, given, words) => {
    answer = given;

    const saved = calendars.add(input(), never);

    await expect(saved).rejects.toMatchObject({ code: 'INVALID_SETTINGS', message: expect.stringMatching(words) });
    await expect(saved).rejects.not.toMatchObject({ message: expect.stringContaining('private-token') });
    expect(await store.calendars.all()).toEqual([]);
  });

  it('is not saved when nobody answers there, and taken from calendar programs as they give it', async () => {
    const unreachable = input({ iCalendar: { kind: 'url', url: 'webcal://127.0.0.1:1/a', caBundle: null } });

    await expect(calendars.add(unreachable, never)).rejects.toThrow(
      /^iCalendar\.url: 127\.0\.0\.1:1: the connection was refused/,
    );
  });
});

describe('a calendar', () => {
  it('that would be closed for ever is refused, also for what its address says', async () => {
    answer.body = freeze('20200104').replace('SUMMARY', 'RRULE:FREQ=DAILY\nSUMMARY');

    await expect(calendars.add(input(), never)).rejects.toThrow(/^openings: .+frozen by "Trade fair"/);
  });

  it('answers anew after a change', async () => {
    const { id } = await calendars.add(input({ iCalendar: null }), never);
    const openings = new StoredOpenings(store);
    const before = await openings.next(id, NOW);

    await calendars.change(id, 1, input({ iCalendar: null, zone: 'Asia/Tokyo' }), never);

    expect(before?.start.toISOString()).toBe('2026-11-28T02:00:00.000Z');
    expect((await openings.next(id, NOW))?.start.toISOString()).toBe('2026-11-27T17:00:00.000Z');
  });

  it('tells what it says of an instant, and which freeze is the cause', async () => {
    const freezes = [{ from: '2026-11-20', to: '2026-11-28', reason: 'Quarter end' }];
    const { id } = await calendars.add(input({ iCalendar: null, freezes }), never);
    const openings = new StoredOpenings(store);

    expect(await openings.look(id, NOW)).toMatchObject({
      open: false,
      words: 'opens Sun 29 Nov 02:00 UTC (frozen now: Quarter end)',
    });
    expect(await openings.look(id, new Date('2026-11-29T02:30:00Z'))).toMatchObject({
      open: true,
      words: 'is open until Sun 29 Nov 03:00 UTC',
    });
    await expect(openings.look(99, NOW)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is not changed over what somebody else has changed, and not into the name of another', async () => {
    const { id } = await calendars.add(input({ iCalendar: null }), never);
    await calendars.add(input({ iCalendar: null, name: 'Other' }), never);
    await calendars.change(id, 1, input({ iCalendar: null, zone: 'Asia/Tokyo' }), never);

    await expect(calendars.change(id, 1, input({ iCalendar: null }), never)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(calendars.change(id, 2, input({ iCalendar: null, name: 'Other' }), never)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });
});
