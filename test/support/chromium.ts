import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BrowserServer, chromium } from 'playwright-core';
import { buildUiIfStale } from '../../tools/build-ui.ts';
import { CHROMIUM_AT, launchOptions } from './browser.ts';

/**
 * One Chromium for all test files of a run: starting one takes longer than many of their tests. It starts when the first
 * file asks for it, and shows the web interface as it is now.
 */
// biome-ignore lint/style/noDefaultExport: vitest calls the default export
export default async function setUp(): Promise<() => Promise<void>> {
  let started: Promise<BrowserServer> | null = null;
  const server = createServer(async (_, res) => {
    started ??= start();
    await started.then(
      (browser) => res.end(browser.wsEndpoint()),
      (error) => res.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env[CHROMIUM_AT] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return async () => {
    server.close();
    await (await started)?.close();
  };
}

async function start(): Promise<BrowserServer> {
  await buildUiIfStale();
  return await chromium.launchServer({ ...launchOptions(), host: '127.0.0.1' });
}
