import { beforeAll, describe, expect, test } from 'vitest';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createSshDialer } from '../../plugins/ssh2-dialer.ts';
import { makeCertificate, type TestCertificate } from '../../plugins/testing/certificates.ts';
import { httpAnswer, type Listener, startTlsServer } from '../../plugins/testing/tls-server.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import { vos } from './index.ts';

const never = new AbortController().signal;
const SLOT = 'tomcat';

/** Status and body for each `METHOD path`; what is missing answers 404. */
type Script = Record<string, () => readonly [status: number, body: unknown]>;

let certificate: TestCertificate;
let root: TestCertificate;
let crossSigned: TestCertificate;
let intermediate: TestCertificate;

beforeAll(async () => {
  certificate = await makeCertificate({ commonName: 'cucm.example.com' });
  const other = await makeCertificate({ commonName: 'Older Root', isCa: true });
  root = await makeCertificate({ commonName: 'Root', isCa: true });
  crossSigned = await makeCertificate({
    commonName: 'Root',
    isCa: true,
    issuer: other,
    keys: root.keys,
    notAfter: new Date(Date.now() + 86_400_000),
  });
  intermediate = await makeCertificate({ commonName: 'Intermediate', isCa: true, issuer: root });
});

function startNode(script: Script): Promise<Listener> {
  return startTlsServer(
    () => certificate,
    (socket, received) => {
      const [head = '', body] = received.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (body === undefined || Buffer.byteLength(body) < length) return;
      const call = head.split(' HTTP/')[0]?.replace('/platformcom/api/v1/certmgr/config', '') ?? '';
      const [status, answer] = script[call]?.() ?? [404, {}];
      socket.end(httpAnswer(status, JSON.stringify(answer)));
    },
  );
}

function driverAt({ port }: Listener, settings: object = {}) {
  const pinned = { trust: 'pin', pinnedSha256: [certificate.sha256] };
  const base = { host: '127.0.0.1', apiPort: port, user: 'admin', password: 'secret', ...pinned };
  return vos.create(vos.settings.parse({ ...base, ...settings }), deps);
}

const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: createSshDialer(),
  clock: { now: () => new Date(), sleepUntil: async () => {} },
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
};

const snapshot = (identity: object, trusts: readonly TestCertificate[] = [], store = 'tomcat-trust') => ({
  server: 'cucm.example.com',
  identities: [
    { service: 'ipsec', certificate: 'x' },
    { service: SLOT, ...identity },
  ],
  trusts: [
    { service: 'CallManager-trust', certificate_data: [{ certificate: intermediate.certPem }] },
    {
      service: store,
      certificate_data: [{ certificate: 'junk' }, ...trusts.map((each) => ({ certificate: each.certPem }))],
    },
  ],
});

describe('readInstalled', () => {
  test.each([
    ['null', { certificate: null }, null],
    ['an empty text', { certificate: '' }, null],
    ['nothing', {}, null],
    ['no certificate', { certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }, 'unreadable'],
  ])('sees %s in the slot', async (_, identity, installed) => {
    await using node = await startNode({ 'GET /snapshot/server': () => [200, snapshot(identity)] });

    expect(await driverAt(node).readInstalled(SLOT, never)).toBe(installed);
  });
});

describe('csr.pending', () => {
  const csr = '-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----';

  test.each([
    ['the answer', () => [200, { csr }] as const, {}, csr],
    ['the snapshot, when there is no such call', () => [404, {}] as const, { csr }, csr],
    ['neither', () => [404, {}] as const, { csr: '' }, null],
  ])('comes from %s', async (_, answer, identity, pending) => {
    await using node = await startNode({
      'GET /csr?service=tomcat': answer,
      'GET /snapshot/server': () => [200, snapshot(identity)],
    });

    expect(await driverAt(node).csr?.pending(SLOT, never)).toBe(pending);
  });
});

describe('trust.ensure', () => {
  function startStore(held: TestCertificate[], answer: () => readonly [number, unknown], store?: string) {
    return startNode({
      'GET /snapshot/server': () => [200, snapshot({}, held, store)],
      'POST /trust/certificates': answer,
    });
  }

  test.each(['tomcat', 'tomcat-trust'])('finds what is there in a store named %s', async (store) => {
    await using node = await startStore([root, intermediate], () => [400, {}], store);

    const added = await driverAt(node).trust?.ensure(SLOT, [intermediate.certPem, root.certPem], never);

    expect(added).toEqual([]);
    expect(node.received).not.toContain('POST');
  });

  test('sends one PEM for each missing certificate, root first, and no second one of the same CA', async () => {
    const held: TestCertificate[] = [];
    await using node = await startStore(held, () => {
      held.push(root, intermediate);
      return [201, {}];
    });

    const caPem = [intermediate.certPem, crossSigned.certPem, root.certPem];
    const added = await driverAt(node).trust?.ensure(SLOT, caPem, never);

    expect(added).toEqual([root.sha256, intermediate.sha256]);
    const body = JSON.parse(/\{"service":\["tomcat"\].*?"description":"[^"]*"\}/.exec(node.received)?.[0] ?? '{}');
    expect(body.certificates).toHaveLength(2);
  });

  test('takes a self-signed root for the cross-signed one of the same CA', async () => {
    await using node = await startStore([root], () => [400, { messages: ['A later one exists'] }]);

    expect(await driverAt(node).trust?.ensure(SLOT, [crossSigned.certPem], never)).toEqual([]);
  });

  test.each([
    ['"already there" before it is there', () => [400, { messages: ['already exists'] }] as const],
    ['success without effect', () => [200, {}] as const],
  ])('does not believe %s', async (_, answer) => {
    await using node = await startStore([], answer);

    const added = driverAt(node).trust?.ensure(SLOT, [root.certPem], never);

    await expect(added).rejects.toMatchObject({ code: 'APPLIANCE_REFUSED' });
  });
});

describe('settings', () => {
  test('defaults are those of the product', () => {
    const settings = vos.settings.parse({ host: ' CUCM.example.com ', user: 'admin', password: ' keeps spaces ' });

    expect(settings).toMatchObject({
      host: 'cucm.example.com',
      product: 'cucm',
      apiPort: 443,
      sshPort: 22,
      servedPorts: [443, 8443],
      keyLength: '2048',
      restartPatienceSeconds: 900,
      restartBeginsWithinSeconds: 90,
      sshHostKeys: [],
    });
    expect(settings.password.reveal()).toBe(' keeps spaces ');
  });

  test.each(['https://cucm.example.com', 'cucm.example.com/x', 'a b'])('%s is no address', (host) => {
    expect(vos.settings.safeParse({ host, user: 'admin', password: 'x' }).success).toBe(false);
  });

  test('an endpoint for each served port, under the name of the certificate', async () => {
    await using node = await startNode({});

    const endpoints = await driverAt(node, { serverName: 'cucm.example.com', servedPorts: [8443] }).endpoints(
      SLOT,
      never,
    );

    expect(endpoints).toEqual([{ host: '127.0.0.1', port: 8443, serverName: 'cucm.example.com' }]);
  });
});
