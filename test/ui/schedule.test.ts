import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../backend/src/domain/json.ts';
import { emptyMemory } from '../../backend/src/reconcile/memory.ts';
import { PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

const CANNOT_BE_PUT_BACK = /^The old certificate cannot be put back.* goes on serving it\.$/;

let browser: Browser;

describe.skipIf(missing('chromium'))('what comes next', () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('is said on the page of a connection, and before a renewal by hand', async () => {
    await using journey = await Journey.start({
      overrides: { schedule: true },
      connection: (input) => ({ ...input, policy: { ...input.policy, automatic: false } }),
    });
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url, { size: PHONE });
    const { page } = window;

    await window.go(`/connections/${journey.connection.id}`);
    const panel = page.getByRole('region', { name: 'What comes next' });
    await panel.getByText('the schedule may not renew this connection').waitFor();
    await page.getByText(CANNOT_BE_PUT_BACK).waitFor();
    const lastLook = await panel.getByText('Last look').isVisible();
    const findings = await seriousFindings(page);
    await window.go(`/connections?renew=${journey.connection.id}`);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('A restart interrupts').waitFor();
    await dialog.getByText(CANNOT_BE_PUT_BACK).waitFor();

    expect(lastLook).toBe(true);
    expect(findings).toEqual([]);
    expect(window.errors).toEqual([]);
  });

  it('asks for a renewal with a button, where only a person may begin it outside of the window', async () => {
    await using journey = await Journey.start();
    const { id: connectionId } = journey.connection;
    const now = new Date();
    const decision = { state: 'emergency-asks', at: now.toISOString(), until: null, why: 'It ends in 3 days' };
    const memory = { ...emptyMemory(now), decision } as unknown as Json;
    const nextAt = new Date(now.getTime() + 3_600_000).toISOString();
    await journey.app.store.watches.put({ connectionId, nextAt, endsAt: null, memory });
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go(`/connections/${connectionId}`);
    const panel = page.getByRole('region', { name: 'What comes next' });
    await panel.getByText('a person has to renew now').waitFor();
    const findings = await seriousFindings(page);

    await panel.getByRole('button', { name: 'Renew now' }).click();

    await page.getByRole('dialog', { name: /^Renew/ }).waitFor();
    expect(findings).toEqual([]);
    expect(window.errors).toEqual([]);
  });

  it('stands on the dashboard with the heartbeat of the schedule, and a dead schedule does not look calm', async () => {
    await using journey = await Journey.start();
    const { scheduleHealth, clock } = journey.app;
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const alarm = page.getByRole('region', { name: 'Schedule' });
    await window.go('/');
    await alarm.getByText('The schedule has not run yet').waitFor();

    await scheduleHealth.ran(clock.now());
    await page.reload();
    await page.getByText(/^The schedule looked \d+ s ago · no run planned$/).waitFor();
    const calm = await alarm.count();
    await scheduleHealth.ran(new Date(clock.now().getTime() - 3 * 3_600_000));
    await page.reload();
    await alarm.getByText('The schedule does not run').waitFor();
    await alarm.getByText('3 hours ago').waitFor();
    const findings = await seriousFindings(page);

    expect(calm).toBe(0);
    expect(findings).toEqual([]);
    expect(window.errors).toEqual([]);
  });
});
