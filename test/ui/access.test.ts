import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../backend/src/access/testing/codes.ts';
import { aConnection } from '../contracts/store-fixtures.ts';
import { DESKTOP, fitsWidth, PHONE, seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { Daemon, PASSWORD } from '../support/daemon.ts';
import { missing } from '../support/programs.ts';

let browser: Browser;
let daemon: Daemon;

/** Nobody is logged in here but by typing. */
const nobody = {
  session: (): Promise<string> => Promise.reject(new Error('This test logs in by hand.')),
};

function open(url = daemon.url, size = DESKTOP, scheme: 'light' | 'dark' = 'light'): Promise<Window> {
  return Window.open(browser, nobody, url, { loggedIn: false, size, scheme });
}

async function fillLogin(page: Page, user: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('User').fill(user);
  await page.locator('input[autocomplete="current-password"]').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

async function logIn(window: Window, user: string): Promise<void> {
  await window.go('/');
  await fillLogin(window.page, user);
  await window.page.getByRole('heading', { name: 'Dashboard' }).waitFor();
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account of / }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
}

describe.skipIf(missing('chromium'))('access in the browser', () => {
  beforeAll(async () => {
    daemon = await Daemon.start();
    await daemon.user('anna', 'admin');
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await daemon[Symbol.asyncDispose]();
  });

  it.each([
    { scheme: 'light', size: DESKTOP },
    { scheme: 'dark', size: PHONE },
  ] as const)('the first administrator is created with the printed address, in $scheme', async ({ scheme, size }) => {
    await using fresh = await Daemon.start();
    const token = (await fresh.app.access.setUp.token())?.reveal() ?? '';
    await using window = await open(fresh.url, size, scheme);
    const { page } = window;

    await window.go(`/setup#${token}`);
    await page.getByLabel('User').fill('first');
    const [password, again] = [page.getByLabel(/^New password\W*$/), page.getByLabel('New password, again')];
    await password.fill(PASSWORD);
    await again.fill('something else, typed');
    await page.getByRole('button', { name: 'Create the administrator' }).click();
    await page.getByText('The two are not the same.').waitFor();
    const findings = [await seriousFindings(page), await fitsWidth(page)];
    await again.fill(PASSWORD);
    await page.getByRole('button', { name: 'Create the administrator' }).click();

    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    expect(findings).toEqual([[], true]);
    expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe('/');
    expect(await page.evaluate<number>('sessionStorage.length')).toBe(0);
    expect(window.errors).toEqual([]);
  });

  it('a wrong password is said, without saying what was wrong, and a right one leads in', async () => {
    await using window = await open();
    const { page } = window;
    await window.go('/connections');

    await page.getByLabel('User').waitFor();
    const farewells = await page.getByText('Your session has ended').count();
    await fillLogin(page, 'anna', 'not her password');
    await page.getByText('User name, password or code is wrong.').waitFor();
    const findings = await seriousFindings(page);
    await fillLogin(page, 'anna');

    await page.getByRole('heading', { name: 'Connections' }).waitFor();
    expect(findings).toEqual([]);
    expect(farewells).toBe(0);
    expect(await page.evaluate<string>('document.cookie')).toBe('');
    expect(window.errors).toEqual([]);
  });

  it('logging out in one tab logs out the other, which keeps what was typed until somebody leaves it', async () => {
    await using window = await open();
    await logIn(window, 'anna');
    const other = await window.page.context().newPage();
    const names = other.getByLabel('Names in the certificate');
    await other.goto(`${daemon.url}/connections/new`);
    await names.fill('half-typed.example.com');

    await logOut(window.page);

    await window.page.getByRole('button', { name: 'Log in' }).waitFor();
    await other.getByText('Your session has ended. Log in again.').waitFor();
    await fillLogin(other, 'anna');
    await other.getByText('What you typed before is here again').waitFor();
    expect(await names.inputValue()).toBe('half-typed.example.com');
    await other.getByRole('link', { name: 'Dashboard' }).click();
    await other.getByRole('button', { name: 'Stay here' }).click();
    expect(await names.inputValue()).toBe('half-typed.example.com');
    await other.getByRole('link', { name: 'Leave it' }).click();
    await other.getByRole('button', { name: 'Leave it' }).click();
    await other.getByRole('heading', { name: 'Connections' }).waitFor();
    expect(await other.evaluate<number>('sessionStorage.length')).toBe(0);
  });

  it('a second factor is set up with the QR code or its text, and asked for at the next login', async () => {
    await daemon.user('bert', 'operator');
    await using window = await open();
    const { page } = window;
    await logIn(window, 'bert');
    await page.getByRole('button', { name: /^Account of / }).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();

    const panel = page.getByRole('region', { name: 'Second factor' });
    await panel.locator('input[autocomplete="current-password"]').fill(PASSWORD);
    await panel.getByRole('button', { name: 'Set up a second factor' }).click();
    await panel.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor();
    const secret = ((await panel.locator('.totp .mono').textContent()) ?? '').replaceAll(' ', '');
    await panel.getByLabel('Code that the app shows now').fill(codeOf(secret, new Date()));
    const findings = await seriousFindings(page);
    await panel.getByRole('button', { name: 'Turn it on' }).click();
    const recovery = (await panel.getByRole('listitem').first().textContent()) ?? '';
    await panel.getByRole('button', { name: 'I have kept them' }).click();
    await panel.getByText('It is on. 10 recovery codes are left.').waitFor();
    await logOut(page);

    await fillLogin(page, 'bert');
    await page.getByLabel('Code').fill('000000');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('User name, password or code is wrong.').waitFor();
    await page.getByLabel('Code').fill(recovery);
    await page.getByRole('button', { name: 'Log in' }).click();

    await page.getByText('It is on. 9 recovery codes are left.').waitFor();
    expect(findings).toEqual([]);
    expect(window.errors).toEqual([]);
  });

  it('an administrator adds a user, who has to choose a password and sees what a viewer may', async () => {
    await daemon.app.store.connections.insert(aConnection());
    await using window = await open();
    const { page } = window;
    await logIn(window, 'anna');
    await window.go('/settings/users');
    await page.getByRole('button', { name: 'Add user' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add user' });
    await dialog.getByLabel('User').fill('carla');
    await dialog.getByRole('button', { name: 'Add user' }).click();
    await dialog.getByText('Give carla this password.').waitFor();
    const password = (await dialog.locator('.mono').textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('cell', { name: 'carla', exact: true }).waitFor();

    await using hers = await open();
    await hers.go('/');
    await fillLogin(hers.page, 'carla', password);
    await hers.page.getByRole('heading', { name: 'Choose your own password' }).waitFor();
    await hers.page.getByLabel('Your password now').fill(password);
    await hers.page.getByLabel(/^New password\W*$/).fill('thimble orchid eleven');
    await hers.page.getByLabel('New password, again').fill('thimble orchid eleven');
    await hers.page.getByRole('button', { name: 'Change the password' }).click();
    await hers.page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    await hers.go('/connections/1');
    const renew = hers.page.getByRole('button', { name: 'Renew now' });
    await renew.waitFor();

    expect(await renew.isDisabled()).toBe(true);
    expect(await renew.getAttribute('title')).toBe('This needs the role operator');
    expect(await hers.page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    await hers.go('/settings/users');
    await hers.page.getByText('Only administrators see users').waitFor();
    const isTemporary = async () => (await daemon.app.store.access.users.byName('carla'))?.passwordTemporary;
    await window.go('/settings/users');
    await page.getByRole('button', { name: 'Change carla' }).click();
    await page.getByRole('button', { name: 'Reset password' }).click();
    await page.getByText('The password of carla stops working').waitFor();
    const before = await isTemporary();
    await page.getByRole('button', { name: 'Reset the password of carla' }).click();
    await page.getByText('Give carla this password.').waitFor();
    expect([before, await isTemporary()]).toEqual([false, true]);
    expect([...window.errors, ...hers.errors]).toEqual([]);
  });

  it('what somebody else set up meanwhile is not overwritten', async () => {
    await using window = await open();
    const { page } = window;
    await logIn(window, 'anna');
    await window.go('/settings/users');
    const factor = page.getByRole('region', { name: 'Second factor' });
    const sso = page.getByRole('region', { name: /^Single sign-on/ });
    await factor.getByLabel('viewer').waitFor();
    await sso.getByLabel('Issuer').fill('https://login.example.com');
    await sso.getByLabel('Client ID').fill('hers');
    const theirs = { settings: { issuer: 'https://login.example.com', clientId: 'theirs' } };
    await daemon.call('PUT', '/access/policy', daemon.local, { secondFactorFor: ['operator'] });
    await daemon.call('PUT', '/access/sso', daemon.local, theirs);

    await factor.getByLabel('viewer').click();
    await factor.getByText('Somebody changed it meanwhile').waitFor();
    await sso.getByRole('button', { name: 'Turn on' }).click();
    await sso.getByText('Somebody changed it meanwhile').waitFor();
    const refused = await (await daemon.call('GET', '/access/policy', daemon.local)).json();
    await sso.getByRole('button', { name: 'Show what is stored now' }).click();
    await expect.poll(() => sso.getByLabel('Client ID').inputValue()).toBe('theirs');
    await expect.poll(() => factor.getByLabel('operator').isChecked()).toBe(true);
    await sso.getByLabel('Client ID').fill('agreed');
    await sso.getByRole('button', { name: 'Store' }).click();
    await sso.getByText('Stored. The login page offers it now.').waitFor();
    await sso.getByRole('button', { name: 'Turn off' }).click();
    await page.getByText('Who has no password of certferry can no longer log in.').waitFor();
    expect((await daemon.call('GET', '/access/sso', daemon.local)).status).toBe(200);
    await page.getByRole('button', { name: 'Turn it off' }).click();
    await sso.getByRole('button', { name: 'Turn on' }).waitFor();
    await factor.getByLabel('operator').click();
    await expect
      .poll(async () => (await daemon.call('GET', '/access/policy', daemon.local)).json())
      .toEqual({ secondFactorFor: [] });

    expect(refused).toEqual({ secondFactorFor: ['operator'] });
  });

  it('an API token is made, shown once, replaced and revoked', async () => {
    await using window = await open(daemon.url, PHONE, 'dark');
    const { page } = window;
    await logIn(window, 'anna');
    await window.go('/settings/tokens');
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Name').fill('nightly');
    await page.getByRole('button', { name: 'Create the token' }).click();
    const shown = page.getByRole('dialog', { name: 'API token "nightly"' });
    const token = (await shown.locator('.mono').textContent()) ?? '';
    const works = async () => (await daemon.call('GET', '/connections', { authorization: `Bearer ${token}` })).status;
    const before = await works();
    await shown.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Replace nightly' }).click();
    await shown.getByRole('button', { name: 'Done' }).click();
    await page.getByText('has a successor').waitFor();
    const findings = [await seriousFindings(page), await fitsWidth(page)];

    await page
      .getByRole('row', { name: /has a successor/ })
      .getByRole('button', { name: 'Revoke nightly' })
      .click();
    await page.getByText('Every script that sends this token is refused').waitFor();
    expect(await page.getByText('Revoked').count()).toBe(0);
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('Revoked').waitFor();

    expect(token).toMatch(/^cfy_[\w-]{43}$/);
    expect([before, await works()]).toEqual([200, 401]);
    expect(findings).toEqual([[], true]);
    expect(window.errors).toEqual([]);
  });
});
