import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, Window } from '../support/browser.ts';
import { Journey } from '../support/journey.ts';
import { missing } from '../support/programs.ts';

const MAIN = fileURLToPath(new URL('../../backend/src/main.ts', import.meta.url));

let browser: Browser;

describe.skipIf(missing('chromium'))('a renewal whose daemon is killed', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('is followed from the kill to its end, across a reload, without another certificate or restart', async () => {
    await using journey = await Journey.start();
    const port = await freePort(journey);
    const session = await journey.session('admin');
    await journey.release();
    const first = await daemon(journey, port);
    await using window = await Window.open(browser, { session: async () => session }, `http://127.0.0.1:${port}`);
    const { page } = window;
    const stop = journey.lab.exchanges.listen((name, phase) => {
      if (name === 'vos.identity.upload' && phase === 'done') first.kill('SIGKILL');
    });
    await window.go('/connections?renew=1');

    await page.getByRole('button', { name: /^Start/ }).click();
    await page.getByText('No connection to the daemon').waitFor({ timeout: 60_000 });
    stop();
    const second = await daemon(journey, port);
    await page.getByText('No connection to the daemon').waitFor({ state: 'detached' });
    await page.reload();
    await page
      .getByRole('region', { name: 'How it ended' })
      .getByText('Served on 2 of 2 endpoints')
      .waitFor({ timeout: 60_000 });

    expect(first.signalCode).toBe('SIGKILL');
    expect(journey.effects()).toEqual({ issued: 1, restarts: 1, records: [] });
    expect(window.errors).toEqual([]);
    second.kill('SIGTERM');
    await once(second, 'exit');
    await journey.takeOver();
  });
});

async function freePort(journey: Journey): Promise<number> {
  await using server = await journey.listen();
  return Number(new URL(server.url).port);
}

/** The real one, in a process of its own; resolves when it answers. */
async function daemon(journey: Journey, port: number): Promise<ChildProcess> {
  const { folder, lab } = journey;
  const nameServers = Object.entries(lab.dns.nameServers).map(([name, address]) => `${name}=${address}`);
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      CERTFERRY_DATA_DIR: `${folder}/data`,
      CERTFERRY_ACCOUNTS_DIR: `${folder}/accounts`,
      CERTFERRY_PORT: String(port),
      CERTFERRY_HTTPS: 'off',
      CERTFERRY_BACKUP_AT: 'never',
      CERTFERRY_RESOLVERS: lab.dns.resolver,
      CERTFERRY_NAME_SERVERS: nameServers.join(','),
    },
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`The daemon ended: ${journey.logLines.slice(-3).join('')}`)));
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        journey.logLines.push(String(chunk));
        if (String(chunk).includes('certferry is ready')) resolve();
      });
  });
  await ready;
  return child;
}
