import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

let browser: Browser;

describe.skipIf(missing('chromium'))('the form of a host that takes a key', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('asks for a key, for SSH only where that is meant, for no slot and no restart, and is stored as typed', async () => {
    await using journey = await Journey.start();
    await using server = await journey.listen();
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/connections/new');
    const address = page.getByLabel('Address', { exact: true });
    const saveIncomplete = page.getByRole('button', { name: 'Save as it is' });

    const restarts = [page.getByText('Restart of the service'), page.getByRole('combobox', { name: 'Restart' })];
    await page.getByText('Files on this host', { exact: true }).click();
    for (const field of restarts) await field.waitFor();
    await page.getByText('nginx', { exact: true }).click();
    expect(await address.count()).toBe(0);
    for (const field of restarts) expect(await field.count()).toBe(0);
    expect(await page.getByLabel('Slot').count()).toBe(0);
    expect(await page.getByText(/^Restart/).count()).toBe(0);
    await page.getByRole('combobox', { name: 'Where' }).click();
    await page.getByRole('option', { name: 'Another host, over SSH' }).click();
    await address.fill('web1.example.com:2222');
    await page.getByLabel('User', { exact: true }).fill('certferry');
    await page.getByLabel('SSH private key').fill('-----BEGIN PRIVATE KEY-----\nMIG');
    await page.getByLabel('Seen at').fill('192.0.2.7:443 www.example.com');
    await page.getByLabel('Key file').fill('/etc/nginx/ssl/www.key');
    await page.getByLabel('Certificate file').fill('/etc/nginx/ssl/www.pem');
    await page.getByRole('group').getByText('More settings').first().click();
    await page.getByLabel('nginx command').fill('sudo\n-n\n/usr/sbin/nginx\n-g\nerror_log a,b;');
    await page.getByLabel('Names in the certificate').fill('www.example.com');
    await page.getByRole('combobox', { name: 'Key of the certificate' }).click();
    await page.getByRole('option', { name: /RSA 3072/ }).click();
    await saveIncomplete.click();
    await expect.poll(() => journey.app.store.connections.all()).toHaveLength(2);

    const [, stored] = await journey.app.store.connections.all();
    expect(stored).toMatchObject({
      slot: 'certificate',
      appliance: {
        plugin: 'nginx',
        settings: {
          where: 'ssh',
          host: 'web1.example.com',
          sshPort: 2222,
          servedAt: ['192.0.2.7:443 www.example.com'],
          nginxCommand: ['sudo', '-n', '/usr/sbin/nginx', '-g', 'error_log a,b;'],
        },
      },
      policy: { keyKind: 'RSA 3072', reuseKey: false },
    });
    await page.getByText('Due when the CA asks for it').waitFor();
    expect(await page.getByText(/restart/i).count()).toBe(0);
    expect(JSON.stringify(stored?.appliance.settings)).not.toContain('BEGIN PRIVATE KEY');
  });
});
