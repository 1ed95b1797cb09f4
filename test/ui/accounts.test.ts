import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import type { Listening } from '../../backend/src/server.ts';
import { DESKTOP, fitsWidth, PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

let browser: Browser;
let journey: Journey;
let server: Listening;

/** In order: an empty installation gets an issuer, a DNS account and a connection, by clicking only. */
describe.skipIf(missing('chromium'))('from nothing to a connection', () => {
  beforeAll(async () => {
    journey = await Journey.start();
    server = await journey.listen();
    const headers = { authorization: `Bearer ${journey.secrets.accessToken.reveal()}` };
    await fetch(`${server.url}/api/v1/connections/${journey.connection.id}`, { method: 'DELETE', headers });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await journey[Symbol.asyncDispose]();
  });

  const side = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
  const form = (page: Page) => page.getByRole('form', { name: 'certificate authority' });

  it('the first minute leads to a certificate authority, tested before it is saved', async () => {
    const { settings } = labConnection(journey.lab).issuer;
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/');

    await page.getByRole('link', { name: 'Add a certificate authority' }).click();
    await page.getByRole('radio', { name: 'Private CA' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Our CA');
    await page.getByRole('textbox', { name: 'Directory URL', exact: true }).fill(String(settings.directory));
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('It does not work as it is.').or(page.getByRole('alert')).first().waitFor();
    await page.getByLabel('CA bundle').fill(String(settings.caBundle));
    await page.getByLabel('I agree to the terms').check();
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('It works.').waitFor();
    await page.getByText(/The CA decides\. It offers classic/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();

    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    await page.getByText('Our CA').waitFor();
    await page.getByRole('button', { name: 'Test Our CA' }).click();
    await page.getByText('It works.').waitFor();
    expect(window.errors).toEqual([]);
  });

  it('marks staging, takes an external account in one paste, and says which name is taken', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/settings/issuers?add=1');

    await page.getByRole('radio', { name: 'ZeroSSL' }).click();
    await form(page)
      .getByLabel('External account binding')
      .fill('EAB KID: kid-of-the-lab\nEAB HMAC Key: aG1hYy1vZi10aGUtbGFi');
    expect(await page.getByLabel('External account: key identifier').inputValue()).toBe('kid-of-the-lab');
    expect(await page.getByLabel('External account: HMAC key').inputValue()).toBe('aG1hYy1vZi10aGUtbGFi');
    await page.getByRole('radio', { name: 'Let’s Encrypt staging' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('our ca');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('There is "our ca" already: choose another name.').first().waitFor();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Practice');
    await page.getByRole('button', { name: 'Save' }).click();

    await side(page, 'Practice').getByText('staging: nobody trusts its certificates').waitFor();
  });

  // The whole form from its first field to its last.
  it('adds a connection with both, a DNS account made on the way, and looks before saving', {
    timeout: 90_000,
  }, async () => {
    const { lab } = journey;
    const dns = labConnection(lab).dns.settings;
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/connections/new');

    await page.getByRole('radio', { name: 'Cisco Emergency Responder' }).click();
    const appliance = side(page, 'Appliance');
    await appliance.getByLabel('Address').first().fill(`https://${lab.vos.host}:${lab.vos.httpsPort}/ccmadmin`);
    await appliance.getByLabel('Platform user').fill(lab.user);
    await appliance.getByRole('textbox', { name: 'Password', exact: true }).fill(lab.password);
    await appliance.getByLabel('Share these passwords as').fill('Platform account');
    expect(await appliance.getByLabel('Address').first().inputValue()).toBe(lab.vos.host);
    await appliance.getByText('More settings').click();
    await appliance.getByLabel('Server name').first().fill('cucm-pub.lab.example.com');
    await appliance.getByLabel('Served ports').fill(`${lab.vos.httpsPort}\n${lab.vos.tomcatPort2}`);
    await appliance.getByLabel('SSH port').fill(String(lab.vos.sshPort));
    await appliance.getByRole('button', { name: /^Connect to/ }).click();
    await appliance.getByText(lab.vos.sshHostKey).waitFor();
    await appliance.getByRole('button', { name: 'They are right: trust them' }).click();
    expect(await appliance.getByLabel('Pinned SHA-256').inputValue()).toBe(lab.vos.certificateSha256);
    await appliance.getByText('Trusted.', { exact: true }).waitFor();
    await appliance.getByLabel('SSH port').fill('1');
    await side(page, 'What the appliance shows').waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Add cucm-pub.lab.example.com' }).count()).toBe(0);
    await appliance.getByLabel('SSH port').fill(String(lab.vos.sshPort));
    await appliance.getByRole('button', { name: 'Log in and read' }).click();
    await appliance.getByText('Request that waits').waitFor();
    await page.getByRole('button', { name: 'Add cucm-pub.lab.example.com' }).click();

    const ca = side(page, 'CA');
    await ca.getByRole('combobox', { name: 'Certificate authority' }).click();
    await page.getByRole('option', { name: /^Our CA/ }).click();
    await page.getByText(/Still missing: a DNS account\./).waitFor();
    await side(page, 'How names are proved').getByRole('button', { name: 'Add new here' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: /RFC 2136/ }).click();
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Our zone');
    await dialog.getByLabel('Server').fill(String(dns.server));
    await dialog.getByLabel('Key name').fill(String(dns.keyName));
    await dialog.getByRole('textbox', { name: 'Key secret' }).fill(String(dns.keySecret));
    await dialog.getByText('More settings').click();
    await dialog.getByLabel('Port', { exact: true }).fill(String(dns.port));
    await dialog.getByRole('button', { name: 'Test', exact: true }).click();
    await dialog.getByText('It works.').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Dry run of what is typed' }).click();
    await page.getByText(/^(Nothing is in the way of a renewal|A renewal can succeed)/).waitFor();
    expect(await journey.app.store.connections.all()).toEqual([]);
    await page.getByRole('button', { name: 'Save and look (dry run)' }).click();

    await page
      .getByRole('dialog')
      .getByText(/^(Nothing is in the way of a renewal|A renewal can succeed)/)
      .waitFor();
    const [saved] = await journey.app.store.connections.all();
    expect(saved).toMatchObject({
      name: 'cucm-pub.lab.example.com',
      issuer: { account: expect.any(Number) },
      dns: { account: expect.any(Number) },
      appliance: { credential: 'Platform account', settings: { host: lab.vos.host, product: 'cer' } },
      incomplete: [],
    });
    expect(window.errors).toEqual([]);
  });

  it('shows who uses an account, and refuses to delete it', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/settings/dns-accounts');
    const zone = side(page, 'Our zone');

    await zone.getByRole('link', { name: 'cucm-pub.lab.example.com' }).waitFor();
    await zone.getByRole('button', { name: 'Delete Our zone' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();

    await page.getByText('"Our zone" is used by "cucm-pub.lab.example.com".').waitFor();
  });

  it('saves what is there, says what is missing, and completes it later with a rule for another domain', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/connections/new');

    await page.getByLabel('Names in the certificate').fill('https://half.lab.example.com/');
    await page.getByText('Other DNS accounts for some domains').click();
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.getByRole('textbox', { name: 'Domain' }).fill('acme.example.net');
    await page.getByRole('combobox', { name: 'DNS account for this domain' }).click();
    await page.getByRole('option', { name: /^Our zone/ }).click();
    await page.getByRole('button', { name: 'Save as it is' }).click();

    const panel = side(page, 'Not complete');
    await panel.getByText('No appliance is chosen.').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await window.go('/connections');
    await page.getByText(/^No appliance is chosen\. And \d more\.$/).waitFor();
    await page.getByRole('link', { name: 'Complete half.lab.example.com' }).click();
    await page.getByRole('combobox', { name: 'Certificate authority' }).click();
    await page.getByRole('option', { name: /^Practice/ }).click();
    await page.getByRole('button', { name: 'Save as it is' }).click();
    await panel.getByText('No appliance is chosen.').waitFor();
    const stored = (await journey.app.store.connections.all()).at(-1);
    expect(stored).toMatchObject({
      dnsNames: ['half.lab.example.com'],
      dnsRules: [{ suffix: 'acme.example.net', use: { account: expect.any(Number) } }],
    });
    expect(stored?.incomplete.map(({ part }) => part)).toEqual(['appliance', 'dns']);
  });

  it('names the CA for practice wherever it signs', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    const id = (await journey.app.store.connections.all()).at(-1)?.id;
    await window.go('/connections');
    await page.locator(`[data-connection="${id}"]`).getByText('staging').waitFor();

    await window.go(`/connections/${id}`);
    await page.getByText('staging: nobody trusts its certificates').first().waitFor();
    await window.go(`/connections/${id}/edit`);

    await side(page, 'CA').getByText('staging: nobody trusts its certificates').waitFor();
  });

  const pages: readonly (readonly [path: string, ready: string])[] = [
    ['/settings/issuers', 'Our CA'],
    ['/settings/issuers?add=1', 'Which certificate authority'],
    ['/settings/dns-accounts', 'Our zone'],
    ['/settings/dns-accounts?add=1', 'Which DNS service'],
    ['/connections/2/edit', 'Platform user'],
    ['/connections/3', 'It was saved before all was filled in'],
  ];

  it.each([
    { scheme: 'light', size: DESKTOP },
    { scheme: 'dark', size: PHONE },
  ] as const)('nothing serious for axe and nothing to scroll sideways: $scheme, $size.width', async (view) => {
    await using window = await Window.open(browser, journey, server.url, view);
    for (const [path, ready] of pages) {
      await window.go(path);
      await window.page.getByText(ready).first().waitFor();

      expect(await seriousFindings(window.page), path).toEqual([]);
      expect(await fitsWidth(window.page), path).toBe(true);
    }
    expect(window.errors).toEqual([]);
  });

  it('offers the connection of the lab when nothing else is there, and shows the accounts that are', async () => {
    const { store } = journey.app;
    for (const { id } of await store.connections.all()) await store.connections.remove(id);
    await using window = await Window.open(browser, journey, server.url, { size: PHONE });
    const { page } = window;
    await window.go('/');

    await page.getByText('Our zone').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
    await page.getByRole('button', { name: 'Add the lab connection' }).click();
    await page.getByRole('button', { name: 'Renew now' }).click();
    await page.getByText('Signed by').waitFor();

    await page.getByRole('dialog').getByText('Lab CA').waitFor();
    expect((await store.accounts.all()).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Lab CA', 'Lab DNS', 'Our CA', 'Our zone', 'Practice']),
    );
  });
});
