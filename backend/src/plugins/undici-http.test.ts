import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { HttpOptions } from './http.ts';
import { makeCertificate, type TestCertificate } from './testing/certificates.ts';
import { httpAnswer, startTcpServer, startTlsServer, type TlsIdentity } from './testing/tls-server.ts';
import { createHttpFactory } from './undici-http.ts';

const never = new AbortController().signal;
const LONG_AGO = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') };

let ca: TestCertificate;
let selfSigned: TestCertificate;
let expired: TestCertificate;
let signed: TestCertificate;
let signedExpired: TestCertificate;

beforeAll(async () => {
  ca = await makeCertificate({ commonName: 'Test CA', isCa: true });
  const names = { commonName: 'cucm.example.com', dnsNames: ['cucm.example.com'] };
  selfSigned = await makeCertificate(names);
  expired = await makeCertificate({ ...names, ...LONG_AGO });
  signed = await makeCertificate({ ...names, issuer: ca });
  signedExpired = await makeCertificate({ ...names, ...LONG_AGO, issuer: ca });
});

function startHttps(identity: () => TlsIdentity, answer = httpAnswer(200, 'hello')) {
  return startTlsServer(identity, (socket, received) => {
    if (received.includes('\r\n\r\n')) socket.end(answer);
  });
}

function ask(port: number, options: HttpOptions, signal = never) {
  const url = `https://127.0.0.1:${port}/config?a=1`;
  return createHttpFactory()(options).request(
    { method: 'GET', url, headers: { authorization: 'Basic c2VjcmV0' } },
    signal,
  );
}

describe('trust by pin', () => {
  test.each([
    ['self-signed', () => selfSigned],
    ['expired', () => expired],
    ['CA-signed', () => signed],
  ])('accepts a pinned %s certificate', async (_, certificate) => {
    await using server = await startHttps(certificate);

    const response = await ask(server.port, { trust: { mode: 'pin', sha256: ['00', certificate().sha256] } });

    expect(response).toMatchObject({ status: 200, body: 'hello' });
    expect(server.received).toContain('GET /config?a=1 HTTP/1.1');
  });

  test('sends nothing to a peer with another certificate, and names both', async () => {
    await using server = await startHttps(() => selfSigned);

    const failure = await ask(server.port, { trust: { mode: 'pin', sha256: [expired.sha256] } }).catch((err) => err);

    expect(failure).toMatchObject({ name: 'TransportError', kind: 'untrusted', maybeSent: false });
    expect(failure.message).toContain(selfSigned.sha256);
    expect(failure.message).toContain(expired.sha256);
    expect(server.connections).toBe(1);
    expect(server.received).toBe('');
  });

  test('compares again for every exchange', async () => {
    const certificates = [selfSigned, expired];
    await using server = await startHttps(() => certificates.shift() ?? expired);
    await using client = createHttpFactory()({ trust: { mode: 'pin', sha256: [selfSigned.sha256] } });
    const request = { method: 'GET', url: `https://127.0.0.1:${server.port}/` } as const;

    const first = await client.request(request, never);
    const second = client.request(request, never);

    expect(first.status).toBe(200);
    await expect(second).rejects.toMatchObject({ kind: 'untrusted', maybeSent: false });
  });
});

describe('trust by CA', () => {
  test.each([
    ['a self-signed certificate', 'public', () => selfSigned, 'cucm.example.com'],
    ['an expired certificate', 'bundle', () => signedExpired, 'cucm.example.com'],
    ['a certificate of another CA', 'bundle', () => selfSigned, 'cucm.example.com'],
    ['a certificate for another name', 'bundle', () => signed, 'other.example.com'],
  ] as const)('sends nothing to %s (%s)', async (_, mode, certificate, serverName) => {
    await using server = await startHttps(certificate);
    const trust = mode === 'public' ? { mode } : { mode, caPem: ca.certPem };

    const response = ask(server.port, { trust, serverName });

    await expect(response).rejects.toMatchObject({ kind: 'untrusted', maybeSent: false });
    expect(server.received).toBe('');
  });

  test('asks for the server name while dialing an address', async () => {
    await using server = await startHttps(() => signed);

    const response = await ask(server.port, {
      trust: { mode: 'bundle', caPem: ca.certPem },
      serverName: 'cucm.example.com',
    });

    expect(response.body).toBe('hello');
    expect(server.serverNames).toEqual(['cucm.example.com']);
  });
});

describe('answers', () => {
  const trust = () => ({ trust: { mode: 'pin', sha256: [selfSigned.sha256] } }) as const;

  test('a redirect is an answer', async () => {
    await using server = await startHttps(() => selfSigned, httpAnswer(302, '', ['Location: /elsewhere']));

    const response = await ask(server.port, trust());

    expect(response).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
    expect(server.connections).toBe(1);
  });

  test('repeated headers are joined', async () => {
    await using server = await startHttps(() => selfSigned, httpAnswer(200, 'x', ['Link: <a>', 'LINK: <b>']));

    const response = await ask(server.port, trust());

    expect(response.headers.link).toBe('<a>, <b>');
  });

  test('a body is sent', async () => {
    await using server = await startHttps(() => selfSigned);
    const client = createHttpFactory()(trust());

    await client.request({ method: 'POST', url: `https://127.0.0.1:${server.port}/`, body: '{"ä":1}' }, never);

    expect(server.received).toContain('{"ä":1}');
    expect(server.received.toLowerCase()).toContain('content-length: 8');
  });

  test('plain HTTP works where the URL says so', async () => {
    await using server = await startTcpServer((socket) =>
      socket.once('data', () => socket.end(httpAnswer(200, 'plain'))),
    );

    const response = await createHttpFactory()(trust()).request(
      { method: 'GET', url: `http://127.0.0.1:${server.port}/` },
      never,
    );

    expect(response.body).toBe('plain');
  });

  test('a body above the limit is cut off', async () => {
    await using server = await startHttps(() => selfSigned, httpAnswer(200, 'x'.repeat(4 * 1024 * 1024 + 1)));

    const response = ask(server.port, trust());

    await expect(response).rejects.toMatchObject({
      kind: 'other',
      maybeSent: true,
      message: expect.stringContaining('larger than'),
    });
  });
});

describe('no answer', () => {
  const pinned = () => ({ mode: 'pin', sha256: [selfSigned.sha256] }) as const;

  test('after the request: a timeout, exact, and maybe sent', { retry: 3 }, async () => {
    await using server = await startTlsServer(() => selfSigned);
    const started = performance.now();

    const failure = await ask(server.port, { trust: pinned(), timeoutMs: 250 }).catch((err) => err);

    expect(failure).toMatchObject({ name: 'TransportError', kind: 'timeout', maybeSent: true });
    expect(performance.now() - started).toBeLessThan(700);
    expect(server.received).toContain('GET /config');
  });

  test('before the request: a timeout, and certainly not sent', async () => {
    await using server = await startTcpServer();

    const response = ask(server.port, { trust: { mode: 'public' }, timeoutMs: 100 });

    await expect(response).rejects.toMatchObject({ kind: 'timeout', maybeSent: false });
  });

  test('a request that was given up while dialing is not sent later', async () => {
    const sockets: { resume(): void }[] = [];
    await using server = await startTcpServer((socket) => {
      socket.pause();
      sockets.push(socket);
    });
    const abort = new AbortController();
    const url = `http://127.0.0.1:${server.port}/`;

    const response = createHttpFactory()({ trust: { mode: 'public' } }).request({ method: 'GET', url }, abort.signal);
    abort.abort(new Error('given up'));

    await expect(response).rejects.toThrow('given up');
    await vi.waitFor(() => expect(server.connections).toBe(1), { timeout: 10_000 });
    for (const socket of sockets) socket.resume();
    expect(server.received).toBe('');
  });

  test('a closed port is refused, and not sent', async () => {
    const port = await closedPort();

    const response = ask(port, { trust: { mode: 'public' } });

    await expect(response).rejects.toMatchObject({ kind: 'refused', maybeSent: false });
  });

  test('a broken connection is a reset, and maybe sent', async () => {
    await using server = await startTlsServer(
      () => selfSigned,
      (socket) => socket.destroy(),
    );

    const response = ask(server.port, { trust: pinned() });

    await expect(response).rejects.toMatchObject({ kind: 'reset', maybeSent: true });
  });

  test('an abort rejects with its reason', async () => {
    await using server = await startTlsServer(() => selfSigned);
    const abort = new AbortController();
    const reason = new Error('cancelled by an operator');

    const response = ask(server.port, { trust: pinned() }, abort.signal);
    const failure = response.catch((err) => err);
    await vi.waitFor(() => expect(server.received).toContain('GET'), { timeout: 10_000 });
    abort.abort(reason);

    expect(await failure).toBe(reason);
  });

  test('a closed client ends what it was asking', async () => {
    await using server = await startTlsServer(() => selfSigned);
    const client = createHttpFactory()({ trust: pinned() });
    const url = `https://127.0.0.1:${server.port}/`;

    const response = client.request({ method: 'GET', url }, never).catch((err) => err);
    await vi.waitFor(() => expect(server.received).toContain('GET'), { timeout: 10_000 });
    await client[Symbol.asyncDispose]();

    expect(await response).toMatchObject({ name: 'TransportError' });
  });
});

async function closedPort(): Promise<number> {
  await using server = await startTcpServer();
  return server.port;
}

describe('what a client may ask for', () => {
  test.each([
    // undici opens a second one while the first answer is being read to its end, and keeps both.
    [true, 2],
    [false, 6],
  ])('keeps the connection open: %s', async (keepAlive, connections) => {
    await using server = await startTlsServer(
      () => selfSigned,
      (socket, received) => {
        if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      },
    );
    await using client = createHttpFactory()({ trust: { mode: 'pin', sha256: [selfSigned.sha256] }, keepAlive });
    const request = { method: 'GET', url: `https://127.0.0.1:${server.port}/` } as const;

    for (let left = 6; left > 0; left -= 1) await client.request(request, never);

    expect(server.connections).toBe(connections);
  });

  test('gets bytes as Base64', async () => {
    const answer = Buffer.concat([
      Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n'),
      Buffer.from([0xff, 0x00, 0x80]),
    ]);
    await using server = await startTlsServer(
      () => selfSigned,
      (socket, received) => {
        if (received.endsWith('\r\n\r\n')) socket.end(answer);
      },
    );
    await using client = createHttpFactory()({ trust: { mode: 'pin', sha256: [selfSigned.sha256] } });

    const { body } = await client.request(
      { method: 'GET', url: `https://127.0.0.1:${server.port}/`, encoding: 'base64' },
      never,
    );

    expect(Buffer.from(body, 'base64')).toEqual(Buffer.from([0xff, 0x00, 0x80]));
  });
});
