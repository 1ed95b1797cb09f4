import { describe, expect, test } from 'vitest';
import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { parseNetworkCluster } from '../../backend/src/appliances/vos/cluster.ts';
import { parsePrivilege } from '../../backend/src/appliances/vos/command-line.ts';
import {
  driverFor,
  shellOf,
  snapshotOf,
  startApi,
  startShell,
} from '../../backend/src/appliances/vos/testing/fake-node.ts';
import { UNCONFIRMED, type UnconfirmedId } from '../../backend/src/appliances/vos/unconfirmed.ts';
import { chainPems, readCsr, sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { makeCertificate } from '../../backend/src/plugins/testing/certificates.ts';
import type { Quirks } from '../../lab/src/vos-sim/chance.ts';
import { SharedKeys } from '../../lab/src/vos-sim/keys.ts';
import { AXL, type ClusterUnderTest, clusterUnderTest } from './appliance-driver-cluster.ts';
import { type VosUnderTest, vosUnderTest } from './appliance-driver-vos.ts';

/** Each row of UNCONFIRMED: what the driver does under one answer, and under the other. */

const never = new AbortController().signal;
const SLOT = 'tomcat';
const startKeys = new SharedKeys();

type Answers = Readonly<Record<'as assumed' | 'otherwise', () => Promise<void>>>;

const CASES: Readonly<Record<UnconfirmedId, Answers>> = {
  'multi-server-spelling': both(
    () => onCluster({ quirks: { multiServer: 'multi-server' } }, requestIsMade),
    () => onCluster({ quirks: { multiServer: 'multi-server(SAN)' } }, requestIsMade),
  ),
  'multi-server-upload': both(
    () => onCluster({}, async (world) => void (await installed(world))),
    () =>
      onCluster({}, async (world) => {
        world.faults.on('identity-not-distributed', 'cucm-sub1');

        await expect(installed(world)).rejects.toMatchObject({
          code: 'APPLIANCE_BUSY',
          message: expect.stringContaining('cucm-sub1'),
        });
        expect(world.exchanges.count('vos.restart')).toBe(0);
      }),
  ),
  'slot-spelling': both(
    () => onNode({}, async ({ driver }) => void (await requestFor(driver, 'CallManager'))),
    () =>
      onFakeNode({ 'POST /csr': () => [400, { messages: ['Invalid service'] }] }, async (driver) => {
        await expect(requestFor(driver, 'CallManager')).rejects.toMatchObject({
          code: 'APPLIANCE_REFUSED',
          message: expect.stringContaining('Invalid service'),
        });
      }),
  ),
  'ec-key-type': both(
    () => onNode({ quirks: { ecKeyType: 'ec' } }, ecRequestIsMade),
    () => onNode({ quirks: { ecKeyType: 'ecdsa' } }, ecRequestIsMade),
  ),
  'pending-csr': both(
    () => onNode({}, pendingIsFound),
    async () => {
      const csr = '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----';
      for (const answer of [
        [200, { request: 'x' }],
        [200, 'no JSON'],
        [400, {}],
        [404, {}],
      ] as const) {
        await onFakeNode({ 'GET /csr?service=tomcat': () => answer }, pendingIs(csr), { csr });
      }
    },
  ),
  'absent-csr': both(
    () => onFakeNode({}, pendingIs(null)),
    async () => {
      for (const csr of [null, '', 'none']) await onFakeNode({}, pendingIs(null), { csr });
    },
  ),
  'trust-store-name': both(
    () => onNode({ quirks: { trustName: 'tomcat' } }, trustIsAdded),
    () => onNode({ quirks: { trustName: 'tomcat-trust' } }, trustIsAdded),
  ),
  'trust-duplicate': both(
    () => onNode({}, trustIsAdded),
    () => onNode({ fault: 'trust-duplicate' }, trustIsAdded),
  ),
  'trust-replication': both(
    () => onCluster({ trustReplicationMs: null }, trustIsEverywhere),
    () => onCluster({ trustReplicationMs: 0 }, trustIsEverywhere),
  ),
  'upload-answer': both(
    () => onNode({ quirks: { uploadStatus: 200 } }, async (world) => void (await installed(world))),
    () => onNode({ quirks: { uploadStatus: 201 } }, async (world) => void (await installed(world))),
  ),
  'stale-csr': both(
    () => onNode({}, (world) => staleIsRefused(world, null)),
    () => onNode({}, (world) => staleIsRefused(world, 'csr-stale-500')),
  ),
  'server-auth-only': both(
    () => onNode({ quirks: { serverAuthOnly: 'accepted' } }, async (world) => void (await installed(world))),
    () =>
      onNode({ quirks: { serverAuthOnly: 'refused' } }, async (world) => {
        await expect(installed(world)).rejects.toMatchObject({
          code: 'APPLIANCE_REJECTED_CERTIFICATE',
          message: expect.stringContaining('Extended Key Usage'),
        });
        expect(world.sim.servedSha256()).toBe(world.sim.certificateSha256);
      }),
  ),
  'added-names': both(
    () => onNode({}, async ({ driver, dnsNames }) => expect(await namesAsked(driver)).toEqual(dnsNames)),
    () =>
      onNode({ fault: 'san-added-by-node' }, async ({ driver, dnsNames }) => {
        expect(await namesAsked(driver)).toEqual(expect.arrayContaining([...dnsNames, 'lab.example.com']));
      }),
  ),
  'locked-account': both(
    () => onNode({ fault: 'account-locked' }, (world) => isDenied(world, 'locked')),
    () => onNode({ fault: 'password-changed' }, (world) => isDenied(world, 'refused the credentials')),
  ),
  'busy-did-nothing': both(
    () =>
      onNode({ fault: 'api-503' }, async (world) => {
        await requestFor(world.driver);

        expect(world.exchanges.count('vos.csr.create')).toBe(1);
      }),
    // Not the same status, but the same doubt: nobody answered whether it was done.
    () =>
      onNode({ fault: 'identity-timeout-but-stored' }, async (world) => {
        expect(await installed(world)).toMatchObject({ changed: true });
        expect(world.exchanges.count('vos.identity.upload')).toBe(1);
      }),
  ),
  'version-line': both(
    () => plannedWith('14.0.1.14900-1', 'Cisco DRF Local', false),
    () => plannedWith('', 'Cisco DRF Local', true),
  ),
  'privilege-line': both(
    async () => expect(parsePrivilege('privilege level : 4')).toBe(4),
    async () => {
      expect(parsePrivilege('privilege level : 1')).toBe(1);
      expect(parsePrivilege('level of this account')).toBeNull();
    },
  ),
  'cluster-list': both(
    async () => {
      const line = '10.1.2.4 sub1.corp.com sub1 Subscriber callmanager DBSub authenticated using TCP since Mon Jul 1';

      expect(parseNetworkCluster(line)).toMatchObject([{ host: 'sub1.corp.com', role: 'subscriber', joined: true }]);
    },
    async () => expect(parseNetworkCluster('Node: sub1, joined\nsomething else')).toEqual([]),
  ),
  'restart-transcript': both(
    () => onNode({ quirks: { startedLine: 'printed' } }, (world) => restartEnds(world, 'done')),
    () => onNode({ quirks: { startedLine: 'omitted' } }, (world) => restartEnds(world, 'unknown')),
  ),
  'control-center-answer': both(
    () => onNode({ quirks: { controlAnswer: 'at-once' } }, tftpRestarts),
    () => onNode({ quirks: { controlAnswer: 'when-started' } }, tftpRestarts),
  ),
  'control-center-rate': both(
    () => onNode({ quirks: { rateLimit: 'fault' } }, slowDownIsHeard),
    () => onNode({ quirks: { rateLimit: 'status-503' } }, slowDownIsHeard),
  ),
  'control-center-xml': both(
    () => onNode({ quirks: { soapPrefix: 'everywhere' } }, tftpRestarts),
    () => onNode({ quirks: { soapPrefix: 'outside' } }, tftpRestarts),
  ),
};

describe.each(UNCONFIRMED.map(({ id }) => id as UnconfirmedId))('%s', (id) => {
  test.each(['as assumed', 'otherwise'] as const)('%s', async (answer) => {
    await CASES[id][answer]();
  });
});

function both(asAssumed: () => Promise<void>, otherwise: () => Promise<void>): Answers {
  return { 'as assumed': asAssumed, otherwise };
}

interface NodeOptions {
  readonly quirks?: Partial<Quirks>;
  readonly fault?: Parameters<VosUnderTest['faults']['on']>[0];
}

async function onNode({ quirks = {}, fault }: NodeOptions, check: (world: VosUnderTest) => Promise<void>) {
  await using world = await vosUnderTest({ quirks, startKeys, ...AXL });
  if (fault) world.faults.on(fault);
  // Only a lost answer has to be given up soon; a busy machine takes long for a key.
  const patience = fault === 'identity-timeout-but-stored' ? {} : { apiTimeoutSeconds: 20 };
  await check({ ...world, driver: world.driverWith(patience) });
}

type ClusterOptions = NonNullable<Parameters<typeof clusterUnderTest>[0]>;

async function onCluster(options: ClusterOptions, check: (world: ClusterUnderTest) => Promise<void>) {
  await using world = await clusterUnderTest({ imp: [], startKeys, ...options });
  await check({ ...world, driver: world.driverWith({ apiTimeoutSeconds: 20 }) });
}

type FakeScript = Parameters<typeof startApi>[1];

async function onFakeNode(
  script: FakeScript,
  check: (driver: ApplianceDriver) => Promise<void>,
  identity: object = {},
) {
  const certificate = await makeCertificate({ commonName: 'cucm.example.com' });
  const held = { certificate: certificate.certPem, ...identity };
  await using api = await startApi(certificate, {
    'GET /snapshot/server': () => [200, snapshotOf(held)],
    ...script,
  });
  await check(driverFor(certificate, api));
}

async function requestFor(
  driver: ApplianceDriver,
  slot = SLOT,
  dnsNames: readonly string[] = ['cucm-pub.lab.example.com'],
) {
  const [commonName = ''] = dnsNames;
  return readCsr((await driver.csr?.create(slot, { commonName, dnsNames }, never)) ?? '');
}

async function namesAsked(driver: ApplianceDriver): Promise<readonly string[]> {
  return (await requestFor(driver, SLOT, ['cucm-pub.lab.example.com', 'voice.lab.example.com'])).dnsNames;
}

async function requestIsMade({ driver, dnsNames, cluster }: ClusterUnderTest): Promise<void> {
  await requestFor(driver, SLOT, dnsNames);

  expect(cluster.publisher.pendingCsr()).not.toBeNull();
}

async function ecRequestIsMade({ driver }: VosUnderTest): Promise<void> {
  const csr = await requestFor(driver, 'tomcat-ECDSA');

  expect(csr.key.kind).toBe('EC P-256');
}

async function pendingIsFound({ driver }: VosUnderTest): Promise<void> {
  const before = await driver.csr?.pending(SLOT, never);
  await requestFor(driver);

  expect(before).toBeNull();
  expect(await driver.csr?.pending(SLOT, never)).toContain('-----BEGIN');
}

function pendingIs(expected: string | null) {
  return async (driver: ApplianceDriver) => {
    expect(await driver.csr?.pending(SLOT, never)).toBe(expected);
  };
}

type World = Pick<VosUnderTest, 'driver' | 'issue' | 'dnsNames'>;

async function readyChain({ driver, issue, dnsNames }: World) {
  const chain = await issue((await requestFor(driver, SLOT, dnsNames)).pem);
  await driver.trust?.ensure(SLOT, chainPems(chain).slice(1), never);
  return chain;
}

async function installed(world: World) {
  return await world.driver.install(SLOT, await readyChain(world), { held: 'appliance' }, never);
}

async function trustIsAdded({ driver, issueForStranger }: VosUnderTest): Promise<void> {
  const caPem = chainPems(await issueForStranger()).slice(1);

  const added = await driver.trust?.ensure(SLOT, caPem, never);
  const again = await driver.trust?.ensure(SLOT, caPem, never);

  expect(added?.toSorted()).toEqual(caPem.map(sha256OfPem).toSorted());
  expect(again).toEqual([]);
}

async function trustIsEverywhere({ driver, issueForStranger, cluster }: ClusterUnderTest): Promise<void> {
  const caPem = chainPems(await issueForStranger()).slice(1);

  await driver.trust?.ensure(SLOT, caPem, never);

  for (const node of cluster.nodes) expect(node.trustSha256()).toEqual(expect.arrayContaining(caPem.map(sha256OfPem)));
}

async function staleIsRefused(world: VosUnderTest, fault: 'csr-stale-500' | null): Promise<void> {
  const chain = await readyChain(world);
  if (fault) world.faults.on(fault);
  else await requestFor(world.driver, SLOT, world.dnsNames);

  await expect(world.driver.install(SLOT, chain, { held: 'appliance' }, never)).rejects.toMatchObject({
    code: 'APPLIANCE_CSR_REPLACED',
  });
  expect(world.sim.servedSha256()).toBe(world.sim.certificateSha256);
}

async function isDenied({ driver, sim }: VosUnderTest, words: string): Promise<void> {
  await expect(driver.readInstalled(SLOT, never)).rejects.toMatchObject({
    code: 'APPLIANCE_DENIED',
    message: expect.stringContaining(words),
  });
  expect(sim.failedLogins()).toBe(1);
}

/** A service that only releases before 14SU2 restart for tomcat. */
async function plannedWith(version: string, service: string, expected: boolean): Promise<void> {
  const certificate = await makeCertificate({ commonName: 'cucm.example.com' });
  await using api = await startApi(certificate, {});
  await using shell = await startShell(shellOf({ version }));

  const plan = await driverFor(certificate, api, {}, shell).activation?.plan(SLOT, never);

  expect(plan?.some((action) => action.service === service)).toBe(expected);
}

async function restartEnds({ driver, sim }: VosUnderTest, end: 'done' | 'unknown'): Promise<void> {
  const [action] = (await driver.activation?.plan(SLOT, never)) ?? [];
  if (!action) throw new Error('Nothing is to be restarted.');

  const ended = await driver.activation?.start(action, async () => {}, never);

  expect(ended).toBe(end);
  await expect.poll(() => sim.restarts()).toBe(1);
}

async function tftpOn({ driverWith, sim }: VosUnderTest) {
  const { activation } = driverWith({ ...AXL, axlPort: sim.tomcatPort2, apiTimeoutSeconds: 20 });
  const action = (await activation?.plan(SLOT, never))?.find(({ service }) => service === 'Cisco Tftp');
  if (!activation || !action) throw new Error('TFTP is not to be restarted.');
  return { activation, action };
}

async function tftpRestarts(world: VosUnderTest): Promise<void> {
  const { activation, action } = await tftpOn(world);
  let accepted = 0;

  await activation.start(
    action,
    async () => {
      accepted += 1;
    },
    never,
  );

  expect(accepted).toBe(1);
  await expect.poll(() => activation.status(action, never)).toBe('done');
}

async function slowDownIsHeard(world: VosUnderTest): Promise<void> {
  const { activation, action } = await tftpOn(world);
  world.faults.on('soap-rate-limited');

  const restarted = activation.start(action, async () => {}, never);

  await expect(restarted).rejects.toMatchObject({ code: 'APPLIANCE_BUSY', retryAfterMs: 5_000 });
}
