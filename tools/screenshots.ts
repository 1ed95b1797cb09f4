import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { addAccount } from '../backend/src/accounts.ts';
import { labConnection } from '../backend/src/cli/lab-connection.ts';
import { addConnection } from '../backend/src/connections.ts';
import { DESKTOP, PHONE, type Scheme, startBrowser, Window } from '../test/support/browser.ts';
import { Daemon } from '../test/support/daemon.ts';
import { fillStore } from '../test/support/fill.ts';
import { serveFolder } from '../test/support/http-solver.ts';
import { Journey } from '../test/support/journey.ts';
import { scratchFolder } from '../test/support/scratch.ts';
import { buildUiIfStale } from './build-ui.ts';

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
  /** Kept for download: the connection and what it was issued. */
  readonly kept: number;
  readonly keptCertificate: string;
  /** Its renewal, whose name was proved over HTTP. */
  readonly proved: string;
}

const FOLDER = process.argv[2] ?? fileURLToPath(new URL('../docs/screenshots', import.meta.url));
const ONLY = process.argv.slice(3);
const SIZES = { desktop: DESKTOP, phone: PHONE } as const;
type Size = keyof typeof SIZES;

function shots(taken: Taken): readonly Shot[] {
  const { connection, verified, failed, certificate } = taken;
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
    ...FORMS,
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
    ...keptShots(taken),
    { name: 'dns', path: '/dns?name=cucm-pub.lab.example.com', ready: askEveryServer },
    { name: 'plan', path: '/plan', ready: (page) => page.getByText('All dates').first().click() },
    { name: 'activity', path: '/activity', ready: named('table', 'Activity') },
    { name: 'backups', path: '/settings/backups', ready: heading('Backups') },
    { name: 'notifications', path: '/settings/notifications', ready: named('region', 'Last messages') },
    { name: 'account', path: '/account', ready: named('table', 'Sessions') },
    { name: 'users', path: '/settings/users', ready: (page) => page.getByLabel('Issuer').waitFor() },
    { name: 'tokens', path: '/settings/tokens', ready: named('table', 'API tokens') },
    { name: 'calendars', path: '/settings/calendars', ready: named('table', 'Calendars') },
    {
      name: 'calendar-add',
      path: '/settings/calendars',
      ready: async (page) => {
        await page.getByRole('button', { name: 'Add a calendar' }).click();
        await page.getByRole('form', { name: 'Calendar' }).getByRole('list', { name: 'Next openings' }).waitFor();
      },
    },
    { name: 'audit', path: '/settings/audit', ready: heading('Audit') },
    { name: 'about', path: '/settings/about', ready: heading('About') },
  ];
}

/** The form that adds a connection, with one thing or another chosen. */
const FORMS: readonly Shot[] = [
  ...['nginx', 'Cisco ISE'].map((product) => ({
    name: `add-${product.replace('Cisco ', '').toLowerCase()}`,
    path: '/connections/new',
    ready: (page: Page) => choose(page, product),
  })),
  {
    name: 'add-http',
    path: '/connections/new',
    ready: async (page) => {
      await page.getByText('HTTP file', { exact: true }).click();
      await choose(page, 'Folder of a web server');
    },
  },
  {
    name: 'add-second-ca',
    path: '/connections/new',
    ready: async (page) => {
      await page.getByText(/^Second CA/).click();
      await page.getByRole('button', { name: 'No second CA' }).scrollIntoViewIfNeeded();
    },
  },
];

/** Certificates that are kept, requested, downloaded and revoked. */
function keptShots({ certificate, kept, keptCertificate, proved }: Taken): readonly Shot[] {
  return [
    { name: 'request', path: '/certificates/request', ready: (page) => page.getByLabel(/^Names in/).waitFor() },
    {
      name: 'kept',
      path: `/connections/${kept}`,
      ready: (page) => page.getByRole('region', { name: 'Kept for download' }).waitFor(),
    },
    {
      name: 'download-menu',
      path: `/certificates/${keptCertificate}`,
      ready: async (page) => {
        await page.getByRole('button', { name: 'Download' }).click();
        await page.getByRole('menuitem').first().waitFor();
      },
    },
    {
      name: 'revoke',
      path: `/certificates/${certificate}`,
      ready: async (page) => {
        await page.getByRole('button', { name: 'Revoke' }).click();
        await page.getByRole('button', { name: 'Revoke it' }).waitFor();
      },
    },
    {
      name: 'reachability',
      path: `/renewals/${proved}`,
      ready: async (page) => {
        await page.getByText('Wait for the proofs').first().click();
        await page.getByRole('table', { name: /^What each address/ }).waitFor();
      },
    },
    {
      name: 'transfer',
      path: '/settings/transfer',
      ready: (page) => page.getByRole('region', { name: 'Import' }).waitFor(),
    },
  ];
}

/** Of an installation with thousands of connections. */
const MANY: readonly Shot[] = [
  {
    name: 'many-dashboard',
    path: '/',
    ready: (page) => page.getByRole('region', { name: /^Expiry/ }).waitFor(),
  },
  { name: 'many-connections', path: '/connections', ready: (page) => page.getByText('10,001 connections').waitFor() },
  {
    name: 'many-chosen',
    path: '/connections?sort=name&state=served',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Choose all 9,830' }).click();
      await page.getByRole('button', { name: 'Choose none' }).waitFor();
      await page.getByRole('button', { name: 'Renew', exact: true }).first().click();
      await page.getByRole('button', { name: /^Renew 9,\d+ connections/ }).waitFor();
    },
  },
];

async function askEveryServer(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Ask every server' }).click();
  await page.getByRole('table', { name: 'What each server answers' }).waitFor();
}

async function choose(page: Page, tile: string): Promise<void> {
  const radio = page.getByRole('radio', { name: tile, exact: true });
  await radio.click();
  const { y = 0 } = (await radio.boundingBox()) ?? {};
  await page.evaluate(`scrollBy(0, ${y - 120})`);
}

await mkdir(FOLDER, { recursive: true });
const webroot = await scratchFolder('certferry-screenshots-webroot-');
await using web = await serveFolder(webroot);
await using journey = await Journey.start({
  lab: { httpPort: web.port },
  config: { http01: { port: null, host: null, validationPort: web.port } },
  overrides: { schedule: true },
  connection: ({ appliance, ...input }) => ({
    ...input,
    appliance: { ...appliance, settings: { ...appliance.settings, product: 'cucm' } },
    policy: { propagationPatienceSeconds: 2, verifyPatienceSeconds: 20 },
  }),
});
const { id: verified } = await journey.renew();
const [issued] = (await journey.app.store.certificates.page({ offset: 0, limit: 1 })).rows;
const certificate = issued?.sha256 ?? '';
const { proved, kept, keptCertificate } = await keepOne();
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
await journey.app.calendars.add(
  {
    name: 'Weekend nights',
    zone: 'Europe/Berlin',
    openings: [{ days: ['sat', 'sun'], start: '02:00', minutes: 120 }],
    freezes: [{ from: '2026-12-18', to: '2027-01-06', reason: 'Year end' }],
    iCalendar: null,
  },
  new AbortController().signal,
);
const taken = { connection: journey.connection.id, verified, failed, certificate, kept, keptCertificate, proved };
await buildUiIfStale();
const browser = await startBrowser();
try {
  await inEveryView((scheme, size) => takeAll(shots(taken), scheme, size));
  if (wanted(MANY).length > 0) await fillStore(journey.app.store, 10_000);
  await inEveryView((scheme, size) => takeAll(MANY, scheme, size));
  await inEveryView(takeOutside);
} finally {
  await browser.close();
}

/** A certificate that is kept for download, its name proved over HTTP. */
async function keepOne(): Promise<Pick<Taken, 'proved' | 'kept' | 'keptCertificate'>> {
  const { lab, app } = journey;
  const name = 'www.lab.example.com';
  lab.dns.add({ name, type: 'A', data: '127.0.0.1' });
  const { id: kept } = await addConnection(app.store, {
    ...{ name: 'www', appliance: { plugin: 'download', settings: {} }, slot: 'download', dnsNames: [name] },
    ...{ challenge: 'http-01', http: { plugin: 'webroot', settings: { folder: webroot } } },
    issuer: labConnection(lab).issuer,
  });
  const { id: proved } = await journey.ended(await app.runner.start(kept, 'operator'));
  const [newest] = (await app.store.certificates.page({ offset: 0, limit: 1 })).rows;
  return { proved, kept, keptCertificate: newest?.sha256 ?? '' };
}

async function inEveryView(take: (scheme: Scheme, size: Size) => Promise<void>): Promise<void> {
  for (const scheme of ['light', 'dark'] as const)
    for (const size of Object.keys(SIZES) as Size[]) await take(scheme, size);
}

function wanted<Named extends Pick<Shot, 'name'>>(all: readonly Named[]): readonly Named[] {
  return all.filter(({ name }) => ONLY.length === 0 || ONLY.includes(name));
}

async function takeAll(all: readonly Shot[], scheme: Scheme, size: Size): Promise<void> {
  await using window = await Window.open(browser, journey, server.url, { scheme, size: SIZES[size] });
  for (const { name, path, ready } of wanted(all)) {
    await window.go(path);
    await ready(window.page);
    await picture(window.page, name, scheme, size, size === 'phone');
  }
}

/** What is met by somebody who has not come in yet. */
async function takeOutside(scheme: Scheme, size: Size): Promise<void> {
  for (const { name } of wanted([{ name: 'login' }, { name: 'set-up' }])) {
    await using fresh = name === 'set-up' ? await Daemon.start() : null;
    const token = await fresh?.app.access.setUp.token();
    await using window = await Window.open(browser, journey, fresh?.url ?? server.url, {
      scheme,
      size: SIZES[size],
      loggedIn: false,
    });
    await window.go(token ? `/setup#${token.reveal()}` : '/');
    await window.page.getByRole('button', { name: token ? 'Create the administrator' : 'Log in' }).waitFor();
    await picture(window.page, name, scheme, size);
  }
}

async function picture(page: Page, name: string, scheme: Scheme, size: Size, fullPage = false): Promise<void> {
  if (fullPage) await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(FOLDER, `${name}-${scheme}-${size}.png`), fullPage });
}
