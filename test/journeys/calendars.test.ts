import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CalendarView } from '../../backend/src/api/contract/calendars.ts';
import type { PlanView } from '../../backend/src/api/contract/plan.ts';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { readCertificate } from '../../backend/src/domain/certificate.ts';
import { emptyMemory, toRow } from '../../backend/src/reconcile/memory.ts';
import type { Listening } from '../../backend/src/server.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';
import { makeTlsCertificate } from '../support/x509.ts';

let journey: Journey;
let server: Listening;

beforeAll(async () => {
  journey = await Journey.start();
  server = await journey.listen();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await journey[Symbol.asyncDispose]();
});

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

async function call<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${journey.secrets.accessToken.reveal()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
}

const NIGHTS = {
  name: 'Weekend nights',
  zone: 'Europe/Berlin',
  openings: [{ days: ['sat', 'sun'], start: '02:00', minutes: 120 }],
};

describe('/api/v1/calendars', () => {
  it('stores, shows, changes and removes', async () => {
    const created = await call<CalendarView>('POST', '/calendars', NIGHTS);
    const { id } = created.body;
    const changed = await call<CalendarView>('PUT', `/calendars/${id}`, { ...NIGHTS, zone: 'UTC', version: 1 });
    const stale = await call('PUT', `/calendars/${id}`, { ...NIGHTS, version: 1 });
    const listed = await call<readonly CalendarView[]>('GET', '/calendars');
    const removed = await call('DELETE', `/calendars/${id}`);

    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      words: 'Saturdays and Sundays 02:00–04:00 Europe/Berlin',
      usedBy: [],
      feed: null,
    });
    expect(created.body.next).toHaveLength(5);
    expect(created.body.next[0]?.words).toMatch(/^(Sat|Sun) \d+ \w{3} \d\d:\d\d–04:00$/);
    expect(changed.body).toMatchObject({ version: 2, words: 'Saturdays and Sundays 02:00–04:00 UTC' });
    expect(stale).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect(listed.body).toEqual([changed.body]);
    expect(removed.status).toBe(204);
    expect((await call('GET', `/calendars/${id}`)).status).toBe(404);
  });

  it('shows what rules come to, and stores nothing', async () => {
    const { name: _, ...rules } = NIGHTS;

    const shown = await call<CalendarView>('POST', '/calendars/preview', rules);

    expect(shown).toMatchObject({ status: 200, body: { words: 'Saturdays and Sundays 02:00–04:00 Europe/Berlin' } });
    expect(shown.body.next).toHaveLength(5);
    expect((await call('GET', '/calendars')).body).toEqual([]);
  });

  it.each([
    ['an impossible rule', { openings: [{ days: ['sat'], start: '02:00', minutes: 0 }] }, 422, 'openings.0.minutes: '],
    ['a zone that is none', { zone: 'Mars/Olympus' }, 422, 'zone: '],
    [
      'a day that is none',
      { openings: [{ days: ['caturday'], start: '02:00', minutes: 1 }] },
      400,
      'openings.0.days.0: ',
    ],
    ['a misspelt field', { opening: [] }, 400, 'body: Unrecognized key: "opening"'],
  ])('refuses %s, when saved and before', async (_what, change, status, field) => {
    const saved = await call('POST', '/calendars', { ...NIGHTS, ...change });
    const { name: _, ...rules } = NIGHTS;
    const shown = await call('POST', '/calendars/preview', { ...rules, ...change });

    for (const answer of [saved, shown]) {
      expect(answer).toMatchObject({ status, body: { detail: expect.stringMatching(`^${field}`) } });
    }
  });

  it('names the connections that keep a calendar from being removed, and is named by those that exist alone', async () => {
    const { body: calendar } = await call<CalendarView>('POST', '/calendars', { ...NIGHTS, name: 'In use' });
    const policy = { restartCalendar: calendar.id, emergency: { daysLeft: 5, mode: 'ask' } };
    const input = { ...labConnection(journey.lab), name: 'Branch office' };

    const wrong = await call('POST', '/connections', { ...input, policy: { renewalCalendar: 999 } });
    const added = await call<{ id: number }>('POST', '/connections', { ...input, policy });
    const refused = await call('DELETE', `/calendars/${calendar.id}`);
    const used = await call<CalendarView>('GET', `/calendars/${calendar.id}`);
    const plan = await call('GET', `/connections/${added.body.id}/plan`);
    const certificates = [readCertificate((await makeTlsCertificate(['cucm.lab'])).certificatePem)];
    const seen = { ...emptyMemory(new Date()), certificates };
    await journey.app.store.watches.put(toRow(added.body.id, seen, new Date()));
    const year = await call<PlanView>('GET', '/plan');

    // Seen and never renewed: the driver says how many restarts it takes.
    const foreseen = year.body.connections.find(({ connectionId }) => connectionId === added.body.id);
    expect(foreseen?.renewals[0]?.restarts).toBeGreaterThan(0);
    expect(wrong).toMatchObject({ status: 422, body: { detail: 'policy.renewalCalendar: there is no calendar 999.' } });
    expect(added.body).toMatchObject({ policy: { ...policy, renewalCalendar: null } });
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('"Branch office"') } });
    expect(used.body.usedBy).toEqual(['Branch office']);
    expect(plan.body).toMatchObject({
      window: { name: 'In use', words: expect.stringMatching(/^the restart window "In use" (opens|is open until) /) },
    });
    await call('DELETE', `/connections/${added.body.id}`);
    expect((await call('DELETE', `/calendars/${calendar.id}`)).status).toBe(204);
  });
});

describe('certferry calendars', () => {
  it('add, list, show, tell when a renewal restarts, and remove', async () => {
    const env = journey.environment(server.url);
    const file = join(journey.folder, 'calendar.json');
    await writeFile(file, JSON.stringify({ ...NIGHTS, name: 'From a file' }));
    const ics = join(journey.folder, 'freezes.ics');
    await writeFile(ics, 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20301224\nEND:VEVENT\nEND:VCALENDAR\n');
    const options = [
      '--name',
      'From options',
      '--zone',
      'UTC',
      '--open',
      'sat,sun 22:00 240',
      '--open',
      'daily 03:00 30',
    ];

    const first = await certferry(env, 'calendars', 'add', file);
    const tried = await certferry(env, 'calendars', 'add', ...options, '--preview');
    const second = await certferry(
      env,
      'calendars',
      'add',
      ...options,
      '--freeze',
      '2030-12-18 2031-01-06 Year end',
      '--ical-file',
      ics,
      '--json',
    );
    const stored = JSON.parse(second.output) as CalendarView;
    const listed = await certferry(env, 'calendars', 'list');
    const shown = await certferry(env, 'calendars', 'show', String(stored.id));
    const { store } = journey.app;
    await store.connections.update({
      ...journey.connection,
      policy: { ...journey.connection.policy, restartCalendar: stored.id },
    });
    const looked = await certferry(env, 'renew', String(journey.connection.id), '--dry-run');
    const id = /Calendar (\d+) added/.exec(first.output)?.[1] ?? '';
    const removed = await certferry(env, 'calendars', 'remove', id);

    expect(first.output).toMatch(/added\.\n {2}Next openings \(Europe\/Berlin\):\n( {4}(Sat|Sun) .+\n){5}$/);
    expect(tried.output).toMatch(/^ {2}Next openings \(UTC\):\n/);
    expect(stored).toMatchObject({ freezes: [{ reason: 'Year end' }], iCalendar: { kind: 'text' } });
    expect(listed.output).toMatch(/From a file +Saturdays and Sundays 02:00–04:00 Europe\/Berlin +(Sat|Sun) /);
    expect(listed.output.trim().split('\n')).toHaveLength(3);
    expect(shown.output).toContain('Frozen:   2030-12-18 to 2031-01-06: Year end');
    expect(shown.output).toMatch(/Next openings \(UTC\):\n( {4}.+\n){5}$/);
    expect(looked.output).toMatch(/When: the restart window "From options" (opens|is open until) .+ UTC\./);
    expect(removed.output).toBe(`Calendar ${id} removed.\n`);
    await expect(certferry(env, 'calendars', 'remove', String(stored.id))).rejects.toThrow(
      /used by "Lab CUCM publisher"/,
    );
  });

  it.each([
    [['--name', 'x', '--zone', 'UTC', '--open', 'saturday 02:00 60'], /--open "saturday 02:00 60": write days/],
    [['--name', 'x', '--zone', 'UTC', '--freeze', '2030-01-01'], /--freeze "2030-01-01": write first day/],
    [['--zone', 'UTC'], /Name a JSON file, or give --name/],
  ])('says how to write it: %j', async (options, words) => {
    await expect(certferry(journey.environment(server.url), 'calendars', 'add', ...options)).rejects.toThrow(words);
  });
});
