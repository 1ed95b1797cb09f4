import { describe, expect, it } from 'vitest';
import { countEvents, eventsIn } from './icalendar.ts';

const RANGE = {
  start: Date.parse('2026-11-01T00:00:00Z'),
  end: Date.parse('2027-12-01T00:00:00Z'),
  zone: 'Europe/Berlin',
};

function file(...events: readonly (readonly string[])[]): string {
  const lines = events.flatMap((event, index) => ['BEGIN:VEVENT', `UID:${index}`, ...event, 'END:VEVENT']);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:test', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

function spans(text: string, range = RANGE): readonly string[] {
  return eventsIn(text, range).map(({ start, end, reason }) => {
    const [from, to] = [start, end].map((at) => new Date(at).toISOString().slice(0, 16));
    return `${from}/${to} ${reason}`;
  });
}

describe('eventsIn', () => {
  it.each([
    [
      'whole days, in the zone of the calendar',
      ['DTSTART;VALUE=DATE:20261218', 'DTEND;VALUE=DATE:20270107'],
      '2026-12-17T23:00/2027-01-06T23:00',
    ],
    ['one day without an end', ['DTSTART;VALUE=DATE:20261231'], '2026-12-30T23:00/2026-12-31T23:00'],
    ['UTC', ['DTSTART:20261218T170000Z', 'DTEND:20261218T190000Z'], '2026-12-18T17:00/2026-12-18T19:00'],
    [
      'a named zone that the file does not describe',
      ['DTSTART;TZID=America/New_York:20261218T170000', 'DTEND;TZID=America/New_York:20261218T180000'],
      '2026-12-18T22:00/2026-12-18T23:00',
    ],
    [
      'no zone: that of the calendar',
      ['DTSTART:20261218T170000', 'DURATION:PT2H'],
      '2026-12-18T16:00/2026-12-18T18:00',
    ],
    [
      'a zone that nobody knows: that of the calendar',
      ['DTSTART;TZID=Office:20261218T170000', 'DURATION:PT1H'],
      '2026-12-18T16:00/2026-12-18T17:00',
    ],
  ])('understands %s', (_what, lines, expected) => {
    expect(spans(file([...lines, 'SUMMARY:Freeze']))).toEqual([`${expected} Freeze`]);
  });

  it('goes by the zone that the file describes, when its name is nobody else’s', () => {
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:Five hours ahead',
      'BEGIN:STANDARD',
      'DTSTART:19700101T000000',
      'TZOFFSETFROM:+0500',
      'TZOFFSETTO:+0500',
      'END:STANDARD',
      'END:VTIMEZONE',
    ];
    const text = file(['DTSTART;TZID=Five hours ahead:20261218T170000', 'DURATION:PT1H', 'SUMMARY:Freeze']);

    expect(spans(text.replace('BEGIN:VEVENT', [...zone, 'BEGIN:VEVENT'].join('\r\n')))).toEqual([
      '2026-12-18T12:00/2026-12-18T13:00 Freeze',
    ]);
  });

  it('follows a recurrence over a change of the clock, with its exceptions', () => {
    const text = file([
      'DTSTART;TZID=Europe/Berlin:20261001T080000',
      'DTEND;TZID=Europe/Berlin:20261001T120000',
      'RRULE:FREQ=MONTHLY;UNTIL=20270501T000000Z',
      'EXDATE;TZID=Europe/Berlin:20261201T080000',
      'SUMMARY:Month end close',
    ]);

    expect(spans(text)).toEqual([
      '2026-11-01T07:00/2026-11-01T11:00 Month end close',
      '2027-01-01T07:00/2027-01-01T11:00 Month end close',
      '2027-02-01T07:00/2027-02-01T11:00 Month end close',
      '2027-03-01T07:00/2027-03-01T11:00 Month end close',
      '2027-04-01T06:00/2027-04-01T10:00 Month end close',
    ]);
  });

  it('takes a recurrence that was moved from where it is now, and leaves out what was cancelled', () => {
    const series = [
      'UID:series',
      'DTSTART:20261105T080000Z',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY;COUNT=3',
      'SUMMARY:Weekly',
    ];
    const moved = [
      'UID:series',
      'RECURRENCE-ID:20261112T080000Z',
      'DTSTART:20261113T100000Z',
      'DURATION:PT2H',
      'SUMMARY:Moved',
    ];
    const dropped = ['UID:series', 'RECURRENCE-ID:20261119T080000Z', 'DTSTART:20261119T080000Z', 'STATUS:CANCELLED'];
    const off = ['UID:off', 'DTSTART:20261120T080000Z', 'DURATION:PT1H', 'STATUS:CANCELLED'];
    const events = [series, moved, dropped, off].flatMap((event) => ['BEGIN:VEVENT', ...event, 'END:VEVENT']);
    const text = ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events, 'END:VCALENDAR'].join('\n');

    expect(spans(text)).toEqual([
      '2026-11-05T08:00/2026-11-05T09:00 Weekly',
      '2026-11-13T10:00/2026-11-13T12:00 Moved',
    ]);
  });

  it('stops at the end of the range where a rule has none', () => {
    expect(spans(file(['DTSTART;VALUE=DATE:20001224', 'RRULE:FREQ=YEARLY', 'SUMMARY:Eve']))).toEqual([
      '2026-12-23T23:00/2026-12-24T23:00 Eve',
    ]);
  });

  it.each([
    ['never comes to an end', 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', /rule that does not come to an end/],
    ['recurs too often', 'FREQ=SECONDLY', /recurs (more than 10000 times|by a rule)/],
    ['makes no sense', 'FREQ=BOGUS', /iCalendar: /],
  ])('refuses a rule that %s', (_what, rule, words) => {
    const text = file(['DTSTART:20261105T080000Z', 'DURATION:PT1S', `RRULE:${rule}`, 'SUMMARY:Odd']);

    expect(() => spans(text)).toThrow(words);
  });

  it.each(['', '<!doctype html>', 'BEGIN:VCARD\nEND:VCARD', 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR'])(
    'refuses %j, which is no iCalendar file',
    (text) => {
      expect(() => countEvents(text)).toThrow(/^iCalendar: /);
    },
  );

  it('counts the events of a file', () => {
    expect(countEvents(file(['DTSTART:20261105T080000Z'], ['DTSTART:20261106T080000Z']))).toBe(2);
    expect(countEvents(file())).toBe(0);
  });
});
