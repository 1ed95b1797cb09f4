import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { addAccount } from '../backend/src/accounts.ts';
import { labConnection } from '../backend/src/cli/lab-connection.ts';
import { DESKTOP, PHONE, type Scheme, startBrowser, Window } from '../test/support/browser.ts';
import { Journey } from '../test/support/journey.ts';

/** Makes pictures of every page, or of those named, in both colour schemes and at phone width: `tsx … tools/screenshots.ts [folder] [name …]`. */

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What must be there before the picture is taken. */
  readonly ready: (page: Page) => Promise<unknown>;
}

/** What there is to be looked at. */
interface Taken {
  readonly connection: number;
  readonly verified: string;
  readonly failed: string;
  readonly certificate: string;
}

const FOLDER = process.argv[2] ?? fileURLToPath(new URL('../docs/screenshots', import.meta.url));
const ONLY = process.argv.slice(3);
const SIZES = { desktop: DESKTOP, phone: PHONE } as const;

function shots({ connection, verified, failed, certificate }: Taken): readonly Shot[] {
  const heading = (name: string) => (page: Page) => page.getByRole('heading', { name, level: 1 }).waitFor();
  const named = (role: 'region' | 'table', name: string) => (page: Page) =>
    page.getByRole(role, { name }).first().waitFor();
  return [
    { name: 'dashboard', path: '/', ready: named('table', 'Renewals') },
    { name: 'connections', path: '/connections', ready: named('table', 'Connections') },
    {
      name: 'connection',
      path: `/connections/${connection}`,
      ready: (page) => page.getByText('SHA-256').first().waitFor(),
    },
    {
      name: 'dry-run',
      path: `/connections/${connection}?dry-run=1`,
      ready: (page) => page.getByRole('list', { name: 'Findings' }).waitFor(),
    },
    {
      name: 'renew',
      path: `/connections?renew=${connection}`,
      ready: (page) => page.getByText('more that need nothing').waitFor(),
    },
    { name: 'renewal', path: `/connections?renewal=${verified}`, ready: named('table', 'Wanted and seen') },
    {
      name: 'renewal-failed',
      path: `/renewals/${failed}`,
      ready: (page) => page.getByRole('region', { name: 'How it ended' }).waitFor(),
    },
    { name: 'renewals', path: '/renewals', ready: named('table', 'Renewals') },
    {
      name: 'add',
      path: '/connections/new',
      ready: async (page) => {
        await page.getByRole('radio', { name: 'Cisco CUCM' }).click();
        await page.getByLabel('Address').first().waitFor();
      },
    },
    { name: 'issuers', path: '/settings/issuers', ready: named('region', 'Practice') },
    {
      name: 'issuer-add',
      path: '/settings/issuers?add=1',
      ready: (page) => page.getByRole('radio', { name: 'ZeroSSL' }).click(),
    },
    { name: 'dns-accounts', path: '/settings/dns-accounts', ready: named('region', 'Lab DNS') },
    {
      name: 'edit',
      path: `/connections/${connection}/edit`,
      ready: (page) => page.getByLabel('Address').first().waitFor(),
    },
    { name: 'certificates', path: '/certificates', ready: named('table', 'Certificates') },
    { name: 'certificate', path: `/certificates/${certificate}`, ready: named('region', 'Where it is served') },
    { name: 'dns', path: '/dns?name=cucm-pub.lab.example.com', ready: askEveryServer },
    { name: 'plan', path: '/plan', ready: named('table', 'Connections') },
    { name: 'activity', path: '/activity', ready: named('table', 'Activity') },
    { name: 'backups', path: '/settings/backups', ready: heading('Backups') },
    { name: 'notifications', path: '/settings/notifications', ready: named('region', 'Last messages') },
    { name: 'account', path: '/account', ready: named('table', 'Sessions') },
    { name: 'users', path: '/settings/users', ready: (page) => page.getByLabel('Issuer').waitFor() },
    { name: 'tokens', path: '/settings/tokens', ready: named('table', 'API tokens') },
    { name: 'about', path: '/settings/about', ready: heading('About') },
  ];
}

async function askEveryServer(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Ask every server' }).click();
  await page.getByRole('table', { name: 'What each server answers' }).waitFor();
}

await mkdir(FOLDER, { recursive: true });
await using journey = await Journey.start({
  overrides: { schedule: true },
  connection: (input) => ({ ...input, policy: { propagationPatienceSeconds: 2, verifyPatienceSeconds: 2 } }),
});
const { id: verified } = await journey.renew();
const [issued] = (await journey.app.store.certificates.page({ offset: 0, limit: 1 })).rows;
const certificate = issued?.sha256 ?? '';
journey.lab.faults.on('dns-servfail-secondary');
const { id: failed } = await journey.renew();
await addAccount(journey.app.store, 'issuer', { name: 'Practice', preset: 'letsencrypt-staging', settings: {} });
await addAccount(journey.app.store, 'dns', { name: 'Lab DNS', ...labConnection(journey.lab).dns });
await using server = await journey.listen();
await journey.user('night-shift', 'operator');
await journey.app.access.tokens.create(
  { name: 'monitoring', role: 'viewer', connectionIds: [journey.connection.id], expiresInDays: 90 },
  'admin',
);
const browser = await startBrowser();
try {
  for (const scheme of ['light', 'dark'] as const)
    for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) await takeAll(browser, scheme, size);
} finally {
  await browser.close();
}

async function takeAll(open: Browser, scheme: Scheme, size: keyof typeof SIZES): Promise<void> {
  await using window = await Window.open(open, journey, server.url, { scheme, size: SIZES[size] });
  const wanted = shots({ connection: journey.connection.id, verified, failed, certificate }).filter(
    ({ name }) => ONLY.length === 0 || ONLY.includes(name),
  );
  for (const { name, path, ready } of wanted) {
    await window.go(path);
    await ready(window.page);
    await window.page.screenshot({ path: join(FOLDER, `${name}-${scheme}-${size}.png`), fullPage: size === 'phone' });
  }
  await using outside = await Window.open(open, journey, server.url, { scheme, size: SIZES[size], loggedIn: false });
  await outside.go('/');
  await outside.page.getByRole('button', { name: 'Log in' }).waitFor();
  await outside.page.screenshot({ path: join(FOLDER, `login-${scheme}-${size}.png`) });
}
