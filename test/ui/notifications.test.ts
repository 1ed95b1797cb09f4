import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from '../../backend/src/server.ts';
import { DESKTOP, fitsWidth, PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { startService, type TestService } from '../support/notify/service.ts';
import { missing } from '../support/programs.ts';

let browser: Browser;
let journey: Journey;
let server: Listening;
let service: TestService;

describe.skipIf(missing('chromium'))('the notifications', () => {
  beforeAll(async () => {
    service = await startService(() => ({ status: 200, body: 'taken' }));
    journey = await Journey.start();
    server = await journey.listen();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await journey[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
  });

  it('take a channel, try it before it is saved, and show its rule in words', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/settings/notifications');

    await page.getByRole('button', { name: 'Add a channel' }).click();
    await page.getByRole('button', { name: /^Webhook/ }).click();
    const form = page.getByRole('form', { name: 'New channel' });
    await form.getByLabel('Name of this channel').fill('Voice team');
    await form.getByRole('button', { name: 'Send test' }).click();
    await form.getByText(/Address \(url\)/).waitFor();
    await form.getByLabel('Address').fill(`${service.url}/hook`);
    await form.getByRole('button', { name: 'Send test' }).click();
    await form.getByText('HTTP 200 taken').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await form.getByRole('button', { name: 'Save' }).click();

    await page.getByText('Warnings and what is critical, of all connections, and when it is over.').waitFor();
    expect(service.requests).toHaveLength(1);
    expect(await page.content()).not.toContain(`${service.url}/hook`);
  });

  it('take a rule with a digest', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/settings/notifications');

    await page.getByRole('button', { name: 'Add a rule' }).click();
    const form = page.getByRole('form', { name: 'New rule' });
    await form.getByLabel('Name of this rule').fill('Morning');
    await form.getByLabel('Once a day, a digest').check();
    await form.getByLabel('Nothing but the digest').check();
    await form.getByLabel('Time zone').fill('Europe/Berlin');
    await form.getByRole('button', { name: 'Save' }).click();

    await page.getByText('Only every day at 07:30 (Europe/Berlin) a digest, of all connections.').waitFor();
  });

  it.each([
    ['light', DESKTOP],
    ['dark', PHONE],
  ] as const)('show what was told, in %s', async (scheme, size) => {
    const renewal = { type: 'renewal.finished', renewalId: 'none', connectionId: 1, outcome: 'failed' } as const;
    await journey.app.store.events.append([{ ...renewal, message: 'The DNS service refused.', oldStillServed: true }]);
    await using window = await Window.open(browser, journey, server.url, { scheme, size });
    const { page } = window;
    await window.go('/settings/notifications');

    await page.getByText('Failed, service intact: Lab CUCM publisher').first().waitFor();
    await page.getByText('Delivered').first().waitFor();

    expect(await seriousFindings(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
    expect(window.errors).toEqual([]);
  });
});
