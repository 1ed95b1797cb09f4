import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, Window } from '../support/browser.ts';
import { PASSWORD } from '../support/daemon.ts';
import { missing, pathOf } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch.ts';

const MAIN = fileURLToPath(new URL('../../backend/src/main.ts', import.meta.url));
const COMMAND = [process.execPath, '--import', 'tsx', '--conditions=source', MAIN] as const;

/** What somebody reads in what the daemon printed. */
interface Printed {
  readonly address: string;
  /** In the address, or in a file that is named beside it. */
  readonly token: string;
  readonly fingerprint: string;
}

/** How the daemon is started, and what a person makes of its output once everything is there. */
interface Way {
  spawn(env: NodeJS.ProcessEnv): ChildProcess;
  stop(child: ChildProcess): void;
  read(output: string): Promise<Printed | null>;
}

const atTerminal: Way = {
  spawn: (env) => spawn(pathOf('script') ?? '', ['-qefc', COMMAND.join(' '), '/dev/null'], { env }),
  // Ctrl-C
  stop: (child) => child.stdin?.write('\u0003'),
  async read(output) {
    const [, address = '', token = ''] = /first administrator: (https:\S+)#(\S+)\s/.exec(output) ?? [];
    const [fingerprint = ''] = /\b(?:[\dA-F]{2}:){31}[\dA-F]{2}\b/.exec(output) ?? [];
    return fingerprint === '' ? null : { address, token, fingerprint };
  },
};

/** Without a terminal, as in a container, on every address of it. */
const intoLog: Way = {
  spawn: (env) => spawn(COMMAND[0], COMMAND.slice(1), { env: { ...env, CERTFERRY_HOST: '0.0.0.0' } }),
  stop: (child) => child.kill('SIGTERM'),
  async read(output) {
    const lines = output
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line): Readonly<Record<string, string>> => JSON.parse(line));
    const asked = lines.find(({ msg }) => msg?.startsWith('nobody can log in yet'));
    const about = lines.find(({ msg }) => msg?.includes('self-signed'));
    if (!asked || !about) return null;
    const token = (await readFile(asked.file ?? '', 'utf8')).trim();
    return { address: asked.open ?? '', token, fingerprint: about.fingerprint ?? '' };
  },
};

describe.skipIf(missing('chromium', 'script')).concurrent('the first start, over HTTPS', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it.each([
    ['at a terminal', atTerminal],
    ['into a log', intoLog],
  ])('what is printed %s leads to a login', { timeout: 60_000 }, async (_, way) => {
    await using daemon = await startBy(way);
    const { address, token, fingerprint } = daemon.printed;
    const { origin, pathname } = new URL(address);
    const served = await fingerprintServedAt(origin);
    await using window = await Window.open(browser, nobody, origin, { loggedIn: false, ignoreHTTPSErrors: true });
    const { page } = window;
    await window.go(way === atTerminal ? `${pathname}#${token}` : pathname);
    if (way !== atTerminal) await page.getByRole('textbox', { name: 'Set-up token' }).fill(token);

    await createAdministrator(page);

    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    const [cookie] = await page.context().cookies();
    expect(served).toBe(fingerprint);
    expect(cookie).toMatchObject({ name: expect.stringMatching(/^__Host-/), secure: true, httpOnly: true });
    expect(window.errors).toEqual([]);
    if (way !== atTerminal) expect(daemon.output()).not.toContain(token);
  });
});

interface Started extends AsyncDisposable {
  readonly printed: Printed;
  output(): string;
}

/** A daemon in folders of its own that has said how to log in. */
async function startBy(way: Way): Promise<Started> {
  const folder = await scratchFolder('certferry-first-');
  const child = way.spawn({
    PATH: process.env.PATH,
    CERTFERRY_PORT: '0',
    CERTFERRY_BACKUP_AT: 'never',
    CERTFERRY_DATA_DIR: join(folder, 'data'),
    CERTFERRY_ACCOUNTS_DIR: join(folder, 'accounts'),
  });
  const ended = once(child, 'exit');
  let output = '';
  const printed = await new Promise<Printed>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      output += String(chunk);
      way.read(output).then((found) => found && resolve(found), reject);
    });
    child.once('exit', () => reject(new Error(`The daemon ended: ${output}`)));
  });
  return {
    printed,
    output: () => output,
    async [Symbol.asyncDispose]() {
      way.stop(child);
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const nobody = { session: (): Promise<string> => Promise.reject(new Error('Nobody can log in yet.')) };

async function createAdministrator(page: Page): Promise<void> {
  await page.getByLabel('User').fill('first');
  await page.getByLabel(/^New password\W*$/).fill(PASSWORD);
  await page.getByLabel('New password, again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the administrator' }).click();
}

async function fingerprintServedAt(origin: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
