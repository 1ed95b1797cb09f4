import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

let browser: Browser;

describe.skipIf(missing('chromium'))('the connection form', { concurrent: true, timeout: 120_000 }, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('adds a connection from zero: look, trust, type, save; the dry run finds nothing in the way', async () => {
    await using journey = await Journey.start();
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const { lab } = journey;
    const { appliance, issuer, dns } = labConnection(lab);
    const dnsSettings = dns.settings as Record<string, string>;
    await window.go('/connections/new');
    const side = (title: string) => page.getByRole('region', { name: title, exact: true });

    const form = side('Appliance');
    await form.getByLabel('Address').first().fill(lab.vos.host);
    await form.getByLabel('Platform user').fill(lab.user);
    await form.getByRole('textbox', { name: 'Password', exact: true }).fill(lab.password);
    await form.getByLabel('Server name').first().fill('cucm-pub.lab.example.com');
    await form.getByLabel('Served ports').fill(`${lab.vos.httpsPort}\n${lab.vos.tomcatPort2}`);
    await form.getByText('More settings').click();
    await form.getByLabel('API port').fill(String(lab.vos.httpsPort));
    await form.getByLabel('SSH port').fill(String(lab.vos.sshPort));
    await form.getByRole('button', { name: /^Look at/ }).click();
    await form.getByText(lab.vos.sshHostKey).waitFor();
    await form.getByRole('button', { name: 'They are right: trust them' }).click();
    await form.getByRole('button', { name: 'Take over its names' }).click();
    expect(await form.getByLabel('Pinned SHA-256').inputValue()).toBe(lab.vos.certificateSha256);

    await page.getByLabel('Name of this connection').fill('From zero');
    const ca = side('CA');
    await ca.getByLabel('Directory URL').fill(String(issuer.settings.directory));
    await ca.getByLabel('I agree to the terms').check();
    await ca.getByRole('combobox', { name: 'Trust' }).click();
    await page.getByRole('option', { name: 'bundle' }).click();
    await ca.getByLabel('CA bundle').fill(String(issuer.settings.caBundle));
    const names = side('DNS service');
    await names.getByRole('combobox', { name: 'DNS service' }).click();
    await page.getByRole('option', { name: 'Dynamic update (RFC 2136)' }).click();
    await names.getByLabel('Server').fill(dnsSettings.server ?? '');
    await names.getByLabel('Key name').fill(dnsSettings.keyName ?? '');
    await names.getByRole('textbox', { name: 'Key secret' }).fill(dnsSettings.keySecret ?? '');
    await names.getByText('More settings').click();
    await names.getByLabel('Port', { exact: true }).fill(String(dns.settings.port));
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();

    await page.getByText(/^(Nothing is in the way of a renewal|A renewal can succeed)/).waitFor();
    expect(window.errors).toEqual([]);
    const saved = (await journey.app.store.connections.all()).at(-1);
    expect(saved).toMatchObject({ name: 'From zero', dnsNames: ['cucm-pub.lab.example.com'], slot: 'tomcat' });
    expect(saved?.appliance.settings).toMatchObject({ host: appliance.settings.host, trust: 'pin' });
    expect(saved?.appliance.settings).not.toHaveProperty('password');
  });

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
    await page.getByLabel('Directory URL').fill('no address');
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();
    await page.getByRole('region', { name: 'CA', exact: true }).getByText('Invalid URL').waitFor();

    expect(await page.getByLabel('Directory URL').inputValue()).toBe('no address');
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
