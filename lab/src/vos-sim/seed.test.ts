import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Exchanges } from '../exchanges.ts';
import { Faults } from '../faults.ts';
import { clusterFromSnapshots, seedFromSnapshot, startVosCluster } from './index.ts';
import { SharedKeys } from './keys.ts';
import { type Answer, call, IMP1, install, NODE, newCa, newRoot, startClusterLab, startLab } from './testing.ts';

const PARTS = { user: 'certadmin', password: 'colon:and ünicode', faults: new Faults(), exchanges: new Exchanges() };

describe('the twin of a node', () => {
  test('has its names, dates, key types and trust, and keys of its own', async () => {
    const ca = await newCa();
    await using real = await startLab({ installedValidDays: 2 });
    await install(real.sim, ca, 'tomcat-ECDSA');
    const before = await call(real.sim, '/snapshot/server');

    const seed = seedFromSnapshot(before.body);
    await using twin = await startLab({ seed, startKeys: new SharedKeys() });

    const after = await call(twin.sim, '/snapshot/server');
    expect(seed).toMatchObject({ nodeName: NODE, product: 'cucm', leftOut: [] });
    expect(identities(after).map(outline)).toEqual(identities(before).map(outline));
    expect(identities(after).map(keyOf)).not.toEqual(expect.arrayContaining(identities(before).map(keyOf)));
    expect(twin.sim.trustSha256()).toEqual(real.sim.trustSha256());
    expect(twin.sim.trustSha256()).toHaveLength(2);
  });

  test('has what is expired in its trust stores, too', async () => {
    const expired = await newRoot('Expired', -1, Date.now() - 900_000_000);

    const seed = seedFromSnapshot(snapshotOf({ trusts: [{ service: 'tomcat-trust', certificate: expired }] }));
    await using twin = await startLab({ seed });

    expect(twin.sim.trustSha256()).toHaveLength(1);
  });

  test('leaves out what the lab has no place for, and says so', async () => {
    const certificate = await newRoot('Any');

    const seed = seedFromSnapshot(
      snapshotOf({
        identities: [
          { service: 'AUTHZ', certificate },
          { service: 'tomcat', certificate: 'damaged' },
        ],
        trusts: [
          { service: 'Phone-SAST-trust', certificate },
          { service: 'tomcat', certificate: 'damaged' },
        ],
      }),
    );

    expect(seed.leftOut).toEqual(['AUTHZ', 'tomcat', 'Phone-SAST-trust', 'unreadable certificates in tomcat-trust']);
    expect([seed.identities.size, seed.trusted.get('tomcat')]).toEqual([0, []]);
  });

  test.each([{}, null, { server: NODE }, { server: '', identities: [] }])('%j is no snapshot', (json) => {
    expect(() => seedFromSnapshot(json)).toThrow();
  });
});

describe('the twin of a cluster', () => {
  test('has the first CUCM node as its publisher', async () => {
    await using real = await startClusterLab({ subscribers: ['cucm-sub1.lab.example.com'] });
    const answers = await Promise.all([...real.cluster.nodes].map((node) => call(node, '/snapshot/server')));

    const seed = clusterFromSnapshots([answers[2], answers[0], answers[1]].map((answer) => answer?.body));
    await using twin = await startVosCluster({ ...PARTS, ...seed });

    expect(twin.nodes.map(({ nodeName, role }) => [nodeName, role])).toEqual([
      [NODE, 'publisher'],
      ['cucm-sub1.lab.example.com', 'subscriber'],
      [IMP1, 'imp'],
    ]);
    expect(twin.node('imp1').installedSha256('cup-xmpp')).not.toBe(
      real.cluster.node('imp1').installedSha256('cup-xmpp'),
    );
  });

  test('needs a CUCM node', () => {
    const imp = snapshotOf({ identities: [{ service: 'cup', certificate: '' }] });

    expect(() => clusterFromSnapshots([imp])).toThrow(RangeError);
  });
});

interface Entry {
  readonly service: string;
  readonly certificate: string;
}

function snapshotOf({ identities = [], trusts = [] }: { identities?: readonly Entry[]; trusts?: readonly Entry[] }) {
  return {
    server: NODE,
    identities,
    trusts: trusts.map(({ service, certificate }) => ({ service, certificate_data: [{ certificate }] })),
  };
}

function identities({ body }: Answer): readonly Entry[] {
  return body.identities;
}

/** What a twin has in common with the real one. */
function outline({ service, certificate }: Entry) {
  const parsed = new X509Certificate(certificate);
  const { asymmetricKeyType, asymmetricKeyDetails } = parsed.publicKey;
  const commonName = /^CN=(.*)$/m.exec(parsed.subject)?.[1];
  return [service, commonName, parsed.subjectAltName, parsed.validTo, asymmetricKeyType, asymmetricKeyDetails];
}

function keyOf({ certificate }: Entry): string {
  return new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
