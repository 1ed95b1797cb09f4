import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type RequestListener } from 'node:http';
import { type AddressInfo, connect as netConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { pino } from 'pino';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256OfPem } from '../domain/certificate.ts';
import { Secret } from '../domain/secret.ts';
import { systemClock } from '../plugins/clock.ts';
import { makeCertificate, type TestCertificate } from '../plugins/testing/certificates.ts';
import { createTlsDialer } from '../plugins/tls-dialer.ts';
import { pinnedAgent } from '../plugins/undici-http.ts';
import { openedKeys } from './sealed-keys.ts';
import { fingerprintsIn, TlsIdentities } from './tls-identities.ts';
import { createWebServer, type WebServer } from './web-server.ts';

const never = new AbortController().signal;
const DAY_MS = 86_400_000;

let folder: string;
let logged: string[];
let now: Date;
let tls: TlsIdentities;
let server: WebServer;
let port: number;

const passphrase = new Secret('of the keys in the files');
const clock = { ...systemClock, now: () => now };
const log = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-web-'));
  logged = [];
  now = new Date();
  tls = await TlsIdentities.open({ folder, passphrase, clock, log });
  server = createWebServer((req, res) => res.end(`served ${req.url}`), tls);
  server.front.listen(0, '127.0.0.1');
  await once(server.front, 'listening');
  port = (server.front.address() as AddressInfo).port;
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function servedFor(serverName: string): Promise<string> {
  return (await createTlsDialer().served({ host: '127.0.0.1', port, serverName }, never)).sha256;
}

/** PEM of key and certificate, as the driver writes them. */
async function put(slot: string, { keyPem, certPem }: TestCertificate): Promise<void> {
  await tls.write(slot, 'identity.pem', `${keyPem}${certPem}`);
  await tls.reload();
}

describe('HTTPS of the daemon', () => {
  it('begins self-signed, and is known to whoever may read its files', async () => {
    const dispatcher = pinnedAgent(await fingerprintsIn(folder));

    const answer = await request(`https://127.0.0.1:${port}/page`, { dispatcher });
    const text = await answer.body.text();
    await dispatcher.close();

    expect(text).toBe('served /page');
  });

  it('shows each client the certificate for the name it asks for, and anybody else the first', async () => {
    const voice = await makeCertificate({ commonName: 'voice.example.com', dnsNames: ['voice.example.com'] });
    const main = await makeCertificate({ commonName: 'main.example.com', dnsNames: ['main.example.com'] });
    await put('web', main);
    await put('web-2', voice);

    expect(await servedFor('voice.example.com')).toBe(voice.sha256);
    expect(await servedFor('main.example.com')).toBe(main.sha256);
    expect(await servedFor('other.example.com')).toBe(main.sha256);
    expect(await servedFor('127.0.0.1')).toBe(main.sha256);
  });

  it('changes certificates without ending a connection', async () => {
    const dispatcher = pinnedAgent(await fingerprintsIn(folder));
    const url = `https://127.0.0.1:${port}/`;
    await (await request(url, { dispatcher })).body.dump();
    const other = await makeCertificate({ commonName: 'new.example.com', dnsNames: ['new.example.com'] });

    await put('web', other);
    // The pin is of the old certificate: only the connection that is open can carry this.
    const { statusCode, body } = await request(url, { dispatcher });
    await body.dump();
    await dispatcher.close();

    expect(statusCode).toBe(200);
    expect(await servedFor('127.0.0.1')).toBe(other.sha256);
  });

  it.each([
    ['damaged', async () => '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n'],
    ['without its key', async () => (await makeCertificate({ commonName: 'x' })).certPem],
    [
      'with the key of another',
      async () =>
        `${(await makeCertificate({ commonName: 'x' })).keyPem}${(await makeCertificate({ commonName: 'y' })).certPem}`,
    ],
  ])('locks nobody out when its certificate is %s, and keeps that file', async (_, content) => {
    const unusable = await content();
    await writeFile(join(folder, 'web', 'identity.pem'), unusable);

    await tls.reload();

    const [aside = ''] = (await readdir(join(folder, 'web'))).filter((name) => name.includes('unusable'));
    const setAside = await readFile(join(folder, 'web', aside), 'utf8');
    expect(aside).toMatch(/^identity\.pem\.unusable-\d{8}T\d{6}Z$/);
    expect(withoutBlanks(openedKeys(setAside, passphrase))).toBe(withoutBlanks(unusable));
    expect(logged.join('')).toContain(aside);

    const [kept = ''] = await fingerprintsIn(folder);
    expect(await servedFor('127.0.0.1')).toBe(kept);
    expect(logged.join('')).toContain('cannot be served');
  });

  it('makes another self-signed certificate before the first one ends', async () => {
    const [first = ''] = await fingerprintsIn(folder);
    now = new Date(Date.now() + 340 * DAY_MS);

    await tls.reload();

    const [second] = await fingerprintsIn(folder);
    expect(second).not.toBe(first);
    expect(await servedFor('127.0.0.1')).toBe(second);
  });

  it('leaves a certificate that somebody else made, also when it ends', async () => {
    const theirs = await makeCertificate({ commonName: 'theirs.example.com', notAfter: new Date(Date.now() + DAY_MS) });

    await put('web', theirs);

    expect(await servedFor('127.0.0.1')).toBe(theirs.sha256);
  });

  it('keeps its key to itself', async () => {
    const text = await readFile(join(folder, 'web', 'identity.pem'), 'utf8');
    const opened = await tls.read('web', 'identity.pem');

    expect(text).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(text).not.toContain('BEGIN PRIVATE KEY');
    expect(opened).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(sha256OfPem(text.slice(text.indexOf('-----BEGIN CERTIFICATE')))).toBe((await fingerprintsIn(folder))[0]);
  });
});

function withoutBlanks(text: string): string {
  return text.replaceAll(/\s/g, '');
}

describe('a key in the files', () => {
  it('is encrypted when somebody has put it there in clear', async () => {
    const theirs = await makeCertificate({ commonName: 'theirs.example.com', dnsNames: ['theirs.example.com'] });
    const file = join(folder, 'web', 'identity.pem');
    await writeFile(file, `${theirs.keyPem}${theirs.certPem}`);

    await tls.reload();

    expect(await readFile(file, 'utf8')).not.toContain('BEGIN PRIVATE KEY');
    expect(await servedFor('theirs.example.com')).toBe(theirs.sha256);
  });

  it('that does not open any more locks nobody out', async () => {
    const other = new Secret('of another vault');

    const reopened = await TlsIdentities.open({ folder, passphrase: other, clock, log });

    expect(await reopened.read('web', 'identity.pem')).toContain('BEGIN PRIVATE KEY');
    expect(logged.join('')).toContain('cannot be served');
    expect(logged.join('')).not.toContain('PRIVATE KEY');
  });
});

describe('plain HTTP on the same port', () => {
  it('sends people on to the same page', async () => {
    const { statusCode, headers } = await request(`http://127.0.0.1:${port}/connections?x=1`);

    expect(statusCode).toBe(308);
    expect(headers.location).toBe(`https://127.0.0.1:${port}/connections?x=1`);
  });

  it('answers whether the daemon is well', async () => {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/healthz`);

    expect(statusCode).toBe(200);
    expect(await body.text()).toBe('served /healthz');
  });

  it.each([
    ['POST', '/api/v1/connections'],
    ['GET', '/api/v1/connections'],
    ['POST', '/'],
  ] as const)('tells programs that %s %s went in clear', async (method, path) => {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`, { method });

    expect(statusCode).toBe(400);
    expect(await body.json()).toMatchObject({ detail: expect.stringContaining('in clear') });
  });
});

describe('closing', () => {
  it('ends what is open, streams too', async () => {
    const endless = createWebServer((_req, res) => void res.write('for ever'), null);
    endless.front.listen(0, '127.0.0.1');
    await once(endless.front, 'listening');
    const client = httpRequest({ port: (endless.front.address() as AddressInfo).port, host: '127.0.0.1' }).end();
    const [answer] = await once(client, 'response');
    const ended = new Promise<string>((resolve) => {
      answer.resume().on('error', ({ message }: Error) => resolve(message));
    });

    await endless.close();

    expect(await ended).toBe('aborted');
  });
});

describe('a client that', () => {
  const LIMITS = { idleMs: 700, connections: 2 };

  /** A server of its own, and a connection to it that nobody reads from. */
  async function served(handle: RequestListener, secure: boolean) {
    const limited = createWebServer(handle, secure ? tls : null, LIMITS);
    limited.front.listen(0, '127.0.0.1');
    await once(limited.front, 'listening');
    const to = { port: (limited.front.address() as AddressInfo).port, host: '127.0.0.1' };
    const dial = async () => {
      const socket = secure ? tlsConnect({ ...to, rejectUnauthorized: false }) : netConnect(to);
      socket.on('error', () => {});
      await once(socket, secure ? 'secureConnect' : 'connect');
      return socket;
    };
    return { dial, to, [Symbol.asyncDispose]: () => limited.close() };
  }

  it.each([['HTTP', false] as const, ['HTTPS', true] as const])(
    'asks over %s and does not read is let go',
    async (_, secure) => {
      const gone = new EventEmitter();
      const body = Buffer.alloc(64 * 1024 * 1024);
      await using limited = await served((_req, res) => {
        res.once('close', () => gone.emit('gone'));
        res.end(body);
      }, secure);
      const ended = once(gone, 'gone');

      const socket = await limited.dial();
      socket.pause();
      socket.write('GET /big HTTP/1.1\r\nHost: x\r\n\r\n');

      await ended;
      let received = 0;
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      socket.resume();
      await once(socket, 'close');

      expect(received).toBeLessThan(body.length);
    },
  );

  it('waits for an answer that is being made, or for a stream, is kept', async () => {
    await using limited = await served((_req, res) => {
      res.write('begun, ');
      setTimeout(() => res.end('ended'), 1.5 * LIMITS.idleMs);
    }, false);

    const answer = await request(`http://127.0.0.1:${limited.to.port}/`);

    expect(await answer.body.text()).toBe('begun, ended');
  });

  it('says nothing after its TLS handshake is let go', async () => {
    await using limited = await served((_req, res) => res.end(), true);

    const socket = await limited.dial();
    await once(socket.resume(), 'close');

    expect(socket.destroyed).toBe(true);
  });

  it('is one too many is not taken', async () => {
    await using limited = await served((_req, res) => res.end(), false);
    const taken = [await limited.dial(), await limited.dial()];

    const third = await limited.dial();
    await once(third.resume(), 'close');
    taken[0]?.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [answer] = (await once(taken[0] ?? third, 'data')) as [Buffer];

    expect(String(answer)).toMatch(/^HTTP\/1\.1 200/);
    for (const socket of taken) socket.destroy();
  });
});
