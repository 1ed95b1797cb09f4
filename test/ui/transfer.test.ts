import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addConnection } from '../../backend/src/connections.ts';
import type { Role } from '../../backend/src/domain/roles.ts';
import { readSettings } from '../../backend/src/store/plugin-refs.ts';
import { contentOf, DESKTOP, fitsWidth, PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { callerOf, Daemon, PASSWORD } from '../support/daemon.ts';
import { missing } from '../support/programs.ts';

const APPLIANCE_PASSWORD = 'appliance-password-3f9d';
const PASSPHRASE = 'correct horse battery staple';
const NIGHTS = { name: 'Nights', zone: 'UTC', openings: [{ days: ['sat'], start: '02:00', minutes: 60 }] };
const SETTINGS = {
  host: '192.0.2.10',
  user: 'admin',
  password: APPLIANCE_PASSWORD,
  trust: 'pin',
  pinnedSha256: ['ab'.repeat(32)],
  sshHostKeys: [`SHA256:${'A'.repeat(43)}`],
};

describe.skipIf(missing('chromium'))('in the settings', { timeout: 90_000 }, () => {
  let browser: Browser;
  let from: Daemon;
  let to: Daemon;

  beforeAll(async () => {
    [from, to, browser] = await Promise.all([Daemon.start(), Daemon.start(), startBrowser()]);
    for (const daemon of [from, to]) await daemon.user('anna', 'admin');
    for (const role of ['viewer', 'operator'] as const) await from.user(role, role);
    await from.call('POST', '/calendars', from.local, NIGHTS);
    await addConnection(from.app.store, {
      name: 'publisher',
      appliance: { plugin: 'vos', settings: SETTINGS },
      slot: 'tomcat',
      dnsNames: ['publisher.example.com'],
      policy: { restartCalendar: 1 },
      draft: true,
    });
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([from[Symbol.asyncDispose](), to[Symbol.asyncDispose]()]);
  });

  function open(daemon: Daemon, user: string, size = DESKTOP): Promise<Window> {
    const session = async () => {
      const { cookie = '' } = await callerOf(await daemon.logIn(user));
      return cookie.split('=').slice(1).join('=');
    };
    return Window.open(browser, { session }, daemon.url, { size });
  }

  /** The path of what the browser saved. */
  async function saved(page: Page, button: string): Promise<{ readonly path: string; readonly text: string }> {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    const path = join(from.folder, download.suggestedFilename());
    const text = await contentOf(download);
    await writeFile(path, text);
    return { path, text };
  }

  async function choose(page: Page, path: string): Promise<void> {
    await page.locator('input[type=file]').setInputFiles(path);
  }

  it('connections are taken away with their secrets only when asked, and brought elsewhere', async () => {
    await using here = await open(from, 'anna');
    await here.go('/settings/transfer');
    const plain = await saved(here.page, 'Save without secrets');
    await here.page.getByLabel(/^With passwords and keys/).check();
    const button = here.page.getByRole('button', { name: 'Save with secrets' });
    const offAtFirst = await button.isDisabled();
    await here.page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
    await here.page.getByLabel('Passphrase again', { exact: true }).fill('something else');
    await here.page.getByText('This is another one.').waitFor();
    const offWhenUnequal = await button.isDisabled();
    await here.page.getByLabel('Passphrase again', { exact: true }).fill(PASSPHRASE);
    const offWithoutProof = await button.isDisabled();
    await here.page.getByLabel('Your password', { exact: true }).fill('not the password of anna');
    await button.click();
    await here.page.getByText('User name, password or code is wrong').waitFor();
    await here.page.getByLabel('Your password', { exact: true }).fill(PASSWORD);
    const sealed = await saved(here.page, 'Save with secrets');

    await using there = await open(to, 'anna', PHONE);
    const { page } = there;
    await there.go('/settings/transfer');
    await choose(page, sealed.path);
    await page.getByLabel('Passphrase of the file', { exact: true }).fill('another passphrase');
    await page.getByRole('button', { name: 'See what it would do' }).click();
    await page.getByText('The passphrase does not open the file').waitFor();
    await page.getByLabel('Passphrase of the file', { exact: true }).fill(PASSPHRASE);
    await page.getByRole('button', { name: 'See what it would do' }).click();
    await page.getByText(/^It would be: 2 added, 0 changed.*Nothing is changed yet/).waitFor();
    const untouched = await to.app.store.connections.all();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText(/^Done: 2 added, 0 changed, 0 skipped.*, 0 refused\.$/).waitFor();
    const findings = [await seriousFindings(page), await fitsWidth(page)];
    await page.getByRole('button', { name: 'See what it would do' }).click();
    await page.getByText(/0 added, 0 changed, 2 skipped/).waitFor();

    const [imported] = await to.app.store.connections.all();
    const { password } = imported ? await readSettings(imported.appliance, to.app.store.vault) : {};
    expect([offAtFirst, offWhenUnequal, offWithoutProof]).toEqual([true, true, true]);
    expect(plain.text + sealed.text).not.toContain(APPLIANCE_PASSWORD);
    expect(JSON.parse(plain.text)).toMatchObject({ connections: [{ name: 'publisher' }] });
    expect(untouched).toEqual([]);
    expect(imported?.name).toBe('publisher');
    expect(password).toMatchObject({ reveal: expect.any(Function) });
    expect((password as { reveal(): string }).reveal()).toBe(APPLIANCE_PASSWORD);
    expect(findings).toEqual([[], true]);
    expect([...here.errors, ...there.errors]).toEqual([]);
  });

  it.each<[Role]>([['viewer'], ['operator']])(
    'a %s sees calendars with buttons that say why they are off',
    async (role) => {
      await using window = await open(from, role);
      const { page } = window;
      await window.go('/settings/calendars');
      await page.getByRole('table', { name: 'Calendars' }).getByText('Nights').waitFor();

      const titles: unknown[] = [];
      for (const name of ['Add a calendar', 'Change Nights', 'Delete Nights']) {
        const button = page.getByRole('button', { name });
        titles.push((await button.isDisabled()) && (await button.getAttribute('title')));
      }
      await window.go('/settings/backups');
      await page.getByText('Only administrators see backups').waitFor();
      const backUp = await page.getByRole('button', { name: 'Back up now' }).count();
      await window.go('/settings/transfer');
      await page.getByText('Only administrators of all connections').waitFor();

      expect(titles).toEqual(Array(3).fill('This needs the role admin'));
      expect(backUp).toBe(0);
      expect(window.errors).toEqual([]);
    },
  );
});
