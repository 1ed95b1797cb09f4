import { beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../domain/secret.ts';
import { makeCertificate, type TestCertificate } from '../../plugins/testing/certificates.ts';
import { httpAnswer, startTlsServer } from '../../plugins/testing/tls-server.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import { VosRest } from './rest.ts';

const never = new AbortController().signal;
const PASSWORD = 'pass:wörd';

let certificate: TestCertificate;

beforeAll(async () => {
  certificate = await makeCertificate({ commonName: 'cucm.example.com' });
});

function startNode(answer: string) {
  return startTlsServer(
    () => certificate,
    (socket, received) => {
      if (received.includes('\r\n\r\n')) socket.end(answer);
    },
  );
}

function restAt(port: number, pin = certificate.sha256, timeoutMs = 10_000, password = PASSWORD): VosRest {
  const http = createHttpFactory()({ trust: { mode: 'pin', sha256: [pin] }, timeoutMs });
  return new VosRest({ http, host: '127.0.0.1', port, user: 'admin', password: new Secret(password) });
}

const refusal = (...messages: string[]) => JSON.stringify({ key: 0, messages, trackingId: 'UC_1' });

test('asks with basic credentials in UTF-8', async () => {
  await using node = await startNode(httpAnswer(200, JSON.stringify({ server: 'cucm', identities: [] })));

  const snapshot = await restAt(node.port).snapshot(never);

  expect(snapshot).toEqual({ server: 'cucm', identities: [], trusts: [] });
  expect(node.received).toContain('GET /platformcom/api/v1/certmgr/config/snapshot/server HTTP/1.1');
  expect(node.received).toContain(`Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`);
});

test('sends every printable character of a password as it is', async () => {
  const password = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
  await using node = await startNode(httpAnswer(200, JSON.stringify({ server: 'cucm', identities: [] })));

  await restAt(node.port, certificate.sha256, 10_000, password).snapshot(never);

  const [, sent = ''] = /authorization: Basic (\S+)/i.exec(node.received) ?? [];
  expect(Buffer.from(sent, 'base64').toString('utf8')).toBe(`admin:${password}`);
});

describe('a refusal', () => {
  test.each([
    [400, 'APPLIANCE_REFUSED', false],
    [401, 'APPLIANCE_DENIED', false],
    [403, 'APPLIANCE_FORBIDDEN', false],
    [404, 'APPLIANCE_REFUSED', false],
    [429, 'APPLIANCE_BUSY', false],
    [500, 'APPLIANCE_BUSY', true],
    [503, 'APPLIANCE_BUSY', true],
    [302, 'APPLIANCE_PROTOCOL', false],
  ])('with status %i is %s, undecided: %s', async (status, code, isUndecided) => {
    await using node = await startNode(httpAnswer(status, refusal('The reason', 'and more')));

    const asked = restAt(node.port).uploadIdentity('tomcat', ['pem'], never);

    await expect(asked).rejects.toMatchObject({
      code,
      isUndecided,
      message: expect.stringContaining('The reason'),
      evidence: {
        request: 'POST /platformcom/api/v1/certmgr/config/identity/certificates',
        status,
        body: 'The reason\nand more\ntrackingId: UC_1',
      },
    });
  });

  test('that repeats the password does not show it', async () => {
    await using node = await startNode(httpAnswer(400, refusal(`"${PASSWORD}" is no password`)));

    const failure = await restAt(node.port)
      .snapshot(never)
      .catch((err) => err);

    expect(failure.evidence.body).toContain('"***" is no password');
    expect(failure.message).not.toContain(PASSWORD);
  });

  test('says when to come back', async () => {
    await using node = await startNode(httpAnswer(503, refusal('Busy'), ['Retry-After: 120']));

    await expect(restAt(node.port).snapshot(never)).rejects.toMatchObject({ retryAfterMs: 120_000 });
  });
});

describe('what is no answer', () => {
  test.each([
    ['a page', '<html>Sign in</html>'],
    ['another shape', '{"identities":"none"}'],
  ])('%s with status 200 is a protocol error, with its beginning as evidence', async (_, body) => {
    await using node = await startNode(httpAnswer(200, body));

    await expect(restAt(node.port).snapshot(never)).rejects.toMatchObject({
      code: 'APPLIANCE_PROTOCOL',
      isUndecided: true,
      evidence: { body },
    });
  });

  test('silence is unreachable and undecided', async () => {
    await using node = await startTlsServer(() => certificate);

    const asked = restAt(node.port, certificate.sha256, 1_000).uploadIdentity('tomcat', ['pem'], never);

    await expect(asked).rejects.toMatchObject({ code: 'APPLIANCE_UNREACHABLE', status: null, isUndecided: true });
  });

  test('a foreign certificate is not trusted, and nothing was sent', async () => {
    await using node = await startNode(httpAnswer(200, '{}'));

    const asked = restAt(node.port, '0'.repeat(64)).uploadIdentity('tomcat', ['pem'], never);

    await expect(asked).rejects.toMatchObject({ code: 'APPLIANCE_NOT_TRUSTED', isUndecided: false });
    expect(node.received).toBe('');
  });
});

describe('the pending request', () => {
  test.each([
    ['404', 404, refusal('File tomcat.csr Does Not Exist')],
    ['400', 400, refusal('File tomcat.csr Does Not Exist')],
    ['an empty field', 200, '{"csr":""}'],
    ['null', 200, '{"csr":null}'],
    ['an unknown shape', 200, '["pem"]'],
  ])('is left to the snapshot after %s', async (_, status, body) => {
    await using node = await startNode(httpAnswer(status, body));

    expect(await restAt(node.port).pendingCsr('tomcat', never)).toBeNull();
    expect(node.received).toContain('/csr?service=tomcat HTTP/1.1');
  });

  test.each([
    [401, 'APPLIANCE_DENIED'],
    [503, 'APPLIANCE_BUSY'],
  ])('is unknown after %i', async (status, code) => {
    await using node = await startNode(httpAnswer(status, refusal('No')));

    await expect(restAt(node.port).pendingCsr('tomcat', never)).rejects.toMatchObject({ code });
  });
});
