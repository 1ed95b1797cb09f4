import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate, type TestCertificate } from './testing/certificates.ts';
import { startTcpServer, startTlsServer } from './testing/tls-server.ts';
import { createTlsDialer, shakeHands } from './tls-dialer.ts';

const never = new AbortController().signal;
const at = (port: number, serverName = 'cucm.example.com') => ({ host: '127.0.0.1', port, serverName });

let root: TestCertificate;
let intermediate: TestCertificate;
let expired: TestCertificate;
let signed: TestCertificate;

beforeAll(async () => {
  root = await makeCertificate({ commonName: 'Test Root', isCa: true });
  intermediate = await makeCertificate({ commonName: 'Test Intermediate', isCa: true, issuer: root });
  expired = await makeCertificate({
    commonName: 'cucm.example.com',
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2020-02-01'),
  });
  signed = await makeCertificate({ commonName: 'cucm.example.com', issuer: intermediate });
});

describe('served', () => {
  test('shows an expired, self-signed certificate and sends nothing', async () => {
    await using server = await startTlsServer(() => expired);

    const served = await createTlsDialer().served(at(server.port), never);

    expect(served.sha256).toBe(expired.sha256);
    expect(served.chainPem).toEqual([served.leafPem]);
    expect(server.connections).toBe(1);
    expect(server.received).toBe('');
  });

  test('shows the chain as the server sends it, leaf first', async () => {
    const certPem = signed.certPem + intermediate.certPem;
    await using server = await startTlsServer(() => ({ certPem, keyPem: signed.keyPem }));

    const served = await createTlsDialer().served(at(server.port), never);

    expect(served.sha256).toBe(signed.sha256);
    expect(served.chainPem).toHaveLength(2);
    expect(served.chainPem[1]?.replaceAll('\n', '')).toBe(intermediate.certPem.replaceAll('\n', ''));
  });

  test.each([
    ['cucm.example.com', 'cucm.example.com'],
    ['127.0.0.1', null],
    ['::1', null],
  ])('asked for %s, names %s in the handshake', async (serverName, sent) => {
    await using server = await startTlsServer(() => expired);

    await createTlsDialer().served(at(server.port, serverName), never);

    await expect.poll(() => server.serverNames).toEqual([sent]);
  });

  test('sees a certificate that changed between two looks', async () => {
    const certificates = [expired];
    await using server = await startTlsServer(() => certificates.shift() ?? signed);
    const dialer = createTlsDialer();

    const first = await dialer.served(at(server.port), never);
    const second = await dialer.served(at(server.port), never);

    expect([first.sha256, second.sha256]).toEqual([expired.sha256, signed.sha256]);
  });
});

describe('without a handshake', () => {
  test('a peer that stays silent is a timeout', async () => {
    await using server = await startTcpServer();

    const served = createTlsDialer({ timeoutMs: 50 }).served(at(server.port), never);

    await expect(served).rejects.toMatchObject({ name: 'TransportError', kind: 'timeout', maybeSent: false });
  });

  test('a closed port is refused', async () => {
    const { port } = await closedPort();

    const served = createTlsDialer().served(at(port), never);

    await expect(served).rejects.toMatchObject({ kind: 'refused', maybeSent: false });
  });

  test('a peer that hangs up is a reset', async () => {
    await using server = await startTcpServer((socket) => socket.end());

    const served = createTlsDialer().served(at(server.port), never);

    await expect(served).rejects.toMatchObject({
      kind: 'reset',
      maybeSent: false,
      message: expect.stringContaining('127.0.0.1'),
    });
  });

  test('a peer that does not speak TLS is named', async () => {
    await using server = await startTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));

    const served = createTlsDialer().served(at(server.port), never);

    await expect(served).rejects.toMatchObject({ kind: 'other', message: expect.stringContaining('127.0.0.1') });
  });

  test('an abort rejects with its reason', async () => {
    await using server = await startTcpServer();
    const abort = new AbortController();

    const served = createTlsDialer().served(at(server.port), abort.signal);
    abort.abort(new Error('enough'));

    await expect(served).rejects.toThrow('enough');
  });
});

test('shakeHands lets the caller decide before a byte is sent', async () => {
  await using server = await startTlsServer(
    () => expired,
    (socket) => socket.end('heard'),
  );

  const { socket, served } = await shakeHands(at(server.port), { timeoutMs: 2000, signal: never });
  await wait(20);
  const before = server.received;
  socket.write('hello');
  await expect.poll(() => server.received).toBe('hello');
  socket.destroy();

  expect(served.sha256).toBe(expired.sha256);
  expect(before).toBe('');
});

async function closedPort() {
  await using server = await startTcpServer();
  return { port: server.port };
}
