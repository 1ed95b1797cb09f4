import { describe, expect, test, vi } from 'vitest';
import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { type CertificateChain, chainPems, readCsr, sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { makeCertificate } from '../../backend/src/plugins/testing/certificates.ts';
import type { IseQuirks } from '../../lab/src/ise-sim/quirks.ts';
import { applianceDriverContract } from './appliance-driver.ts';
import { ISE_NAMES, type IseUnderTest, iseUnderTest } from './appliance-driver-ise.ts';

applianceDriverContract('ise', () => iseUnderTest({ nodes: ['ise1.lab.example.com'] }, 'ise-portal'));

const never = new AbortController().signal;
const ADMIN = 'ise-admin';
const PORTAL = 'ise-portal';
const ON_ISE = { held: 'appliance' } as const;

async function newRequest({ driver }: IseUnderTest, slot = PORTAL, own: ApplianceDriver = driver): Promise<string> {
  const csr = await own.csr?.create(slot, { commonName: ISE_NAMES[0], dnsNames: ISE_NAMES }, never);
  if (!csr) throw new Error('ISE makes requests.');
  return csr;
}

/** A chain for a new request, whose CA is trusted. */
async function ready(world: IseUnderTest, slot = PORTAL, own = world.driver): Promise<CertificateChain> {
  const chain = await world.issue(await newRequest(world, slot, own));
  await own.trust?.ensure(slot, chainPems(chain).slice(1), never);
  return chain;
}

async function outcomes(driver: ApplianceDriver, slot = PORTAL) {
  const findings = await driver.check(slot, ISE_NAMES, never);
  return Object.fromEntries(findings.map(({ id, outcome }) => [id, outcome]));
}

describe.concurrent('requests of ISE', () => {
  test('of somebody else stay, and are named where one is in the way', async () => {
    await using world = await iseUnderTest();
    world.faults.on('ise-csr-conflict');

    const failure = await newRequest(world).catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED', message: expect.stringContaining('"somebody else"') });
    expect(world.sim.pendingCsrs()).toEqual(['somebody else']);
    expect(world.exchanges.count('ise.csr.delete')).toBe(0);
    expect(await outcomes(world.driver)).toMatchObject({ 'appliance.pending-csr': 'warn' });
  });

  test('of one slot do not disturb those of another', async () => {
    await using world = await iseUnderTest();
    const forPortal = await newRequest(world, PORTAL);

    await newRequest(world, 'ise-eap');

    const pending = await world.driver.csr?.pending(PORTAL, never);
    expect(readCsr(pending ?? '').key).toEqual(readCsr(forPortal).key);
    expect(world.sim.pendingCsrs()).toHaveLength(2);
  });
});

describe.concurrent('a bind', () => {
  test('that is never answered is looked up, and sent once', async () => {
    await using world = await iseUnderTest();
    const driver = world.driverWith({ bindTimeoutSeconds: 1 });
    const chain = await ready(world, PORTAL, driver);
    world.faults.on('ise-bind-timeout');

    const receipt = await driver.install(PORTAL, chain, ON_ISE, never);

    expect(receipt).toEqual({ changed: true, sha256: sha256OfPem(chain.leafPem) });
    expect(world.exchanges.count('ise.bind')).toBe(1);
  });

  test('that got lost is neither success nor failure, and can be repeated', async () => {
    await using world = await iseUnderTest();
    const driver = world.driverWith({ bindTimeoutSeconds: 1 });
    const chain = await ready(world, PORTAL, driver);
    world.faults.on('ise-bind-lost');

    const first = await driver.install(PORTAL, chain, ON_ISE, never).catch((err) => err);
    const second = await driver.install(PORTAL, chain, ON_ISE, never);

    expect(first).toMatchObject({ code: 'APPLIANCE_BUSY' });
    expect(second.changed).toBe(true);
  });

  test('for the admin role restarts the node, which later says that it holds the certificate', async () => {
    await using world = await iseUnderTest({ restartMs: 700, quirks: { bindAnswer: 'never' } });
    const { rootPem } = await world.issueForStranger();
    const driver = world.driverWith({
      trust: 'bundle',
      caBundle: `${world.sim.startPem}${rootPem}`,
      bindTimeoutSeconds: 1,
    });
    const chain = await ready(world, ADMIN, driver);
    const [action] = (await driver.activation?.plan(ADMIN, never)) ?? [];

    await driver.install(ADMIN, chain, ON_ISE, never).catch(() => null);
    const receipt = await vi.waitFor(() => driver.install(ADMIN, chain, ON_ISE, never), {
      timeout: 10_000,
      interval: 100,
    });

    expect(action).toMatchObject({ beginsWithInstall: true, typedConfirmation: true, node: ISE_NAMES[0] });
    expect(receipt.sha256).toBe(sha256OfPem(chain.leafPem));
    expect(world.exchanges.count('ise.bind')).toBe(1);
    expect(world.sim.primary.servedSha256()).toBe(receipt.sha256);
  });

  test('is refused while a trusted certificate has the same name, which is named and stays', async () => {
    await using world = await iseUnderTest();
    const twin = await makeCertificate({ commonName: ISE_NAMES[0] });
    world.sim.trust(twin.certPem, 'ise1 self-signed');
    const chain = await ready(world);

    const failure = await world.driver.install(PORTAL, chain, ON_ISE, never).catch((err) => err);

    expect(failure).toMatchObject({
      code: 'APPLIANCE_REJECTED_CERTIFICATE',
      message: expect.stringContaining('"ise1 self-signed"'),
    });
    expect(await outcomes(world.driver)).toMatchObject({ 'appliance.trusted-name': 'warn' });
  });

  test('that the content filter stops says so in the words of ISE', async () => {
    await using world = await iseUnderTest();
    const chain = await ready(world);
    world.faults.on('ise-content-filter');

    const failure = await world.driver.install(PORTAL, chain, ON_ISE, never).catch((err) => err);

    expect(failure).toMatchObject({
      code: 'APPLIANCE_REJECTED_CERTIFICATE',
      message: expect.stringContaining('content filter'),
      evidence: { status: 400, body: 'Security Check Failed' },
    });
  });

  test('for another node leaves the first one as it was', async () => {
    await using world = await iseUnderTest();
    const driver = world.driverWith({ node: 'ise2.lab.example.com', nodeAddress: '127.0.0.1' });
    const before = await world.driver.readInstalled(PORTAL, never);
    const chain = await ready(world, PORTAL, driver);

    await driver.install(PORTAL, chain, ON_ISE, never);

    expect(await driver.readInstalled(PORTAL, never)).toMatchObject({ sha256: sha256OfPem(chain.leafPem) });
    expect(await world.driver.readInstalled(PORTAL, never)).toEqual(before);
  });
});

describe.concurrent('what no source confirms about ISE', () => {
  test.each<Partial<IseQuirks>>([
    { csrf: 'wanted', csrExport: 'text', certificateExport: 'zip', bindFields: 'all' },
    { csrf: 'absent', csrExport: 'json', certificateExport: 'text', bindFields: 'documented' },
    { trustDuplicate: 409, fingerprint: 'colons' },
    { trustDuplicate: 200, fingerprint: 'plain' },
  ])('is coped with either way: %j', async (quirks) => {
    await using world = await iseUnderTest({ quirks });
    const chain = await ready(world);

    const receipt = await world.driver.install(PORTAL, chain, ON_ISE, never);

    expect(receipt.changed).toBe(true);
    expect(await world.driver.readInstalled(PORTAL, never)).toMatchObject({ sha256: receipt.sha256 });
  });
});

describe.concurrent('the check of ISE', () => {
  test('tries a wrong password once', async () => {
    await using world = await iseUnderTest();

    expect(await outcomes(world.denied?.driver ?? world.driver)).toMatchObject({ 'appliance.credentials': 'block' });
    expect(world.sim.failedLogins()).toBe(1);
  });

  test('names the nodes that there are, where the wanted one is not among them', async () => {
    await using world = await iseUnderTest();
    const findings = await world.driverWith({ node: 'ise9.lab.example.com' }).check(PORTAL, ISE_NAMES, never);

    const node = findings.find(({ id }) => id === 'appliance.node');
    expect(node).toMatchObject({ outcome: 'block', answer: expect.stringContaining('ise2.lab.example.com') });
  });
});

test.concurrent('the CA is trusted within ISE for the admin role alone, under names without apostrophes', async () => {
  await using world = await iseUnderTest();
  const root = await makeCertificate({ commonName: "Let's Root", isCa: true });

  await world.driver.trust?.ensure(
    PORTAL,
    [(await makeCertificate({ commonName: 'Portal CA', isCa: true })).certPem],
    never,
  );
  await world.driver.trust?.ensure(ADMIN, [root.certPem], never);

  expect(world.sim.trustedWithinIse()).toEqual([expect.stringMatching(/^certferry CA [0-9a-f]{16}$/)]);
});
