import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    await page.getByRole('textbox', { name: 'Directory URL', exact: true }).fill('no address');
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await page.getByRole('region', { name: 'CA', exact: true }).getByText('Invalid URL').waitFor();

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

    expect(await password.inputValue()).toBe('');
    expect(await password.getAttribute('placeholder')).toContain('stored');
    await page.getByLabel('Name of this connection').fill('Renamed');
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await page.getByText(/^(Nothing is in the way of a renewal|A renewal can succeed)/).waitFor();

    expect((await journey.renew()).finished.outcome).toBe('verified');
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
