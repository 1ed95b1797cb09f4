import { once } from 'node:events';
import { createServer, Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createNet, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTlsCertificate } from '../../../test/support/x509.ts';
import type { HostAddresses } from '../dns/resolver.ts';
import { createReach, type ReachOptions } from './reach.ts';
import { sentencesOf, type TokenSight } from './sight.ts';

/** What a name resolves to, and what its web server does, by path of the host. */
const TOKEN = { dnsName: 'web.test', token: 'tok-en_1', text: 'tok-en_1.thumb' };
const PATH = '/.well-known/acme-challenge/tok-en_1';
const HAS_IPV6 = Object.values(networkInterfaces()).some((list) => list?.some(({ family }) => family === 'IPv6'));

const signal = new AbortController().signal;
const asked: string[] = [];
const opened: Server[] = [];
let handler: RequestListener = (_req, res) => void res.writeHead(404).end();
let ports: Pick<ReachOptions, 'httpPort' | 'httpsPort'>;
let closedPort: number;

beforeAll(async () => {
  const { certificatePem, keyPem } = await makeTlsCertificate(['nobody.test']);
  const listener: RequestListener = (req, res) => {
    asked.push(`${req.headers.host} ${req.url} ${req.headers['user-agent']}`);
    handler(req, res);
  };
  // One port for both families, as port 80 is.
  const httpPort = await opening(createServer(listener), 0, '127.0.0.1');
  if (HAS_IPV6) await opening(createServer(listener), httpPort, '::1');
  const httpsPort = await opening(createHttps({ key: keyPem, cert: certificatePem }, listener), 0, '127.0.0.1');
  const gone = createNet();
  closedPort = await opening(gone, 0, '127.0.0.1');
  await once(gone.close(), 'close');
  ports = { httpPort, httpsPort };
});

afterAll(() => {
  for (const server of opened) {
    server.close();
    if (server instanceof HttpServer) server.closeAllConnections();
  }
});

async function opening(server: Server, port: number, host: string): Promise<number> {
  opened.push(server);
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function look(
  answer: RequestListener,
  hosts: Readonly<Record<string, readonly string[]>> = { 'web.test': ['127.0.0.1'] },
  options: Partial<ReachOptions> = {},
): Promise<TokenSight> {
  handler = answer;
  asked.length = 0;
  const resolve = async (host: string): Promise<HostAddresses> => {
    const addresses = hosts[host] ?? [];
    return { aliases: [], addresses, trouble: addresses.length > 0 ? null : 'the name does not exist in DNS' };
  };
  const reach = createReach(resolve, { ...ports, timeoutMs: 2_000, userAgent: 'certferry/test', ...options });
  return reach.look(TOKEN, signal);
}

const right: RequestListener = (_req, res) => void res.end(`${TOKEN.text}\n`);

function sendTo(...targets: readonly string[]): RequestListener {
  let at = 0;
  return (req, res) => {
    const location = targets[at++];
    if (location === undefined) right(req, res);
    else res.writeHead(at % 2 ? 301 : 307, { location }).end();
  };
}

function onlyOf({ addresses }: TokenSight) {
  expect(addresses).toHaveLength(1);
  return addresses[0];
}

describe('the right text', () => {
  test('is seen, with the name of the host and our own in the request', async () => {
    const sight = await look(right);

    expect(sight).toMatchObject({ reachable: true, url: `http://web.test${PATH}`, trouble: null });
    expect(onlyOf(sight)).toMatchObject({ state: 'seen', family: 'IPv4', isPrivate: true, redirects: [] });
    expect(asked).toEqual([`web.test ${PATH} certferry/test`]);
  });

  test('at a private address comes with a word about it', async () => {
    const [sentence] = sentencesOf(await look(right));

    expect(sentence).toContain('private address');
  });

  test('has to be at every IPv4 address', async () => {
    const sight = await look(
      (req, res) => (req.socket.localAddress === '127.0.0.2' ? res.writeHead(404).end() : right(req, res)),
      { 'web.test': ['127.0.0.1', '127.0.0.2'] },
    );

    expect(sight.reachable).toBe(false);
    // Nobody listens at the second address, which is no reason to pass it over.
    expect(sight.addresses.map(({ reason }) => reason)).toEqual(['seen', 'refused']);
  });
});

describe('redirects', () => {
  test('are followed, to HTTPS with any certificate, and to other names', async () => {
    const sight = await look(sendTo('/elsewhere', 'https://web.test/secure', 'http://other.test/file'), {
      'web.test': ['127.0.0.1'],
      'other.test': ['127.0.0.1'],
    });

    expect(sight.reachable).toBe(true);
    expect(onlyOf(sight)?.redirects).toEqual([
      'http://web.test/elsewhere',
      'https://web.test/secure',
      'http://other.test/file',
    ]);
    expect(asked.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      `web.test ${PATH}`,
      'web.test /elsewhere',
      'web.test /secure',
      'other.test /file',
    ]);
  });

  test.each([
    { to: 'http://web.test:8080/x', reason: 'bad-redirect', words: 'to port 8080' },
    { to: 'ftp://web.test/x', reason: 'bad-redirect', words: 'only http and https' },
    { to: 'http://127.0.0.1/x', reason: 'bad-redirect', words: 'not to addresses' },
    { to: 'http://[::1]/x', reason: 'bad-redirect', words: 'not to addresses' },
    { to: 'http://:::', reason: 'bad-redirect', words: 'is no address' },
    { to: 'http://gone.test/x', reason: 'redirect-name', words: 'does not exist in DNS' },
    { to: PATH, reason: 'redirect-loop', words: 'in a circle' },
  ])('to $to are not: $reason', async ({ to, reason, words }) => {
    const sight = await look(sendTo(to));

    expect(sight.reachable).toBe(false);
    expect(onlyOf(sight)).toMatchObject({ state: 'failed', reason, detail: expect.stringContaining(words) });
  });

  test('lead from the internet to no private address, and what another host says is not repeated', async () => {
    const inward = sendTo('http://inner.test/secrets');
    const spill: RequestListener = (req, res) =>
      req.headers.host === 'inner.test' ? void res.end('the inner page') : inward(req, res);
    const hosts = { 'web.test': ['127.0.0.1'], 'inner.test': ['127.0.0.1'] };

    const fromInside = await look(spill, hosts);
    const fromOutside = await look(
      sendTo('http://inner.test/secrets'),
      { ...hosts, 'inner.test': ['127.0.0.2'] },
      {
        isPrivate: (address) => address === '127.0.0.2',
      },
    );

    expect(onlyOf(fromInside)).toMatchObject({ reason: 'other-text', detail: 'answers with other text' });
    expect(onlyOf(fromOutside)).toMatchObject({
      reason: 'redirect-name',
      detail: 'is sent to inner.test, but that has only private addresses, where no CA comes',
    });
    expect(asked).toHaveLength(1);
  });

  test('end after ten', async () => {
    const ten = await look(sendTo(...Array.from({ length: 10 }, (_, index) => `/${index}`)));
    const eleven = await look(sendTo(...Array.from({ length: 11 }, (_, index) => `/${index}`)));

    expect(onlyOf(ten)?.reason).toBe('seen');
    expect(onlyOf(eleven)?.reason).toBe('too-many-redirects');
  });
});

describe('the reason', () => {
  test.each([
    {
      what: 'other text',
      answer: 'a\u001b[31m page\n'.repeat(50),
      status: 200,
      reason: 'other-text',
      words: '"a\ufffd[31m page a',
    },
    { what: '404', answer: '', status: 404, reason: 'status', words: 'answers 404' },
    { what: '503', answer: 'busy', status: 503, reason: 'status', words: 'answers 503: "busy"' },
    { what: 'nothing', answer: '', status: 200, reason: 'other-text', words: 'nothing' },
  ])('of $what', async ({ answer, status, reason, words }) => {
    const sight = await look((_req, res) => void res.writeHead(status).end(answer));

    const found = onlyOf(sight);
    expect(found).toMatchObject({ reason, detail: expect.stringContaining(words) });
    expect(found?.detail.length).toBeLessThan(120);
    expect(sentencesOf(sight)[0]).toContain('web.test at 127.0.0.1');
  });

  test('of a body without end is found in its beginning', async () => {
    const sight = await look((_req, res) => {
      const more = () => {
        while (res.write('x'.repeat(1_000)));
      };
      res.on('drain', more);
      more();
    });

    expect(onlyOf(sight)?.reason).toBe('other-text');
  });

  test('of a closed port', async () => {
    const sight = await look(right, undefined, { httpPort: closedPort });

    expect(onlyOf(sight)).toMatchObject({ reason: 'refused', detail: `refused the connection at port ${closedPort}` });
  });

  test('of silence, which says whether the connection was taken', async () => {
    const sight = await look(() => {}, undefined, { timeoutMs: 400 });

    expect(onlyOf(sight)).toMatchObject({ reason: 'reset', detail: expect.stringContaining('took the connection') });
  });

  test('of something that is not HTTP', async () => {
    const greeter = createNet((socket) => void socket.resume().end('SSH-2.0-OpenSSH\r\n'));
    const port = await opening(greeter, 0, '127.0.0.1');

    const sight = await look(right, undefined, { httpPort: port });

    expect(onlyOf(sight)).toMatchObject({ reason: 'not-http' });
  });

  test('of a name without addresses', async () => {
    const sight = await look(right, {});

    expect(sight).toMatchObject({ reachable: false, addresses: [], trouble: 'the name does not exist in DNS' });
    expect(sentencesOf(sight)).toEqual([
      'web.test: the name does not exist in DNS, so a CA finds no address to ask at.',
    ]);
  });
});

describe.skipIf(!HAS_IPV6)('IPv6', () => {
  const both = { 'web.test': ['127.0.0.1', '::1'] };

  test('is asked as IPv4 is', async () => {
    const sight = await look(right, both);

    expect(sight.addresses.map(({ family, state }) => [family, state])).toEqual([
      ['IPv4', 'seen'],
      ['IPv6', 'seen'],
    ]);
  });

  test('with other text is a failure, although IPv4 works', async () => {
    const sight = await look(
      (req, res) => (req.socket.remoteFamily === 'IPv6' ? void res.end('a default page') : right(req, res)),
      both,
    );

    expect(sight.reachable).toBe(false);
    expect(sentencesOf(sight).join(' ')).toContain('CAs ask at IPv6 first');
  });

  test('to which there is no way from here says nothing about the server', async () => {
    // 100::/64 is discarded everywhere (RFC 6666); most hosts have no way there at all.
    const sight = await look(right, { 'web.test': ['127.0.0.1', '100::1'] }, { timeoutMs: 300 });

    expect(sight.reachable).toBe(true);
    expect(sight.addresses[1]?.state).not.toBe('seen');
  });
});

test('a cancelled look rejects with the reason', async () => {
  const abort = new AbortController();
  const reach = createReach(async () => ({ aliases: [], addresses: ['127.0.0.1'], trouble: null }), {
    ...ports,
    timeoutMs: 5_000,
    userAgent: 'certferry/test',
  });
  handler = () => abort.abort(new Error('enough'));

  await expect(reach.look(TOKEN, abort.signal)).rejects.toThrow('enough');
});
