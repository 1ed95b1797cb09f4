import { createPrivateKey } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../backend/src/accounts.ts';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { contentOf, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

const NAME = 'ui.lab.example.com';

let browser: Browser;

describe.skipIf(missing('chromium'))('a certificate in the browser', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('is requested, proved by hand, downloaded, revoked and deleted', async () => {
    await using journey = await Journey.start();
    const { plugin, settings } = labConnection(journey.lab).issuer;
    await addAccount(journey.app.store, 'issuer', { name: 'Lab CA', plugin, settings });
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;

    await window.go('/certificates');
    await page.getByRole('link', { name: 'Request a certificate' }).click();
    await page.getByLabel('Names in the certificate').fill(`https://${NAME}/`);
    await page.getByRole('combobox', { name: 'Certificate authority' }).click();
    await page.getByRole('option', { name: /Lab CA/ }).click();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Request it' }).click();
    const records = page.getByRole('table', { name: 'TXT records' });
    await records.getByText(`_acme-challenge.${NAME}`).waitFor();
    await page.getByText('Without an answer it gives up').waitFor();
    const [renewal] = await journey.app.store.renewals.list({ limit: 1 });
    const { ask } = await journey.event(renewal?.id ?? '', 'step.held');
    const [, name = '', value = ''] = /^(\S+)\. \d+ IN TXT "(.+)"$/m.exec(ask) ?? [];
    journey.lab.dns.add({ name, type: 'TXT', data: value });
    await page.getByTestId('go-on').click();
    await page.getByRole('region', { name: 'How it ended' }).getByText('Kept for download').waitFor();
    expect(await page.getByText(/Install on the appliance|Last seen:/).count()).toBe(0);
    await page.getByRole('button', { name: 'Close' }).click();

    await page
      .getByRole('link', { name: /[0-9A-F]{2}:/ })
      .first()
      .click();
    await page.getByRole('heading', { name: NAME }).waitFor();
    await page.getByRole('button', { name: 'Download' }).click();
    const saving = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Private key (PEM)' }).click();
    const key = await contentOf(await saving);
    expect(createPrivateKey(key).asymmetricKeyType).toBe('ec');

    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByLabel(`Type "${NAME}" to revoke it`).fill(NAME);
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('by admin: no reason given').waitFor();

    const [kept] = (await journey.app.store.connections.all()).filter(({ dnsNames }) => dnsNames.includes(NAME));
    await window.go(`/connections/${kept?.id}`);
    const stored = page.getByRole('region', { name: 'What is stored' });
    await stored.getByText('Due when the CA asks for it').waitFor();
    expect(await stored.getByText(/^Slot$|restart/i).count()).toBe(0);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete this certificate' }).click();
    await page.getByRole('heading', { name: 'Certificates' }).waitFor();
    expect(await journey.app.store.connections.get(kept?.id ?? 0)).toBeUndefined();
    expect(window.errors).toEqual([]);
  });
});
