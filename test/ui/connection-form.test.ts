import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../backend/src/accounts.ts';
import { startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

let browser: Browser;

describe.skipIf(missing('chromium'))('the connection form', { concurrent: true, timeout: 120_000 }, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('shows the words of the daemon at the field they are about, and keeps what was typed', async () => {
    await using journey = await Journey.start();
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go(`/connections/${journey.connection.id}/edit`);
    const names = page.getByLabel('Names in the certificate');

    await names.fill('cucm_pub.lab.example.com');
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await page.getByText('"cucm_pub.lab.example.com" is not a host name.', { exact: true }).waitFor();
    expect(await names.getAttribute('aria-invalid')).toBe('true');
    await names.fill('cucm-pub.lab.example.com');
    const ca = page.getByRole('region', { name: 'CA', exact: true });
    await ca.getByText('More settings').click();
    await ca.getByLabel('Test directory URL').fill('no address');
    await ca.getByText('More settings').click();
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await ca.locator('#issuer_testDirectory:focus').waitFor();
    await ca.getByLabel('Test directory URL').fill('');
    await page.getByRole('textbox', { name: 'Directory URL', exact: true }).fill('no address');
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await ca.getByText('Invalid URL').waitFor();

    expect(await page.getByRole('textbox', { name: 'Directory URL', exact: true }).inputValue()).toBe('no address');
  });

  it('says that a password is stored, and keeps it when nothing is typed', async () => {
    await using journey = await Journey.start();
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go(`/connections/${journey.connection.id}/edit`);
    const password = page.getByRole('textbox', { name: 'Password', exact: true });
    await password.waitFor();
    const products = page.getByRole('radiogroup', { name: 'Which product' }).getByRole('radio');

    expect(await products.count()).toBe(1);
    await password.focus();
    await page.getByLabel('Name of this connection').focus();
    await page.getByRole('link', { name: 'Leave it' }).click();
    await page.getByRole('heading', { name: 'Lab CUCM publisher' }).waitFor();
    await window.go(`/connections/${journey.connection.id}/edit`);
    await page.getByRole('button', { name: 'Choose another product' }).click();
    expect(await products.count()).toBeGreaterThan(10);
    expect(await page.locator('code').first().textContent()).toBe('set account name');
    expect(await password.inputValue()).toBe('');
    expect(await password.getAttribute('placeholder')).toContain('stored');
    await page.getByLabel('Name of this connection').fill('Renamed');
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await page.getByText(/^(Nothing is in the way of a renewal|A renewal can succeed)/).waitFor();

    expect((await journey.renew()).finished.outcome).toBe('verified');
  });

  it('takes a second CA with its certificates, and offers to ask it', async ({ expect }) => {
    await using journey = await Journey.start({ lab: { testCa: true } });
    const { testCa } = journey.lab;
    const settings = { directory: testCa?.directoryUrl, trust: 'bundle', caBundle: testCa?.tlsCaPem };
    await addAccount(journey.app.store, 'issuer', {
      name: 'Fallback',
      plugin: 'acme',
      settings: { ...settings, termsOfServiceAgreed: true },
    });
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go(`/connections/${journey.connection.id}/edit`);
    await page.getByText('Second CA, for when the first is down').click();
    await page.getByRole('combobox', { name: 'Second certificate authority' }).click();
    await page.getByRole('option', { name: /^Fallback/ }).click();
    await page.getByLabel('CA certificates of the second CA (PEM)').fill('no PEM');

    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await page.getByText('There is no PEM certificate in it.', { exact: true }).waitFor();
    await page.getByLabel('CA certificates of the second CA (PEM)').fill('');
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await page
      .getByText(/certferry has never seen the chain of/)
      .first()
      .waitFor();
    await window.go(`/connections/${journey.connection.id}/edit`);
    await page.getByRole('button', { name: 'Save and renew' }).click();
    await page.getByLabel(/^Ask the second CA: /).check();
    await page.getByRole('button', { name: 'Start the renewal' }).click();

    await expect
      .poll(async () => (await journey.app.store.renewals.list({ limit: 1 }))[0]?.facts.target, { timeout: 20_000 })
      .toMatchObject({ issuer: 'second' });
    const [renewal] = await journey.app.store.renewals.list({ limit: 1 });
    expect((await journey.ended(renewal?.id ?? '')).finished.outcome).toBe('verified');
    expect(testCa?.issued()).toHaveLength(1);
  });

  it('deletes a connection only when its name was typed', async () => {
    await using journey = await Journey.start();
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go(`/connections/${journey.connection.id}`);

    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const confirm = page.getByRole('button', { name: 'Delete this connection' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel('Type "Lab CUCM publisher" to delete it').fill('Lab CUCM publisher');
    await confirm.click();

    await page.getByText('No connection yet').waitFor();
    expect(await journey.app.store.connections.all()).toEqual([]);
  });
});
