import { describe, expect, test, vi } from 'vitest';
import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { type CertificateChain, chainPems, readCsr, sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { makeCertificate } from '../../backend/src/plugins/testing/certificates.ts';
import type { ExpresswayQuirks } from '../../lab/src/expressway-sim/quirks.ts';
import { applianceDriverContract } from './appliance-driver.ts';
import { EXPRESSWAY_NAMES, type ExpresswayUnderTest, expresswayUnderTest } from './appliance-driver-expressway.ts';

applianceDriverContract('expressway', () => expresswayUnderTest());

const never = new AbortController().signal;
const SLOT = 'server';
const ON_BOX = { held: 'appliance' } as const;

async function newRequest({ driver }: ExpresswayUnderTest): Promise<string> {
  const csr = await driver.csr?.create(SLOT, { commonName: EXPRESSWAY_NAMES[0], dnsNames: EXPRESSWAY_NAMES }, never);
  if (!csr) throw new Error('An Expressway makes requests.');
  return csr;
}

async function ready(world: ExpresswayUnderTest): Promise<CertificateChain> {
  const chain = await world.issue(await newRequest(world));
  await world.driver.trust?.ensure(SLOT, chainPems(chain).slice(1), never);
  return chain;
}

async function outcomes(driver: ApplianceDriver, names: readonly string[] = EXPRESSWAY_NAMES) {
  const findings = await driver.check(SLOT, names, never);
  return Object.fromEntries(findings.map(({ id, outcome }) => [id, outcome]));
}

describe.concurrent('an Expressway', () => {
  test('keeps the CSR of somebody else, which is named with what to do', async () => {
    await using world = await expresswayUnderTest();
    world.faults.on('expressway-csr-conflict');

    const failure = await newRequest(world).catch((err) => err);

    expect(failure).toMatchObject({
      code: 'APPLIANCE_REFUSED',
      message: expect.stringMatching(/somebody\.lab\.example\.com.*discard it/),
    });
    expect(await outcomes(world.driver)).toMatchObject({ 'appliance.pending-csr': 'warn' });
  });

  test('says which name it puts into every CSR, and that it keeps one of them', async () => {
    await using world = await expresswayUnderTest();
    const { csr } = world.driver;
    const pem = await csr?.create(
      SLOT,
      { commonName: 'join.lab.example.com', dnsNames: ['join.lab.example.com'] },
      never,
    );

    expect(csr?.ownNames).toEqual([EXPRESSWAY_NAMES[0]]);
    expect(readCsr(pem ?? '').dnsNames).toContain(EXPRESSWAY_NAMES[0]);
    await expect(newRequest(world)).rejects.toMatchObject({ code: 'APPLIANCE_REFUSED' });
    expect(csr?.keepsOne).toBe(true);
  });

  test('that stores a certificate without an answer is looked at, and gets it once', async () => {
    await using world = await expresswayUnderTest();
    const chain = await ready(world);
    world.faults.on('expressway-upload-lost');

    const receipt = await world.driverWith({ apiTimeoutSeconds: 2 }).install(SLOT, chain, ON_BOX, never);

    expect(receipt).toEqual({ changed: true, sha256: sha256OfPem(chain.leafPem) });
    expect(world.exchanges.count('expressway.server.upload')).toBe(1);
  });

  test('whose trust list was replaced by an upload gets back what it had', async () => {
    const other = await makeCertificate({ commonName: 'Voice CA', isCa: true });
    await using world = await expresswayUnderTest({ trusted: [other.certPem] });
    world.faults.on('expressway-trust-replaced');
    const caPem = chainPems(await world.issueForStranger()).slice(1);

    const added = await world.driver.trust?.ensure(SLOT, caPem, never);

    expect(added).toHaveLength(2);
    expect(world.sim.trustSha256()).toEqual(expect.arrayContaining([other.sha256, ...caPem.map(sha256OfPem)]));
  });

  test('without a pinned host key is not restarted, and no password is sent', async () => {
    await using world = await expresswayUnderTest();
    const { activation } = world.driverWith({ sshHostKeys: [] });
    const [action] = (await activation?.plan(SLOT, never)) ?? [];

    const started = action && activation?.start(action, () => Promise.reject(new Error('begun')), never);

    await expect(started).rejects.toMatchObject({
      code: 'APPLIANCE_NOT_TRUSTED',
      message: expect.stringContaining(world.sim.sshHostKey),
    });
    expect(world.sim.restarts()).toBe(0);
    expect(world.sim.failedLogins()).toBe(0);
  });

  test('is asked for its release over SSH, and a wrong password is tried once', async () => {
    await using world = await expresswayUnderTest();

    expect((await world.driver.identify(never)).version).toBe('X15.3.1');
    expect(await outcomes(world.denied?.driver ?? world.driver)).toMatchObject({ 'appliance.credentials': 'block' });
    expect(world.sim.failedLogins()).toBe(1);
  });

  test('of the edge has an ACME scheduler, which nobody can ask for', async () => {
    await using world = await expresswayUnderTest();

    const [unknown, off, core] = await Promise.all(
      [{ acmeOff: false }, { acmeOff: true }, { acmeOff: false, role: 'core' }].map((one) =>
        outcomes(world.driverWith(one)),
      ),
    );

    expect([unknown, off, core].map((one) => one?.['appliance.acme-scheduler'])).toEqual(['warn', 'ok', 'ok']);
  });

  test('takes no wildcards', async () => {
    await using world = await expresswayUnderTest();

    expect(await outcomes(world.driver, ['*.lab.example.com'])).toMatchObject({ 'appliance.names.wildcard': 'block' });
  });

  test.each<ExpresswayQuirks>([
    { refusal: 'status', noCsr: '404', chain: 'taken', restartAnswer: 'result' },
    { refusal: 'text', noCsr: 'empty', chain: 'refused', restartAnswer: 'ok' },
  ])('is coped with either way: %j', async (quirks) => {
    await using world = await expresswayUnderTest({ quirks });
    const chain = await ready(world);
    let accepted = 0;

    const receipt = await world.driver.install(SLOT, chain, ON_BOX, never);
    const [action] = (await world.driver.activation?.plan(SLOT, never)) ?? [];
    const begun = async () => {
      accepted += 1;
    };
    await (action && world.driver.activation?.start(action, begun, never));

    await vi.waitFor(() => expect(world.sim.servedSha256()).toBe(receipt.sha256), { timeout: 10_000, interval: 50 });
    const ended = async () => expect(await (action && world.driver.activation?.status(action, never))).toBe('done');
    await vi.waitFor(ended, { timeout: 10_000, interval: 50 });
    expect(accepted).toBe(1);
    expect(world.exchanges.count('expressway.restart')).toBe(1);
  });
});
