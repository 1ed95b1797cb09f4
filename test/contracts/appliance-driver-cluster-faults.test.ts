import { describe, expect, test, vi } from 'vitest';
import type { ActivationAction, ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { chainPems, sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { sharedAbort } from '../../backend/src/plugins/shared-abort.ts';
import { AXL, type ClusterUnderTest, clusterUnderTest } from './appliance-driver-cluster.ts';

const never = sharedAbort().signal;
const SLOT = 'tomcat';

const PATIENCE = { timeout: 10_000, interval: 50 };

async function readyChain({ driver, dnsNames, issue }: ClusterUnderTest) {
  const csr = await driver.csr?.create(SLOT, { commonName: dnsNames[0], dnsNames }, never);
  const chain = await issue(csr ?? '');
  await driver.trust?.ensure(SLOT, chainPems(chain).slice(1), never);
  return chain;
}

function activationOf({ activation }: ApplianceDriver) {
  if (!activation) throw new Error('The vos driver restarts services.');
  return activation;
}

async function perform(driver: ApplianceDriver, actions: readonly ActivationAction[]): Promise<void> {
  for (const action of actions) await activationOf(driver).start(action, async () => {}, never);
}

describe.concurrent('a cluster', () => {
  test.each(['multi-server', 'multi-server(SAN)'] as const)(
    'a cluster that says %s gets its request',
    async (spelling) => {
      await using world = await clusterUnderTest({ quirks: { multiServer: spelling } });
      const { driver, dnsNames, cluster } = world;

      await driver.csr?.create(SLOT, { commonName: dnsNames[0], dnsNames }, never);

      expect(cluster.publisher.pendingCsr()).not.toBeNull();
    },
  );

  describe('a certificate for all', () => {
    test('is installed on every node and served by every service that is restarted', async () => {
      await using world = await clusterUnderTest();
      const { driver, cluster, driverWith } = world;
      const chain = await readyChain(world);
      const sha256 = sha256OfPem(chain.leafPem);

      await driver.install(SLOT, chain, { held: 'appliance' }, never);
      // The renewal moves the pins when it hands the certificate over.
      const pinnedSha256 = [...cluster.nodes.map(({ certificateSha256 }) => certificateSha256), sha256];
      const afterwards = driverWith({ ...AXL, pinnedSha256 });
      await perform(afterwards, await activationOf(afterwards).plan(SLOT, never));

      expect(cluster.nodes.map((node) => node.installedSha256())).toEqual(cluster.nodes.map(() => sha256));
      for (const node of cluster.nodes) {
        await vi.waitFor(() => expect(node.servedSha256()).toBe(sha256), PATIENCE);
        expect(node.restarts()).toBe(1);
      }
      for (const service of ['Cisco UDS Tomcat', 'Cisco AXL Tomcat', 'Cisco Tftp']) {
        await vi.waitFor(() => expect(cluster.publisher.inUseSha256(service, SLOT)).toBe(sha256), PATIENCE);
      }
    });

    test('that a subscriber did not get is not called installed, and the subscriber is named', async () => {
      await using world = await clusterUnderTest();
      const { driver, faults, cluster } = world;
      const chain = await readyChain(world);
      const [subscriber] = cluster.subscribers;
      faults.on('identity-not-distributed', subscriber?.nodeName);

      await expect(driver.install(SLOT, chain, { held: 'appliance' }, never)).rejects.toMatchObject({
        code: 'APPLIANCE_BUSY',
        message: expect.stringContaining(subscriber?.nodeName ?? ''),
      });
    });

    test.each([
      ['node-down', 'APPLIANCE_UNREACHABLE'],
      ['password-changed', 'APPLIANCE_DENIED'],
      ['account-locked', 'APPLIANCE_DENIED'],
    ] as const)('waits for a subscriber with %s, which is named', async (fault, code) => {
      await using world = await clusterUnderTest();
      const { driver, faults, cluster } = world;
      const chain = await readyChain(world);
      const [subscriber] = cluster.subscribers;
      faults.on(fault, subscriber?.nodeName);

      await expect(driver.install(SLOT, chain, { held: 'appliance' }, never)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(subscriber?.nodeName ?? ''),
      });
    });
  });

  describe('a subscriber', () => {
    test.each([
      ['node-down', 'APPLIANCE_UNREACHABLE'],
      ['ssh-closes', 'APPLIANCE_UNREACHABLE'],
      ['password-changed', 'APPLIANCE_DENIED'],
    ] as const)('with %s between two restarts is named, and nothing is restarted there', async (fault, code) => {
      await using world = await clusterUnderTest();
      const { driver, faults, cluster } = world;
      const [subscriber] = cluster.subscribers;
      const name = subscriber?.nodeName ?? '';
      const plan = await activationOf(driver).plan(SLOT, never);
      faults.on(fault, name);

      const restarted = perform(
        driver,
        plan.filter(({ node }) => node === name),
      );

      await expect(restarted).rejects.toMatchObject({ code, message: expect.stringContaining(name) });
      expect(subscriber?.restarts()).toBe(0);
    });

    test.each([
      ['sub-other-version', 'appliance.cluster.version'],
      ['clock-skew', 'appliance.clock.cucm-sub1.lab.example.com'],
    ] as const)('with %s is a warning', async (fault, id) => {
      await using world = await clusterUnderTest();
      const { driver, faults, dnsNames } = world;
      faults.on(fault, 'cucm-sub1');

      const findings = await driver.check(SLOT, dnsNames, never);

      expect(findings.find((finding) => finding.id === id)).toMatchObject({
        outcome: 'warn',
        answer: expect.stringContaining(fault === 'sub-other-version' ? 'cucm-sub1.lab.example.com' : '65 minutes'),
      });
    });
  });

  test('discovers the nodes that it has', async () => {
    await using world = await clusterUnderTest();
    const { driver, cluster } = world;

    const nodes = await driver.cluster?.discover(never);

    expect(nodes?.map(({ host, role }) => [host, role]).toSorted()).toEqual(
      cluster.nodes.map(({ nodeName, role }) => [nodeName, role]).toSorted(),
    );
  });

  test.each(['status-503', 'fault'] as const)(
    'a Control Center that is asked too often (%s) is busy',
    async (rateLimit) => {
      await using world = await clusterUnderTest({ quirks: { rateLimit } });
      const { driverWith, faults } = world;
      const driver = driverWith(AXL);
      const plan = await activationOf(driver).plan(SLOT, never);
      const tftp = plan.filter(({ service }) => service === 'Cisco Tftp').slice(0, 1);
      faults.on('soap-rate-limited');

      await expect(perform(driver, tftp)).rejects.toMatchObject({ code: 'APPLIANCE_BUSY' });
    },
  );
});
