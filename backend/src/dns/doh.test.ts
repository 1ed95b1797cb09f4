import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { decode, encode } from 'dns-packet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../plugins/clock.ts';
import type { HttpFactory } from '../plugins/http.ts';
import { makeCertificate, type TestCertificate } from '../plugins/testing/certificates.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import { createChallengeResolver } from './challenge-resolver.ts';
import { queryDoh } from './doh.ts';
import { createRecursive } from './recursive.ts';
import { DEFAULT_PROPAGATION } from './resolver.ts';

const NEVER = new AbortController().signal;
const NAME = '_acme-challenge.example.test';
const MESSAGE = 'application/dns-message';
const log = { debug() {}, info() {}, warn() {}, error() {} };

let certificate: TestCertificate;
let server: Server;
let origin: string;
/** The product's own HTTP, which trusts the CA of this test. */
let http: HttpFactory;

/** RFC 8484 by GET: /dns-query knows one TXT record, the other paths do something wrong. */
beforeAll(async () => {
  certificate = await makeCertificate({ commonName: 'doh', ipAddresses: ['127.0.0.1'] });
  server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, (req, res) => {
    const url = new URL(req.url ?? '', origin);
    const dns = url.searchParams.get('dns');
    if (req.headers.accept !== MESSAGE || !dns) res.writeHead(400).end();
    else if (url.pathname === '/html') res.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in</p>');
    else if (url.pathname === '/garbage') res.writeHead(200, { 'content-type': MESSAGE }).end('garbage');
    else if (url.pathname === '/dns-query') {
      res.writeHead(200, { 'content-type': MESSAGE }).end(reply(Buffer.from(dns, 'base64url')));
    } else if (url.pathname !== '/silent') res.writeHead(403).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const make = createHttpFactory();
  http = (options) => make({ ...options, trust: { mode: 'bundle', caPem: certificate.certPem } });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function reply(request: Buffer): Buffer {
  const { id, questions = [], flag_rd } = decode(request);
  const [question] = questions;
  const known = question?.name === NAME && question.type === 'TXT' && flag_rd && id === 0;
  return encode({
    type: 'response',
    id: id ?? 0,
    flags: known ? 0 : 3,
    questions,
    answers: known ? [{ type: 'TXT', name: NAME, ttl: 60, data: ['ri', 'ght'] }] : [],
  });
}

test.each(['/dns-query', '/dns-query{?dns}'])('asks %s', async (path) => {
  const answer = await queryDoh(http, origin + path, { name: NAME, type: 'TXT' }, 2_000, NEVER);

  expect(answer).toMatchObject({ rcode: 'NOERROR', answers: [{ type: 'TXT', data: 'right', ttlSeconds: 60 }] });
});

test.each([
  ['/blocked', 'other', 'HTTP status 403'],
  ['/html', 'other', 'text/html'],
  ['/garbage', 'other', 'no DNS message'],
  ['/silent', 'timeout', 'no answer in 0.3 s'],
])('tells what is wrong with %s', async (path, kind, words) => {
  const outcome = queryDoh(http, origin + path, { name: NAME, type: 'TXT' }, 300, NEVER);

  await expect(outcome).rejects.toMatchObject({ kind, message: expect.stringContaining(words) });
});

test('does not believe a server without a trusted certificate', async () => {
  const outcome = queryDoh(createHttpFactory(), `${origin}/dns-query`, { name: NAME, type: 'TXT' }, 2_000, NEVER);

  await expect(outcome).rejects.toMatchObject({ kind: 'other', message: expect.stringContaining('not trusted') });
});

test('ends with the reason of the signal', async () => {
  const reason = new Error('cancelled by the test');

  const outcome = queryDoh(http, `${origin}/dns-query`, { name: NAME, type: 'TXT' }, 2_000, AbortSignal.abort(reason));

  await expect(outcome).rejects.toBe(reason);
});

test('is a check resolver: asked for the first alias, and named by its URL', async () => {
  const url = `${origin}/dns-query`;
  const resolver = createChallengeResolver({ resolvers: [], nameServers: {} }, { clock: systemClock, log, http });
  const location = { fqdn: 'cucm.elsewhere.test', aliases: [NAME], zone: 'elsewhere.test', servers: [] };
  const policy = { ...DEFAULT_PROPAGATION, mode: 'resolvers', checkResolvers: [url] } as const;

  const answers = await resolver.look(location.fqdn, 'right', location, NEVER, policy);

  expect(answers).toMatchObject([
    { server: { name: url, address: '127.0.0.1' }, kind: 'resolver', state: 'seen', values: ['right'], ttlSeconds: 60 },
  ]);
});

test('looks things up for the search of zones, and for the whole installation', async () => {
  const recursive = createRecursive([`${origin}/refuses`, `${origin}/dns-query`], { timeoutMs: 2_000, http, log });

  expect(await recursive.ask(NAME, 'TXT', NEVER)).toMatchObject({ answers: [{ data: 'right' }] });
  await expect(
    createRecursive([`${origin}/html`], { timeoutMs: 2_000, http, log }).ask(NAME, 'TXT', NEVER),
  ).rejects.toMatchObject({ code: 'DNS_UNREACHABLE', evidence: { body: expect.stringContaining(`${origin}/html: `) } });
});

test.each(['http://127.0.0.1/dns-query', 'https://', 'dns.example.test:0'])(
  'refuses "%s" as a check resolver',
  async (address) => {
    const resolver = createChallengeResolver({ resolvers: [], nameServers: {} }, { clock: systemClock, log, http });
    const location = { fqdn: NAME, aliases: [], zone: 'example.test', servers: [] };
    const policy = { ...DEFAULT_PROPAGATION, mode: 'both', checkResolvers: [address] } as const;

    const outcome = resolver.look(NAME, 'right', location, NEVER, policy);

    await expect(outcome).rejects.toMatchObject({
      code: 'INVALID_SETTINGS',
      message: expect.stringContaining(address),
    });
  },
);
