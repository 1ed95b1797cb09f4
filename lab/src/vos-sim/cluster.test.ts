import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VosSim } from './index.ts';
import {
  Cli,
  type ClusterLab,
  call,
  eventually,
  IMP1,
  NODE,
  newCa,
  restart,
  SUB1,
  SUB2,
  sanOf,
  servedAt,
  startClusterLab,
  type TestCa,
  trustCa,
} from './testing.ts';

let lab: ClusterLab;
let ca: TestCa;

beforeAll(async () => {
  ca = await newCa();
  lab = await startClusterLab({ trusted: [ca.rootPem, ca.intermediatePem] });
});

afterAll(() => lab[Symbol.asyncDispose]());

describe('the nodes', () => {
  test('know each other, and only the publisher prints the server table', async () => {
    const { publisher, imp } = lab.cluster;

    const [first, last] = [await networkCluster(publisher), await networkCluster(imp[0] ?? publisher)];

    expect(first.sort()).toEqual(
      [
        '',
        `127.0.0.1 ${SUB1} cucm-sub1 Subscriber callmanager DBSub authenticated using TCP since Tue Mar  3 10:51:27 2026`,
        `127.0.0.1 ${SUB2} cucm-sub2 Subscriber callmanager DBSub authenticated using TCP since Tue Mar  3 10:51:27 2026`,
        `127.0.0.1 ${IMP1} imp1 Subscriber cups DBPub authenticated using TCP since Tue Mar  3 10:51:27 2026`,
        `127.0.0.1 ${NODE} cucm-pub Publisher callmanager DBPub authenticated`,
        'Server Table (processnode) Entries',
        '----------------------------------',
        ...[NODE, SUB1, SUB2, IMP1],
      ].sort(),
    );
    expect(last).toContain(`127.0.0.1 ${IMP1} imp1 Subscriber cups DBPub authenticated`);
    expect(last).toHaveLength(4);
  });

  test('have ports, keys and host keys of their own, and what is drawn at random in common', () => {
    const { nodes, publisher } = lab.cluster;

    expect(new Set(nodes.flatMap(({ ports, sshPort }) => [...ports.values(), sshPort])).size).toBe(6 * 3 + 9 + 4);
    expect(new Set(nodes.flatMap(({ sshHostKey, certificateSha256 }) => [sshHostKey, certificateSha256])).size).toBe(8);
    expect(nodes.map(({ quirks }) => quirks.multiServer)).toEqual(nodes.map(() => publisher.quirks.multiServer));
    expect(lab.cluster.node('cucm-sub2')).toBe(lab.cluster.node(SUB2));
  });

  test('a subscriber gives the prompt back without saying that Tomcat has started', async () => {
    const sub = lab.cluster.node('cucm-sub2');
    await using cli = await Cli.open(sub);
    await cli.prompt();
    const before = lab.exchanges.count('vos.restart');

    const output = await cli.command('utils service restart Cisco Tomcat');

    expect(output).toMatch(/\[STARTING\]\r\n$/);
    await eventually(() => expect(lab.exchanges.count('vos.restart cucm-sub2 Cisco Tomcat')).toBe(1));
    expect(lab.exchanges.count('vos.restart')).toBe(before + 1);
  });
});

describe('a multi-server request', () => {
  test('names every node in its SAN but not its own common name, and is exported to all', async () => {
    const csr = await requestFor(lab, 'tomcat', { altNames: ['cucm.lab.example.com'] });

    expect(new x509.Pkcs10CertificateRequest(csr).subjectName.getField('CN')).toEqual(['cucm-pub-ms.lab.example.com']);
    expect(sanOf(csr)).toEqual([NODE, SUB1, SUB2, IMP1, 'cucm.lab.example.com']);
    expect(lab.cluster.nodes.map((node) => node.pendingCsr())).toEqual([csr, csr, csr, csr]);
  });

  test('has the common name that was asked for', async () => {
    const csr = await requestFor(lab, 'tomcat-ECDSA', { commonName: NODE });

    expect(new x509.Pkcs10CertificateRequest(csr).subjectName.getField('CN')).toEqual([NODE]);
  });

  test('for CallManager is one for the nodes that have it', async () => {
    const csr = await requestFor(lab, 'CallManager-ECDSA');

    expect(new x509.Pkcs10CertificateRequest(csr).subjectName.getField('CN')).toEqual([
      'cucm-pub-EC-ms.lab.example.com',
    ]);
    expect(sanOf(csr)).toEqual([NODE, SUB1, SUB2]);
  });

  test('for XMPP is made on the first node of IM and Presence', async () => {
    const body = { service: 'cup-xmpp', distribution: lab.cluster.publisher.quirks.multiServer };

    const answer = await call(lab.cluster.node('imp1'), '/csr', { body });

    expect(sanOf(answer.body.csr)).toEqual([IMP1]);
  });

  test.each(['cucm-sub1', 'imp1'])('is refused on %s', async (name) => {
    const body = { service: 'tomcat', distribution: lab.cluster.publisher.quirks.multiServer };

    const answer = await call(lab.cluster.node(name), '/csr', { body });

    expect(answer.status).toBe(400);
    expect(answer.body.messages).toEqual(['Multi-server(SAN) certificates can be managed on the publisher only']);
  });

  test('is refused for a slot that cannot be shared', async () => {
    const body = { service: 'ipsec', distribution: lab.cluster.publisher.quirks.multiServer };

    const answer = await call(lab.cluster.publisher, '/csr', { body });

    expect(answer.status).toBe(400);
  });

  test.each([
    ['multi-server', 'multi-server(SAN)'],
    ['multi-server(SAN)', 'multi-server'],
  ] as const)('is written %s and not %s', async (multiServer, other) => {
    await using own = await startClusterLab({ subscribers: [], imp: [], quirks: { multiServer } });

    const wrong = await call(own.cluster.publisher, '/csr', { body: { service: 'tomcat', distribution: other } });
    const right = await call(own.cluster.publisher, '/csr', { body: { service: 'tomcat', distribution: multiServer } });

    expect([wrong.status, right.status]).toEqual([400, 200]);
  });
});

describe('a multi-server certificate', () => {
  test('is on every node after one upload, and served by each after its own restart', async () => {
    const { cluster, exchanges } = lab;
    const uploads = exchanges.count('vos.identity.upload');
    const old = await servedBy(cluster.nodes);

    const answer = await upload(cluster.publisher, await ca.issue(await requestFor(lab, 'tomcat')));

    const installed = cluster.publisher.installedSha256();
    expect(answer.body.messages).toContain(`Certificate is present on: ${[NODE, SUB1, SUB2, IMP1].join(', ')}`);
    expect(exchanges.count('vos.identity.upload')).toBe(uploads + 1);
    expect(cluster.nodes.map((node) => node.installedSha256())).toEqual(Array(4).fill(installed));
    expect(cluster.nodes.map((node) => node.pendingCsr())).toEqual([null, null, null, null]);
    expect(await servedBy(cluster.nodes)).toEqual(old);
    await restart(cluster.node('cucm-sub1'), 'Cisco Tomcat');
    expect(await servedBy(cluster.nodes)).toEqual(old.with(1, installed));
  });

  test('does not reach a node that is down, nor one that it is kept from', async () => {
    await using own = await startClusterLab({ trusted: [ca.rootPem, ca.intermediatePem] });
    const { cluster, faults } = own;
    const csr = await requestFor(own, 'tomcat');
    const leaf = await ca.issue(csr);
    faults.on('node-down', 'cucm-sub1');
    faults.on('identity-not-distributed', 'cucm-sub2');

    await upload(cluster.publisher, leaf);

    const holders = cluster.nodes.filter((node) => node.installedSha256() === sha256(leaf));
    expect(holders.map(({ nodeName }) => nodeName)).toEqual([NODE, IMP1]);
    expect((await networkCluster(cluster.publisher)).join()).toContain('DBSub not authenticated - INITIATOR since');
    // The exported request is still there, so the same certificate can be uploaded to the node itself.
    const repaired = await upload(cluster.node('cucm-sub2'), leaf);
    expect(repaired.status).toBe(cluster.publisher.quirks.uploadStatus);
    expect(cluster.node('cucm-sub2').installedSha256()).toBe(sha256(leaf));
  });

  test('leaves a node alone whose certificate is its own', async () => {
    await using own = await startClusterLab({ imp: [], trusted: [ca.rootPem, ca.intermediatePem] });
    const body = { service: 'tomcat', distribution: 'this-server', commonName: NODE };
    const { body: answer } = await call(own.cluster.publisher, '/csr', { body });

    await upload(own.cluster.publisher, await ca.issue(answer.csr));

    const { publisher, subscribers } = own.cluster;
    expect(publisher.installedSha256()).not.toBe(publisher.certificateSha256);
    expect(subscribers.map((one) => one.installedSha256())).toEqual(subscribers.map((one) => one.certificateSha256));
  });
});

describe('trust', () => {
  test('given to the publisher is copied to the others, and given to a subscriber stays there', async () => {
    await using own = await startClusterLab({ subscribers: [SUB1] });
    const { publisher, node } = own.cluster;

    await trustCa(node('imp1'), await newCa(' 2'), 'tomcat');
    await trustCa(publisher, ca, 'CallManager');
    await trustCa(publisher, ca, 'tomcat');

    await eventually(() => expect(node('cucm-sub1').trustSha256()).toEqual(publisher.trustSha256()));
    expect(node('cucm-sub1').trustSha256('CallManager')).toEqual(publisher.trustSha256('CallManager'));
    expect(node('imp1').trustSha256()).toHaveLength(4);
    expect(publisher.trustSha256()).toHaveLength(2);
    expect(own.exchanges.count('vos.trust.upload')).toBe(3);
  });

  test('is not copied when that is switched off', async () => {
    await using own = await startClusterLab({ subscribers: [SUB1], imp: [], trustReplicationMs: null });
    const { publisher, node } = own.cluster;

    await trustCa(publisher, ca, 'tomcat');
    await restart(publisher, 'Cisco Tomcat');

    expect(publisher.trustSha256()).toHaveLength(2);
    expect(node('cucm-sub1').trustSha256()).toEqual([]);
  });
});

async function networkCluster(sim: VosSim): Promise<string[]> {
  await using cli = await Cli.open(sim);
  await cli.prompt();
  const output = await cli.command('show network cluster');
  return output.replaceAll('\r', '').split('\n').slice(1, -2);
}

async function requestFor({ cluster }: ClusterLab, service: string, more: object = {}): Promise<string> {
  const { publisher } = cluster;
  const distribution = publisher.quirks.multiServer;
  const { body } = await call(publisher, '/csr', { body: { service, distribution, ...more } });
  return body.csr;
}

function upload(sim: VosSim, leafPem: string) {
  return call(sim, '/identity/certificates', { body: { service: 'tomcat', certificates: [leafPem] } });
}

async function servedBy(nodes: readonly VosSim[]): Promise<string[]> {
  return await Promise.all(nodes.map(async (node) => (await servedAt(node, node.httpsPort)).sha256));
}

function sha256(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}
