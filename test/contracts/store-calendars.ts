import { expect, test } from 'vitest';
import type { NewCalendar } from '../../backend/src/store/calendars.ts';
import type { Get } from './store-fixtures.ts';

/** A calendar with something in each field. */
function aCalendar(name = 'Weekend nights'): NewCalendar {
  return {
    name,
    zone: 'Europe/Berlin',
    openings: [{ days: ['sat', 'sun'], start: '02:00', minutes: 120 }],
    freezes: [{ from: '2026-12-18', to: '2027-01-06', reason: 'Year end' }],
    iCalendar: { kind: 'url', url: 'https://calendar.example.com/freezes.ics', caBundle: null },
    copy: { ...COPY },
  };
}

const COPY = {
  text: 'BEGIN:VCALENDAR\nEND:VCALENDAR\n',
  readAt: '2026-11-22T00:00:00.000Z',
  trouble: null,
  triedAt: '2026-11-22T00:00:00.000Z',
} as const;

export function calendarPromises(store: Get): void {
  test('gives back what was inserted, with an id, an instant and version 1', async () => {
    const inserted = await store().calendars.insert(aCalendar());
    const bare = await store().calendars.insert({ ...aCalendar('Bare'), iCalendar: null, copy: null });

    expect(inserted).toEqual({ ...aCalendar(), id: inserted.id, createdAt: inserted.createdAt, version: 1 });
    expect(new Date(inserted.createdAt).toISOString()).toBe(inserted.createdAt);
    expect(await store().calendars.get(inserted.id)).toEqual(inserted);
    expect(await store().calendars.all()).toEqual([inserted, bare]);
    expect(await store().calendars.get(99)).toBeUndefined();
  });

  test('replaces a calendar, counts the version, and refuses what is based on an earlier one', async () => {
    const inserted = await store().calendars.insert(aCalendar());

    const updated = await store().calendars.update({ ...inserted, zone: 'UTC', copy: null, createdAt: 'ignored' });

    expect(updated).toEqual({ ...inserted, zone: 'UTC', copy: null, version: 2 });
    await expect(store().calendars.update({ ...inserted, zone: 'America/New_York' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(await store().calendars.get(inserted.id)).toEqual(updated);
  });

  test('has each name once', async () => {
    const first = await store().calendars.insert(aCalendar('First'));
    const second = await store().calendars.insert(aCalendar('Second'));

    await expect(store().calendars.insert(aCalendar('First'))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(store().calendars.update({ ...second, name: 'First' })).rejects.toMatchObject({ code: 'CONFLICT' });

    expect(await store().calendars.all()).toEqual([first, second]);
    expect(await store().calendars.update({ ...second, name: 'Second' })).toMatchObject({ version: 2 });
  });

  test('keeps a copy without another version, and none that was read for an earlier one', async () => {
    const inserted = await store().calendars.insert(aCalendar());
    const newer = { ...COPY, trouble: 'no answer', triedAt: '2026-11-23T00:00:00.000Z' };

    await store().calendars.keepCopy(inserted.id, inserted.version, newer);
    const kept = await store().calendars.get(inserted.id);
    await store().calendars.keepCopy(inserted.id, inserted.version + 1, { ...COPY, text: 'of another address' });

    expect(kept).toEqual({ ...inserted, copy: newer });
    expect(await store().calendars.get(inserted.id)).toEqual(kept);
  });

  test('removes for good, never gives the id away, and says that there is nothing', async () => {
    const { id } = await store().calendars.insert(aCalendar());

    await store().calendars.remove(id);
    const next = await store().calendars.insert(aCalendar());

    expect(next.id).toBeGreaterThan(id);
    await expect(store().calendars.remove(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store().calendars.update({ ...next, name: 'Free', id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
}
