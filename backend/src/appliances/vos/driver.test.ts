import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { makeCertificate, type TestCertificate } from '../../plugins/testing/certificates.ts';
import type { Listener } from '../../plugins/testing/tls-server.ts';
import { vos } from './index.ts';
import { driverFor, type Script, snapshotOf, startApi } from './testing/fake-node.ts';

const never = new AbortController().signal;
const SLOT = 'tomcat';

let certificate: TestCertificate;
let root: TestCertificate;
let crossSigned: TestCertificate;
let intermediate: TestCertificate;
/** Another CA with the name of `root`, that begins an hour later. */
let namesake: TestCertificate;

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
  namesake = await makeCertificate({ commonName: 'Root', isCa: true, notBefore: new Date(Date.now() - 3_600_000) });
  intermediate = await makeCertificate({ commonName: 'Intermediate', isCa: true, issuer: root });
});

const startNode = (script: Script) => startApi(certificate, script);
const driverAt = (node: Listener, settings?: object) => driverFor(certificate, node, settings);
const snapshot = (identity: object, trusts?: readonly TestCertificate[], store?: string) =>
  snapshotOf(identity, trusts, store === undefined ? {} : { store });

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

  test('says which two collide before it sends what the node would refuse', async () => {
    await using node = await startStore([namesake], () => [201, {}]);

    const failure = await driverAt(node)
      .trust?.ensure(SLOT, [root.certPem], never)
      .catch((error) => error);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED' });
    expect(failure.message).toContain(namesake.sha256.slice(0, 16));
    expect(failure.message).toContain(root.sha256.slice(0, 16));
    expect(node.received).not.toContain('POST');
  });

  test('lets a certificate that begins later take the place of its namesake', async () => {
    const held: TestCertificate[] = [root];
    await using node = await startStore(held, () => {
      held.splice(0, 1, namesake);
      return [201, {}];
    });

    expect(await driverAt(node).trust?.ensure(SLOT, [namesake.certPem], never)).toEqual([namesake.sha256]);
  });

  test('shows what a store holds and when it ends', async () => {
    await using node = await startStore([root], () => [404, {}]);

    const entries = await driverAt(node, { serverName: 'cucm.example.com' }).trust?.view?.(SLOT, never);

    const notAfter = new Date(root.certificate.notAfter).toISOString();
    expect(entries).toEqual([
      {
        node: 'cucm.example.com',
        store: 'tomcat-trust',
        subject: 'CN=Root',
        issuer: 'CN=Root',
        selfSigned: true,
        sha256: root.sha256,
        notAfter,
      },
    ]);
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
      distribution: 'this-server',
      nodes: [],
      pauseSeconds: 30,
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

  test.each([
    ['tomcat', [443, 8443]],
    ['CallManager', [5061]],
    ['ipsec', []],
  ])('%s is met at %j unless the connection says otherwise', async (slot, ports) => {
    const endpoints = await driverAt({ port: 1 } as Listener).endpoints(slot, never);

    expect(endpoints.map(({ port }) => port)).toEqual(ports);
  });

  test('every field can be drawn in a form, also those of a node', () => {
    const schema = z.toJSONSchema(vos.settings, { io: 'input', unrepresentable: 'any' });

    const fields = Object.values(schema.properties ?? {});
    const nodes = z.toJSONSchema(vos.settings.shape.nodes, { io: 'input' });
    const nodeFields = Object.values((nodes.items as { properties: Record<string, object> }).properties);
    expect([...fields, ...nodeFields].filter((field) => !(field as { title?: string }).title)).toEqual([]);
    expect(schema.properties?.nodeCredentials).toMatchObject({ secret: true });
    expect(schema.properties?.axlPassword).toMatchObject({ secret: true });
  });

  test.each([
    ['a node twice', { nodes: [{ host: '127.0.0.1' }] }, 'Two nodes are called 127.0.0.1'],
    ['an account of no node', { nodeCredentials: 'cucm-sub9 admin x' }, 'cucm-sub9 is no node'],
    ['half an account', { nodeCredentials: '127.0.0.1 admin' }, 'line 1'],
  ])('%s is refused', (_, settings, words) => {
    expect(() => driverAt({ port: 1 } as Listener, settings)).toThrow(
      expect.objectContaining({ code: 'INVALID_SETTINGS', message: expect.stringContaining(words) }),
    );
  });
});

test.each([
  ['cup', {}, 'no slot'],
  ['CallManager', { product: 'imp' }, 'no slot'],
  ['ipsec', { distribution: 'multi-server' }, 'multi-server'],
])('%s is refused with %j', async (slot, settings, words) => {
  const driver = driverFor(certificate, { port: 1 }, settings);

  await expect(driver.readInstalled(slot, never)).rejects.toMatchObject({
    code: 'INVALID_SETTINGS',
    message: expect.stringContaining(words),
  });
});
