import { describe, expect, it } from 'vitest';
import type { CalendarRules } from '../domain/calendar.ts';
import { checkOpens, checkRules } from './check.ts';

const GOOD: CalendarRules = {
  zone: 'Europe/Berlin',
  openings: [{ days: ['sat'], start: '02:00', minutes: 120 }],
  freezes: [{ from: '2026-12-18', to: '2027-01-06', reason: 'Year end' }],
  iCalendar: null,
};
const [OPENING] = GOOD.openings;

describe('checkRules', () => {
  it('takes what can be', () => {
    expect(() => checkRules(GOOD)).not.toThrow();
    expect(() =>
      checkRules({ ...GOOD, zone: 'UTC', iCalendar: { kind: 'url', url: 'http://[::1]/a', caBundle: null } }),
    ).not.toThrow();
  });

  it.each<[string, Partial<CalendarRules>, RegExp]>([
    ['no opening', { openings: [] }, /^openings: .+add one/],
    ['an unknown zone', { zone: 'Europe/Berln' }, /^zone: There is no time zone "Europe\/Berln"/],
    ['an offset for a zone', { zone: '+02:00' }, /^zone: .+IANA/],
    ['no day', { openings: [{ days: [], start: '02:00', minutes: 1 }] }, /^openings\.0\.days: /],
    [
      'a time that is none',
      { openings: [{ days: ['sat'], start: '24:00', minutes: 1 }] },
      /^openings\.0\.start: "24:00"/,
    ],
    [
      'no minute',
      { openings: [{ days: ['sat'], start: '02:00', minutes: 0 }] },
      /^openings\.0\.minutes: It would never be open/,
    ],
    ['half a minute', { openings: [{ days: ['sat'], start: '02:00', minutes: 0.5 }] }, /^openings\.0\.minutes: /],
    [
      'more than a week',
      { openings: [{ days: ['sat'], start: '02:00', minutes: 10_081 }] },
      /^openings\.0\.minutes: A week/,
    ],
    [
      'a second rule that is wrong',
      { openings: [...GOOD.openings, { days: [], start: '02:00', minutes: 1 }] },
      /^openings\.1\.days: /,
    ],
    [
      'a date that is none',
      { freezes: [{ from: '2026-02-30', to: '2026-03-01', reason: 'x' }] },
      /^freezes\.0\.from: "2026-02-30"/,
    ],
    [
      'a freeze that ends before it begins',
      { freezes: [{ from: '2026-03-02', to: '2026-03-01', reason: 'x' }] },
      /^freezes\.0\.to: .+before it begins/,
    ],
    [
      'an address of another kind',
      { iCalendar: { kind: 'url', url: 'file:///etc/passwd', caBundle: null } },
      /^iCalendar\.url: .+https/,
    ],
    [
      'an address with a password',
      { iCalendar: { kind: 'url', url: 'https://me:secret@a.example/', caBundle: null } },
      /^iCalendar\.url: (?!.*secret)/,
    ],
    [
      'a file without events',
      { iCalendar: { kind: 'text', text: 'BEGIN:VCALENDAR\nEND:VCALENDAR' } },
      /^iCalendar: .+no event/,
    ],
    ['a file that is none', { iCalendar: { kind: 'text', text: 'hello' } }, /^iCalendar: .+BEGIN:VCALENDAR/],
  ])('refuses %s, in a sentence that begins with the field', (_what, change, words) => {
    expect(() => checkRules({ ...GOOD, ...change })).toThrow(expect.objectContaining({ code: 'INVALID_SETTINGS' }));
    expect(() => checkRules({ ...GOOD, ...change })).toThrow(words);
  });
});

describe('checkOpens', () => {
  const now = new Date('2026-11-22T00:00:00Z');
  const calendar = { zone: 'UTC', openings: OPENING ? [OPENING] : [], freezes: [], events: null };

  it('takes what opens within 400 days', () => {
    const freezes = [{ from: '2026-01-01', to: '2027-12-20', reason: 'Long' }];

    expect(() => checkOpens({ ...calendar, freezes }, now)).not.toThrow();
  });

  it('refuses what is frozen for ever, and names the freeze', () => {
    const freezes = [{ from: '2026-01-01', to: '2036-12-31', reason: 'Until the move' }];

    expect(() => checkOpens({ ...calendar, freezes }, now)).toThrow(
      /^openings: .+400 days: it is frozen by "Until the move"/,
    );
  });

  it('refuses what an iCalendar event freezes for ever', () => {
    const events =
      'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20200104\nRRULE:FREQ=WEEKLY\nSUMMARY:Saturdays\nEND:VEVENT\nEND:VCALENDAR';

    expect(() => checkOpens({ ...calendar, events }, now)).toThrow(/frozen by "Saturdays"/);
  });
});
