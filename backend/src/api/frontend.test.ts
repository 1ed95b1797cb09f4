import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { frontendRouter } from './frontend.ts';

const SCRIPT = 'export const answer = 42;\n';

let folder: string;
let url: string;
const server = createServer();

beforeAll(async () => {
  folder = await scratchFolder('certferry-frontend-');
  const assets = join(folder, 'assets');
  await mkdir(assets);
  await writeFile(join(assets, 'app-1.js'), SCRIPT);
  await writeFile(join(assets, 'app-1.js.br'), 'as brotli');
  await writeFile(join(assets, 'app-1.js.gz'), gzipSync(SCRIPT));
  await writeFile(join(assets, 'sans.woff2'), 'a font');
  server.on('request', express().use(frontendRouter(folder)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function ask(path: string, accepted?: string) {
  const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
  const { statusCode, headers: answered, body } = await request(`${url}${path}`, { headers });
  return { status: statusCode, headers: answered, body: Buffer.from(await body.arrayBuffer()) };
}

test.each([
  { accepted: 'gzip, deflate, br, zstd', encoding: 'br', body: Buffer.from('as brotli') },
  { accepted: 'gzip, br;q=0', encoding: 'gzip', body: gzipSync(SCRIPT) },
  { accepted: 'identity', encoding: undefined, body: Buffer.from(SCRIPT) },
  { accepted: undefined, encoding: undefined, body: Buffer.from(SCRIPT) },
])('a script comes as $encoding to whoever takes $accepted', async ({ accepted, encoding, body }) => {
  const answer = await ask('/assets/app-1.js?v', accepted);

  expect(answer).toMatchObject({
    status: 200,
    headers: { 'content-type': expect.stringContaining('text/javascript'), vary: 'accept-encoding' },
  });
  expect(answer.headers['content-encoding']).toBe(encoding);
  expect(answer.headers['cache-control']).toContain('immutable');
  expect(answer.body).toEqual(body);
});

test('what there is in one form only comes in it, and what there is not is not found', async () => {
  const font = await ask('/assets/sans.woff2', 'br');
  const missing = await ask('/assets/app-2.js', 'br');

  expect(font).toMatchObject({ status: 200, headers: { 'content-type': 'font/woff2' }, body: Buffer.from('a font') });
  expect(font.headers['content-encoding']).toBeUndefined();
  expect(missing.status).toBe(404);
});
