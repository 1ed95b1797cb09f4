import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Exchanges } from '../exchanges.ts';
import { Faults } from '../faults.ts';
import { type CaSim, startCaSim } from './index.ts';
import { AcmeClient, type Reply } from './testing/acme-client.ts';
import { DnsResponder } from './testing/dns-responder.ts';
import { settled } from './testing/issuance.ts';

/** http-01 with a web server whose files a test chooses. */

const files = new Map<string, string>();
const asked: string[] = [];
let dns: DnsResponder;
let web: Server;
let ca: CaSim;
let client: AcmeClient;
let names = 0;
let name: string;

beforeAll(async () => {
  dns = await DnsResponder.start();
  web = createServer((req, res) => {
    asked.push(`${req.headers.host}${req.url}`);
    const file = files.get(req.url ?? '');
    res.writeHead(file === undefined ? 404 : 200).end(file);
  }).listen(0, '127.0.0.1');
  await once(web, 'listening');
  const { port } = web.address() as AddressInfo;
  ca = await startCaSim({
    faults: new Faults(),
    exchanges: new Exchanges(),
    dnsServer: dns.address,
    httpPort: port,
  });
  client = await AcmeClient.registered(ca);
});

afterAll(async () => {
  await ca[Symbol.asyncDispose]();
  web.close();
  await dns[Symbol.asyncDispose]();
});

beforeEach(() => {
  name = `w${names++}.zone${names}.example`;
  dns.add({ type: 'A', name, ttl: 1, data: '127.0.0.1' });
});

async function challenge(): Promise<{ readonly url: string; readonly token: string; readonly authorization: string }> {
  const authorization = (await client.order([name])).json.authorizations[0];
  const { challenges } = (await client.read(authorization)).json;
  const { url, token } = challenges.find(({ type }: { type: string }) => type === 'http-01');
  return { url, token, authorization };
}

async function answered({ url, authorization }: Awaited<ReturnType<typeof challenge>>): Promise<Reply> {
  await client.post(url, {});
  return settled(client, authorization);
}

test('a file with the key authorization proves the name', async () => {
  const own = await challenge();
  files.set(`/.well-known/acme-challenge/${own.token}`, `${await client.keyAuthorization(own.token)}\n`);

  const { json } = await answered(own);

  expect(json).toMatchObject({ status: 'valid', challenges: [{ type: 'http-01', status: 'valid' }] });
  expect(asked).toContain(`${name}/.well-known/acme-challenge/${own.token}`);
});

test.each([
  { file: 'other text', type: 'unauthorized' },
  { file: undefined, type: 'unauthorized' },
])('$file there does not', async ({ file, type }) => {
  const own = await challenge();
  if (file !== undefined) files.set(`/.well-known/acme-challenge/${own.token}`, file);

  const { json } = await answered(own);

  expect(json.status).toBe('invalid');
  expect(json.challenges[0].error.type).toBe(`urn:ietf:params:acme:error:${type}`);
});
