import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../backend/src/accounts.ts';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { AppError } from '../../backend/src/domain/errors.ts';
import type { Listening } from '../../backend/src/server.ts';
import { DESKTOP, fitsWidth, PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

let browser: Browser;
let journey: Journey;
let server: Listening;
let verified: string;
let failed: string;

describe.skipIf(missing('chromium'))('the pages', () => {
  beforeAll(async () => {
    journey = await Journey.start({
      connection: (input) => ({ ...input, policy: { ...input.policy, propagationPatienceSeconds: 1 } }),
    });
    verified = (await journey.renew()).id;
    journey.lab.faults.on('dns-servfail-secondary');
    failed = (await journey.renew()).id;
    journey.lab.faults.off('dns-servfail-secondary');
    await journey.app.operations.backups.failed(
      new AppError('BACKUP_FAILED', 'Cannot store in s3://backups/: NoSuchBucket'),
    );
    server = await journey.listen();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await journey[Symbol.asyncDispose]();
  });

  const pages: readonly (readonly [name: string, path: () => string, ready: (page: Page) => Promise<unknown>])[] = [
    ['dashboard', () => '/', (page) => page.getByRole('table', { name: 'Renewals' }).waitFor()],
    ['connections', () => '/connections', (page) => page.getByRole('table', { name: 'Connections' }).waitFor()],
    ['connection', () => '/connections/1', (page) => page.getByText('SHA-256').first().waitFor()],
    ['dry run', () => '/connections/1?dry-run=1', (page) => page.getByRole('list', { name: 'Findings' }).waitFor()],
    ['renew now', () => '/connections?renew=1', (page) => page.getByText('more that need nothing').waitFor()],
    [
      'renewal',
      () => `/?renewal=${verified}`,
      (page) => page.getByRole('table', { name: 'Wanted and seen' }).waitFor(),
    ],
    ['failed renewal', () => `/renewals/${failed}`, (page) => page.getByText('Look at DNS').waitFor()],
    ['renewals', () => '/renewals', (page) => page.getByRole('table', { name: 'Renewals' }).waitFor()],
    ['add', () => '/connections/new', (page) => page.getByRole('radio', { name: 'Cisco CUCM' }).waitFor()],
    ['edit', () => '/connections/1/edit', (page) => page.getByLabel('Platform user').waitFor()],
    ['certificates', () => '/certificates', (page) => page.getByRole('table', { name: 'Certificates' }).waitFor()],
    ['DNS', () => '/dns', (page) => page.getByText('No renewal left a record behind').waitFor()],
    [
      'plan',
      () => '/plan',
      async (page) => {
        await page.getByText('All dates').first().click();
        await page
          .getByRole('listitem')
          .filter({ hasText: /\d{4}, 1 restart/ })
          .first()
          .waitFor();
      },
    ],
    ['activity', () => '/activity', (page) => page.getByRole('table', { name: 'Activity' }).waitFor()],
    ['backups', () => '/settings/backups', (page) => page.getByText('The last backup failed').waitFor()],
    ['calendars', () => '/settings/calendars', (page) => page.getByText('No calendar yet').waitFor()],
    [
      'notifications',
      () => '/settings/notifications',
      (page) => page.getByText('Nobody is told of anything yet').waitFor(),
    ],
    ['account', () => '/account', (page) => page.getByRole('table', { name: 'Sessions' }).waitFor()],
    ['users', () => '/settings/users', (page) => page.getByLabel('Issuer').waitFor()],
    ['API tokens', () => '/settings/tokens', (page) => page.getByText('No API token yet').waitFor()],
    ['about', () => '/settings/about', (page) => page.getByText('Dynamic update (RFC 2136)').waitFor()],
  ];

  const views = [
    { scheme: 'light', size: DESKTOP, width: 'desktop' },
    { scheme: 'dark', size: PHONE, width: 'phone' },
  ] as const;

  describe.each(views)('in $scheme on a $width', ({ scheme, size }) => {
    let window: Window;
    beforeAll(async () => {
      window = await Window.open(browser, journey, server.url, { scheme, size });
    });
    afterAll(() => window[Symbol.asyncDispose]());

    it.each(pages)('%s: nothing serious for axe, nothing to scroll sideways, no error', async (_name, path, ready) => {
      await window.go(path());
      await ready(window.page);

      expect(await seriousFindings(window.page)).toEqual([]);
      expect(await fitsWidth(window.page)).toBe(true);
      expect(window.errors).toEqual([]);
    });
  });

  it('load less than 300 kB of script at first, as it is transferred, and nothing from elsewhere', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const scripts: Request[] = [];
    const hosts = new Set<string>();
    window.page.on('requestfinished', (request) => {
      hosts.add(new URL(request.url()).origin);
      if (request.url().endsWith('.js')) scripts.push(request);
    });
    await window.go('/');
    await window.page.getByRole('table', { name: 'Renewals' }).waitFor();

    const sizes = await Promise.all(scripts.map((request) => request.sizes()));
    const bytes = sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);

    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(300_000);
    expect([...hosts]).toEqual([server.url]);
  });

  it('keep search, filter and sort of the connections in the address', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/connections?search=nothing-like-it');
    await page.getByText('No connection is like this').waitFor();

    await page.getByLabel('Search').fill('publisher');
    await page.getByText('1 connection', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Days left' }).click();

    await page.locator('th[aria-sort="ascending"]', { hasText: 'Days left' }).waitFor();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ search: 'publisher', sort: 'days' });
  });

  it('check a name in DNS, server by server', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/dns');

    await page.getByRole('textbox', { name: 'Name' }).fill('https://cucm-pub.lab.example.com:8443/ccmadmin');
    await page.getByRole('button', { name: 'Ask every server' }).click();

    await page.getByText('All servers agree.').waitFor();
    expect(await page.locator('[data-server]').count()).toBe(2);
  });

  it('ask for the record that a renewal missed, as soon as they are open', async () => {
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go(`/renewals/${failed}`);

    await page.getByRole('link', { name: 'Look at DNS' }).click();

    await page.getByText('The servers do not agree.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toMatch(/^_acme-challenge\./);
    expect(await page.getByRole('textbox', { name: /^TXT value/ }).inputValue()).toMatch(/^[\w-]{43}$/);
  });

  it('show the zones of each DNS account', async () => {
    const { dns } = labConnection(journey.lab);
    const settings = { ...dns.settings, zone: 'lab.example.com' };
    await addAccount(journey.app.store, 'dns', { ...dns, settings, name: 'Our zone' });
    await using window = await Window.open(browser, journey, server.url);
    const { page } = window;
    await window.go('/dns');

    await page.getByRole('button', { name: 'Test and show zones of Our zone' }).click();

    await page.getByRole('region', { name: 'What came back' }).getByText('this zone can be proved').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('write times as the reader chose, also after a reload, with both zones for the keyboard too', async () => {
    await using window = await Window.open(browser, journey, server.url, { zone: 'Asia/Kolkata' });
    const { page } = window;
    await window.go(`/renewals/${failed}`);
    const note = page.getByRole('list', { name: 'What happened in this step' }).locator('time').first();
    const inIndia = await note.textContent();

    await page.getByRole('button', { name: /^Times are in local time .* Change to: UTC$/ }).click();
    await page.reload();
    await note.focus();

    const at = (await note.getAttribute('datetime')) ?? '';
    expect(await note.textContent()).toBe(at.slice(11, 19));
    expect(inIndia).not.toBe(at.slice(11, 19));
    await page
      .getByRole('tooltip')
      .getByText(`${at.slice(0, 10)} ${at.slice(11, 19)} UTC`)
      .waitFor();
  });
});
