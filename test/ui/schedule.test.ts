import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

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
    const lastLook = await panel.getByText('Last look').isVisible();
    const findings = await seriousFindings(page);
    await window.go(`/connections?renew=${journey.connection.id}`);
    await page.getByText('A restart interrupts').waitFor();

    expect(lastLook).toBe(true);
    expect(findings).toEqual([]);
    expect(window.errors).toEqual([]);
  });
});
