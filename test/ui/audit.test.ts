import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitsWidth, PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { callerOf, Daemon } from '../support/daemon.ts';
import { missing } from '../support/programs.ts';

describe.skipIf(missing('chromium'))('the audit in the browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let daemon: Daemon;
  const journey = {
    session: async () => {
      const { cookie = '' } = await callerOf(await daemon.logIn('anna'));
      return cookie.split('=').slice(1).join('=');
    },
  };

  beforeAll(async () => {
    daemon = await Daemon.start();
    await daemon.user('anna', 'admin');
    await daemon.logIn('anna', 'wrong');
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await daemon[Symbol.asyncDispose]();
  });

  it('is filtered and verified, and fits a phone', async () => {
    await using window = await Window.open(browser, journey, daemon.url, { size: PHONE, scheme: 'dark' });
    const { page } = window;
    await window.go('/settings/audit');
    const table = page.getByRole('table', { name: 'Audit' });
    await table.getByText('logged in').first().waitFor();

    await page.getByRole('combobox', { name: 'Outcome' }).click();
    await page.getByRole('option', { name: 'Refused' }).click();
    await expect.poll(() => table.getByText('Done', { exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Verify' }).click();

    await page.getByText(/\d+ rows, whole/).waitFor();
    expect(await table.getByText('Refused', { exact: true }).count()).toBe(1);
    expect(await fitsWidth(page)).toBe(true);
    expect(await seriousFindings(page)).toEqual([]);
    expect(window.errors).toEqual([]);
  });
});
