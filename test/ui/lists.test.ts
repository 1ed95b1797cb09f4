import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitPem } from '../../backend/src/domain/certificate.ts';
import type { Listening } from '../../backend/src/server.ts';
import { contentOf, fitsWidth, PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { fillStore } from '../support/fill.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

const FILLED = 10_000;

let browser: Browser;
let journey: Journey;
let server: Listening;

describe.skipIf(missing('chromium'))('with 10,000 connections', () => {
  beforeAll(async () => {
    journey = await Journey.start();
    await fillStore(journey.app.store, FILLED);
    server = await journey.listen();
    browser = await startBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await journey[Symbol.asyncDispose]();
  });

  it('the list is paged by the daemon, and search, filter, sort and page stand in the address', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/connections?sort=name');
    await page.getByText('10,001 connections').waitFor();
    expect(await rows(page).count()).toBe(50);

    await page.getByRole('button', { name: 'Page 201', exact: true }).click();
    await page.getByText('Site 09999').waitFor();
    expect(await rows(page).count()).toBe(1);
    await page.getByLabel('Search').fill('node-0420');
    await page.getByText('10 connections', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Days left' }).click();
    await page.locator('th[aria-sort="ascending"]', { hasText: 'Days left' }).waitFor();
    await page.reload();
    await page.getByText('10 connections', { exact: true }).waitFor();

    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ search: 'node-0420', sort: 'days' });
    expect(window.errors).toEqual([]);
  });

  it('renewals are shown beyond the first hundred, and those that failed alone', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const shown = page.getByRole('table', { name: 'Renewals' }).locator('tbody tr');
    await window.go('/renewals');
    await page.getByRole('button', { name: 'Older' }).click();
    await shown.nth(199).waitFor();

    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: 'Failed' }).click();
    await page.getByRole('button', { name: 'Older' }).waitFor({ state: 'detached' });

    await expect.poll(() => shown.count()).toBe(50);
    expect(new URL(page.url()).search).toBe('?state=failed');
    expect(await seriousFindings(page)).toEqual([]);
    expect(window.errors).toEqual([]);
  });

  it('a choice goes over pages, and the confirmation says how many and what is interrupted', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/connections?sort=name&state=served');
    await page.getByLabel('Choose all of this page').check();
    await page.getByText('50 connections chosen').waitFor();
    await page.getByRole('button', { name: 'Page 2', exact: true }).click();
    await page.getByText('51 to 100 of').waitFor();
    await rows(page).first().getByRole('checkbox').check();
    await page.getByText('51 connections chosen').waitFor();

    await page.getByRole('button', { name: 'Renew', exact: true }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Renew several' });
    await dialog.getByRole('button', { name: 'Renew 51 connections' }).waitFor();

    await dialog.getByText(/stop before the restart and ask you/).waitFor();
    await dialog.getByText(/× tomcat of Cisco CUCM/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Not now' }).click();
    await page.getByRole('button', { name: /^Choose all/ }).click();
    await page.getByText(/^9,\d{3} connections chosen$/).waitFor();
  });

  it('several are switched off, and what came of each is there again after a reload', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/connections?search=node-0077&sort=name');
    await page.getByLabel('Choose all of this page').check();

    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.getByRole('button', { name: 'Switch off 10 connections' }).click();

    const results = page.getByRole('table', { name: 'Results' });
    await expect
      .poll(() => results.getByText(/^(No longer renewed automatically|It was off already)$/).count())
      .toBe(10);
    await page.reload();
    await expect
      .poll(() => results.getByText(/^(No longer renewed automatically|It was off already)$/).count())
      .toBe(10);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await journey.app.store.overview.ids({ now: '2026', search: 'node-0077', automatic: true })).toEqual([]);
  });

  it('one is renewed beside one that is refused; its certificate is found, shown and downloaded', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const [held = 0] = await journey.app.store.overview.ids({ now: '2026', state: 'held', search: '00007' });
    await window.go('/connections?search=lab&sort=name');
    await page.getByLabel('Choose Lab CUCM publisher').check();
    await page.getByLabel('Search').fill('node-00007');
    await page.getByLabel('Choose Site 00007').check();
    await page.getByRole('button', { name: 'Renew', exact: true }).first().click();
    await page.getByRole('button', { name: 'Renew 2 connections' }).click();

    const results = page.getByRole('table', { name: 'Results' });
    await results.getByText(`Connection ${held} has an unfinished renewal.`).waitFor();
    await results.getByText(/^Verified\. Served on 2 of 2/).waitFor({ timeout: 60_000 });

    await window.go('/certificates?search=cucm-pub.lab');
    await page.getByRole('link', { name: 'cucm-pub.lab.example.com' }).click();
    await page.getByText('staging', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'this renewal' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Full chain' }).click();
    const file = await coming;
    const pem = await contentOf(file);

    expect(file.suggestedFilename()).toMatch(/^cucm-pub\.lab\.example\.com-\d{4}-\d\d-\d\d-fullchain\.pem$/);
    expect(splitPem(pem).length).toBeGreaterThan(1);
    expect(journey.effects()).toMatchObject({ issued: 1 });
    expect(window.errors).toEqual([]);
  });

  it.each([
    ['/', 'Expiry, next 100 days'],
    ['/connections', '10,001 connections'],
    ['/certificates', 'What was issued'],
    ['/activity?kind=connections', 'Everything that certferry did'],
  ])('%s is fit for a phone, and axe finds nothing serious', async (path, ready) => {
    await using window = await Window.open(browser, journey, server.url, { scheme: 'dark', size: PHONE });
    await window.go(path);
    await window.page.getByText(ready).first().waitFor();

    expect(await seriousFindings(window.page)).toEqual([]);
    expect(await fitsWidth(window.page)).toBe(true);
    expect(window.errors).toEqual([]);
  });
});

function rows(page: Page) {
  return page.locator('[data-connection]');
}
