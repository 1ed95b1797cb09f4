import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PortName, SlotName, VosSim } from './index.ts';
import {
  call,
  IMP1,
  install,
  type Lab,
  NODE,
  newCa,
  restart,
  sanOf,
  servedAt,
  startLab,
  type TestCa,
} from './testing.ts';

const CSR = { distribution: 'this-server', commonName: NODE };

let cucm: Lab;
let imp: Lab;
let ca: TestCa;

beforeAll(async () => {
  ca = await newCa();
  [cucm, imp] = [await startLab(), await startLab({ nodeName: IMP1, role: 'imp' })];
});

afterAll(async () => {
  await cucm[Symbol.asyncDispose]();
  await imp[Symbol.asyncDispose]();
});

describe('requests', () => {
  test.each([
    [{}, 'P-384', 'SHA-384'],
    [{ keyType: 'ec', keyLength: 256 }, 'P-256', 'SHA-256'],
    [{ keyType: 'ecdsa', keyLength: 384, hashAlgorithm: 'sha512' }, 'P-384', 'SHA-512'],
  ])('an ECDSA slot with %j asks for %s and %s', async (choice, namedCurve, hash) => {
    const { body } = await call(cucm.sim, '/csr', { body: { ...CSR, service: 'tomcat-ECDSA', ...choice } });

    const csr = new x509.Pkcs10CertificateRequest(body.csr);
    expect(csr.publicKey.algorithm).toMatchObject({ name: 'ECDSA', namedCurve });
    expect(csr.signatureAlgorithm).toMatchObject({ hash: { name: hash } });
    expect(await csr.verify()).toBe(true);
  });

  test.each([
    ['tomcat-ECDSA', { keyType: 'rsa' }],
    ['tomcat-ECDSA', { keyLength: 2048 }],
    ['tomcat-ECDSA', { keyLength: 384, hashAlgorithm: 'sha256' }],
    ['tomcat', { keyType: 'ec' }],
    ['tomcat', { keyLength: 384 }],
    ['tomcat', { commonName: undefined }],
    ['CAPF', {}],
    ['cup', {}],
  ])('%s refuses %j', async (service, choice) => {
    const answer = await call(cucm.sim, '/csr', { body: { ...CSR, service, ...choice } });

    expect(answer.status).toBe(400);
  });

  test('each slot has a request of its own', async () => {
    const [first, second] = [
      await call(cucm.sim, '/csr', { body: { ...CSR, service: 'CallManager' } }),
      await call(cucm.sim, '/csr', { body: { ...CSR, service: 'ipsec', altNames: ['ipsec.lab.example.com'] } }),
    ];

    const { body } = await call(cucm.sim, '/csr?service=CallManager');

    expect(body.csr).toBe(first.body.csr);
    expect(cucm.sim.pendingCsr('ipsec')).toBe(second.body.csr);
    expect(sanOf(second.body.csr)).toEqual([NODE, 'ipsec.lab.example.com']);
    expect(usagesOf(second.body.csr)).toContain('1.3.6.1.5.5.7.3.5');
    expect(usagesOf(first.body.csr)).not.toContain('1.3.6.1.5.5.7.3.5');
  });
});

describe('trust stores', () => {
  test('slots of one family share theirs, and no other', async () => {
    await call(imp.sim, '/trust/certificates', {
      body: { service: ['cup-xmpp-s2s-ECDSA'], certificates: [ca.rootPem] },
    });

    const shared = await call(imp.sim, '/trust/certificate?service=cup-xmpp');

    expect(JSON.stringify(shared.body)).toContain('Lab_Root');
    expect(imp.sim.trustSha256('cup-xmpp')).toHaveLength(1);
    expect([imp.sim.trustSha256('cup'), imp.sim.trustSha256()]).toEqual([[], []]);
  });

  test('a certificate is refused while its CA is in the store of another slot only', async () => {
    await using own = await startLab({ trusted: [ca.rootPem, ca.intermediatePem] });
    const { body } = await call(own.sim, '/csr', { body: { ...CSR, service: 'CallManager' } });
    const certificates = [await ca.issue(body.csr)];

    const answer = await call(own.sim, '/identity/certificates', { body: { service: 'CallManager', certificates } });

    expect(answer.body.messages).toEqual(['CA Certificate is Not Available in the Trust-Store']);
  });
});

describe('services', () => {
  test.each<[SlotName, PortName, readonly string[]]>([
    ['tomcat', 'tftp', ['Cisco Tomcat', 'Cisco Tftp']],
    ['tomcat-ECDSA', 'httpsEcdsa', ['Cisco Tftp', 'Cisco Tomcat']],
    ['CallManager', 'sip', ['Cisco CallManager', 'Cisco HAProxy']],
    ['CallManager-ECDSA', 'sipEcdsa', ['Cisco HAProxy', 'Cisco CallManager']],
  ])('%s is served at %s after the last of %j', async (slot, port, services) => {
    await expectServedAfter(cucm.sim, slot, port, services);
  });

  test.each<[SlotName, PortName, readonly string[]]>([
    ['cup', 'cup', ['Cisco Tomcat', 'Cisco SIP Proxy']],
    ['cup-xmpp-ECDSA', 'xmppEcdsa', ['Cisco SIP Proxy', 'Cisco XCP Router']],
    ['cup-xmpp-s2s', 'xmppFederation', ['Cisco XCP Connection Manager', 'Cisco XCP Router']],
  ])('%s is served at %s after the last of %j', async (slot, port, services) => {
    await expectServedAfter(imp.sim, slot, port, services);
  });

  test('a service without a port has taken up what was installed when it was restarted', async () => {
    await using own = await startLab();
    const old = own.sim.installedSha256();
    await install(own.sim, ca, 'tomcat');

    await restart(own.sim, 'Cisco AXL Tomcat');

    expect(own.sim.inUseSha256('Cisco AXL Tomcat', 'tomcat')).toBe(own.sim.installedSha256());
    expect(own.sim.inUseSha256('Cisco UDS Tomcat', 'tomcat')).toBe(old);
    expect(own.sim.inUseSha256('Cisco CDP', 'tomcat')).toBeNull();
    expect(own.exchanges.count('vos.restart cucm-pub Cisco AXL Tomcat')).toBe(1);
    expect(own.exchanges.count('vos.restart')).toBe(0);
  });

  test('a node has the ports and slots of its product', () => {
    expect([...imp.sim.ports.keys()]).not.toContain('sip');
    expect(() => imp.sim.port('sip')).toThrow(RangeError);
    expect([...cucm.sim.ports.keys()]).toEqual(['https', 'https2', 'httpsEcdsa', 'sip', 'sipEcdsa', 'tftp']);
  });
});

async function expectServedAfter(sim: VosSim, slot: SlotName, port: PortName, services: readonly string[]) {
  const before = await servedAt(sim, sim.port(port));
  const answer = await install(sim, ca, slot);

  await restart(sim, ...services.slice(0, -1));
  const between = await servedAt(sim, sim.port(port));
  await restart(sim, ...services.slice(-1));
  const after = await servedAt(sim, sim.port(port));

  expect(answer.status).toBe(sim.quirks.uploadStatus);
  expect(between.sha256).toBe(before.sha256);
  expect(after.sha256).toBe(sim.installedSha256(slot));
  expect(after.sha256).not.toBe(before.sha256);
}

function usagesOf(csrPem: string): readonly string[] {
  const extension = new x509.Pkcs10CertificateRequest(csrPem).getExtension('2.5.29.37');
  return new x509.ExtendedKeyUsageExtension(extension?.rawData ?? new Uint8Array()).usages.map(String);
}
