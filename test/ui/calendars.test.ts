import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialState } from '../../backend/src/renewal/machine.ts';
import type { Listening } from '../../backend/src/server.ts';
import { aConnection } from '../contracts/store-fixtures.ts';
import { fitsWidth, PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

let browser: Browser;
let journey: Journey;
let server: Listening;

describe.skipIf(missing('chromium'))('calendars', () => {
  beforeAll(async () => {
    browser = await startBrowser();
    journey = await Journey.start();
    server = await journey.listen();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await journey[Symbol.asyncDispose]();
    await browser.close();
  });

  it('are told as they are typed, refused at the field, saved, and chosen for a restart that then waits', async () => {
    await using window = await Window.open(browser, journey, server.url, { scheme: 'dark', size: PHONE });
    const { page } = window;
    await window.go('/settings/calendars');
    await page.getByRole('button', { name: 'Add a calendar' }).click();
    const form = page.getByRole('form', { name: 'Calendar' });
    await form.getByLabel('Name').fill('Weekend nights');
    await form.getByRole('combobox', { name: 'Time zone' }).fill('Europe/Berl');
    await page.getByRole('option', { name: 'Europe/Berlin' }).click();

    await form.getByText('Saturdays and Sundays 02:00–04:00 Europe/Berlin').waitFor();
    expect(await form.getByRole('list', { name: 'Next openings' }).getByRole('listitem').count()).toBe(5);
    await form.getByLabel('For minutes').fill('0');
    await form.getByText('It would never be open: give at least one whole minute.', { exact: true }).waitFor();
    expect(await form.getByLabel('For minutes').getAttribute('aria-invalid')).toBe('true');
    await form.getByLabel('For minutes').fill('90');
    await form.getByText('02:00–03:30 Europe/Berlin').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
    await form.getByRole('button', { name: 'Save calendar' }).click();
    await page.getByRole('table', { name: 'Calendars' }).getByText('Weekend nights').waitFor();

    await window.go(`/connections/${journey.connection.id}/edit`);
    await page.getByRole('combobox', { name: 'Restart' }).click();
    await page.getByRole('option', { name: 'Weekend nights' }).click();
    await page.getByRole('switch', { name: /^Do not wait for these windows/ }).click();
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await page.getByText(/^(Nothing is in the way of a renewal|A renewal can succeed)/).waitFor();
    await window.go(`/connections/${journey.connection.id}`);
    await page.getByText(/Restarts Saturdays and Sundays 02:00–03:30 Europe\/Berlin, next (Sat|Sun) /).waitFor();
    await page.getByText('With less than 5 days left it does not wait for them: it asks you.').waitFor();
    expect(window.errors).toEqual([]);
  });

  it('take their freezes from a file', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/settings/calendars');
    await page.getByRole('button', { name: 'Add a calendar' }).click();
    const form = page.getByRole('form', { name: 'Calendar' });
    await form.getByLabel('Name').fill('With freezes');
    await form.getByText('File', { exact: true }).click();
    const ics = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//test//EN',
      'BEGIN:VEVENT',
      'UID:1',
      'DTSTAMP:20300101T000000Z',
    ]
      .concat([
        'DTSTART;VALUE=DATE:20300101',
        'DTEND;VALUE=DATE:20300105',
        'SUMMARY:New year',
        'END:VEVENT',
        'END:VCALENDAR',
      ])
      .join('\r\n');

    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      form.getByLabel('Read it from a file').click(),
    ]);
    await chooser.setFiles({ name: 'freezes.ics', mimeType: 'text/calendar', buffer: Buffer.from(ics) });

    await expect.poll(() => form.getByLabel('Content').inputValue()).toContain('SUMMARY:New year');
    const findings = await seriousFindings(page);
    await form.getByRole('button', { name: 'Save calendar' }).click();
    await page.getByRole('table', { name: 'Calendars' }).getByText('With freezes').waitFor();
    const stored = (await journey.app.store.calendars.all()).find(({ name }) => name === 'With freezes');
    expect(JSON.stringify(stored)).toContain('SUMMARY:New year');
    expect(findings).toEqual([]);
    expect(window.errors).toEqual([]);
  });

  it('keep a restart pending, which a person can do early', async () => {
    // Closed for sure, whatever day it is: open in three days.
    const day = (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[(new Date().getUTCDay() + 3) % 7] ?? 'sun';
    const input = {
      name: 'In three days',
      zone: 'UTC',
      openings: [{ days: [day], start: '02:00', minutes: 60 }],
      freezes: [],
      iCalendar: null,
    };
    const { id: restartCalendar } = await journey.app.calendars.add(input, new AbortController().signal);
    const { store } = journey.app;
    const connection = await store.connections.get(journey.connection.id);
    if (!connection) throw new Error('The connection is gone.');
    await store.connections.update({ ...connection, policy: { ...connection.policy, restartCalendar } });
    const id = await journey.start();
    await journey.event(id, 'step.waiting', ({ step }) => step === 'activate');
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/connections');

    await page.getByRole('table', { name: 'Connections' }).getByText('Restart pending').waitFor();
    await window.go(`/renewals/${id}`);
    await page
      .getByText(/the restart window "In three days" opens/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Restart now, outside of the window' }).click();
    const question = page.getByRole('group', { name: 'Restart now, outside of the window' });
    await question.getByText(/Cisco Tomcat, .*about \d+ (s|min)/).waitFor();
    const findings = await seriousFindings(page);
    await question.getByRole('button', { name: 'Wait for the window' }).click();
    const asked = page.getByRole('button', { name: 'Restart now, outside of the window' });
    await asked.waitFor();
    const before = await journey.app.store.renewals.get(id);
    await asked.click();
    await question.getByRole('button', { name: 'Restart now', exact: true }).click();

    await page.getByText('Served', { exact: true }).first().waitFor();
    expect(findings).toEqual([]);
    expect(before).toMatchObject({ outcome: null, state: { at: 'activate.waiting' } });
    expect((await journey.ended(id)).finished.outcome).toBe('verified');
    expect(window.errors).toEqual([]);
  });

  it('keep an appliance waiting that restarts by itself, and a viewer from changing that', async () => {
    const { store } = journey.app;
    const { id: connectionId } = await store.connections.insert(aConnection());
    const renewalId = 'restarts-by-itself';
    const until = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const { context } = initialState();
    const state = { at: 'install.waiting', context: { ...context, planned: true, resumeAt: until } };
    await store.renewals.begin({
      id: renewalId,
      connectionId,
      state: initialState() as never,
      machineVersion: 1,
      facts: {},
    });
    await store.renewals.save(renewalId, { state: state as never });
    await store.events.append([
      { type: 'step.started', renewalId, step: 'install', attempt: 1 },
      { type: 'step.waiting', renewalId, step: 'install', until, why: 'the restart window opens in three days' },
    ]);
    await using window = await Window.open(browser, journey, server.url, { role: 'viewer' });
    const { page } = window;

    await window.go('/connections?search=Call%20manager');
    await page.getByRole('table', { name: 'Connections' }).getByText('Restart pending').waitFor();
    await window.go(`/renewals/${renewalId}`);
    const early = page.getByRole('button', { name: 'Install and restart now, outside of the window' });
    await early.waitFor();

    expect(await early.isDisabled()).toBe(true);
    expect(window.errors).toEqual([]);
  });
});
