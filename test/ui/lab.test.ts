import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings, startBrowser, Window } from '../support/browser.ts';
import { PASSWORD } from '../support/daemon.ts';
import { missing } from '../support/programs.ts';
import { ROOT } from '../support/repository.ts';

const GOOD = /^(Nothing is in the way of a renewal|A renewal can succeed)/;

let browser: Browser;

describe.skipIf(missing('chromium'))('npm run lab', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('is a cluster with one connection, which whoever logs in gets to Served by clicking alone', async () => {
    await using lab = new LabProcess();
    const [, url = '', user = '', password = ''] = await lab.printed(/(http:\S+) +user: (\S+) +password: (\S+)/);
    await using window = await Window.open(browser, STRANGER, url, { loggedIn: false });
    const { page } = window;
    await window.go('/');

    await page.getByLabel('User').fill(user);
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'Connections' }).first().click();
    await page.getByRole('link', { name: 'Lab CUCM cluster' }).click();
    await page.getByRole('button', { name: 'Renew now' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(GOOD).waitFor();
    await page.getByRole('button', { name: 'Start the renewal' }).click();
    const end = page.getByRole('region', { name: 'How it ended' });
    await end.getByText('Served on 4 of 4 endpoints').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();

    await page.getByRole('main').getByText('Served', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.getByRole('link', { name: '1 Served' }).waitFor();
    expect(window.errors).toEqual([]);
    expect(await lab.end()).toBe(0);
  });

  it('begins as a new installation does with --empty', async () => {
    await using lab = new LabProcess('--empty');
    const address = new URL((await lab.printed(/http:\S+\/setup#\S+/))[0]);
    await using window = await Window.open(browser, STRANGER, address.origin, { loggedIn: false });
    const { page } = window;
    await window.go(`${address.pathname}${address.hash}`);

    await page.getByLabel('User').fill('jw');
    await page.getByRole('textbox', { name: 'New password', exact: true }).fill(PASSWORD);
    await page.getByRole('textbox', { name: 'New password, again' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create the administrator' }).click();
    await page.getByRole('link', { name: 'Add a certificate authority' }).waitFor();
    const firstMinute = await seriousFindings(page);
    await page.getByRole('button', { name: 'Add the lab connection' }).click();
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByRole('dialog').getByText(GOOD).waitFor();

    expect(firstMinute).toEqual([]);
    expect(window.errors).toEqual([]);
    expect(await lab.end()).toBe(0);
  });
});

/** Nobody of this name is known. */
const STRANGER = {
  session: async () => {
    throw new Error('A stranger has no session.');
  },
};

/** `npm run lab` without the building of the interface before. Disposing ends it. */
class LabProcess implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #exited: Promise<unknown>;

  constructor(...options: readonly string[]) {
    const cli = ['--import', 'tsx', '--conditions=source', join(ROOT, 'backend/src/cli.ts')];
    this.#child = spawn(process.execPath, [...cli, 'lab', ...options], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, CERTFERRY_PORT: '0' },
    });
    this.#exited = once(this.#child, 'exit');
  }

  /** The parts of the first line that is like this. @throws when it ends before */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for await (const line of createInterface({ input: this.#child.stdout })) {
      const found = pattern.exec(line);
      if (found) return found;
    }
    throw new Error(`The lab ended and printed nothing like ${pattern}.`);
  }

  /** Ctrl-C. Resolves with the exit status. */
  async end(): Promise<number | null> {
    this.#child.kill('SIGINT');
    await this.#exited;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
