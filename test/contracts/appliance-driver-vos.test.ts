import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { type CertificateChain, chainPems, readCsr, sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { VOS_NAMES, type VosUnderTest, vosUnderTest } from './appliance-driver-vos.ts';

const NO_ACTION = { id: '', node: '', service: '', impact: '', endpoints: [], expectedSeconds: 0 };

const never = new AbortController().signal;
const SLOT = 'tomcat';

function capabilities(driver: ApplianceDriver) {
  const { csr, trust, activation } = driver;
  if (!csr || !trust || !activation) throw new Error('The vos driver has all capabilities.');
  return { csr, trust, activation };
}

function newRequest(driver: ApplianceDriver, signal = never): Promise<string> {
  const dnsNames = VOS_NAMES;
  return capabilities(driver).csr.create(SLOT, { commonName: dnsNames[0], dnsNames }, signal);
}

async function readyChain({ driver, issue }: VosUnderTest): Promise<CertificateChain> {
  const chain = await issue(await newRequest(driver));
  await capabilities(driver).trust.ensure(SLOT, chainPems(chain).slice(1), never);
  return chain;
}

/** Runs `effect` when an exchange of this name comes to this phase, the first time only. */
function once(
  { exchanges }: VosUnderTest,
  name: string,
  phase: 'received' | 'done',
  effect: () => Promise<unknown>,
): void {
  const remove = exchanges.listen(async (seen, at) => {
    if (seen !== name || at !== phase) return;
    remove();
    await effect();
  });
}

/** Gives up on an answer before it comes. */
const IMPATIENT = { apiTimeoutSeconds: 2 };

describe.concurrent('an answer that got lost', () => {
  test('of an upload that arrived is a success, and it was sent once', async () => {
    await using world = await vosUnderTest();
    const { faults, exchanges } = world;
    const chain = await readyChain(world);
    const driver = world.driverWith(IMPATIENT);
    faults.on('identity-timeout-but-stored');

    const receipt = await driver.install(SLOT, chain, { held: 'appliance' }, never);

    expect(receipt).toEqual({ changed: true, sha256: sha256OfPem(chain.leafPem) });
    expect(exchanges.count('vos.identity.upload')).toBe(1);
  });

  test('of a new request that was made is that request', async () => {
    await using world = await vosUnderTest();
    const { sim } = world;
    const before = await newRequest(world.driver);
    const driver = world.driverWith(IMPATIENT);
    once(world, 'vos.csr.create', 'done', () => wait(2400));

    const csr = await newRequest(driver);

    expect(readCsr(csr).key).toEqual(readCsr(sim.pendingCsr() ?? '').key);
    expect(readCsr(csr).key).not.toEqual(readCsr(before).key);
  });

  test('of a new request that was not made is a failure, not the request of before', async () => {
    await using world = await vosUnderTest();
    await newRequest(world.driver);
    const driver = world.driverWith(IMPATIENT);
    once(world, 'vos.csr.create', 'received', () => wait(5000));

    await expect(newRequest(driver)).rejects.toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
  });
});

describe.concurrent('somebody else', () => {
  test('who replaces the request during the upload is named', async () => {
    await using world = await vosUnderTest();
    const { driver, faults } = world;
    faults.on('csr-stale-500');
    const chain = await readyChain(world);
    const before = await driver.readInstalled(SLOT, never);
    once(world, 'vos.identity.upload', 'received', () => newRequest(driver));

    await expect(driver.install(SLOT, chain, { held: 'appliance' }, never)).rejects.toMatchObject({
      code: 'APPLIANCE_CSR_REPLACED',
    });
    expect(await driver.readInstalled(SLOT, never)).toEqual(before);
  });

  test('who adds the same CA certificates meanwhile does no harm', async () => {
    await using world = await vosUnderTest();
    const { driver, faults, sim, issueForStranger } = world;
    faults.on('trust-duplicate');
    const { trust } = capabilities(driver);
    const caPem = chainPems(await issueForStranger()).slice(1);
    once(world, 'vos.trust.upload', 'received', () => trust.ensure(SLOT, caPem, never));

    const added = await trust.ensure(SLOT, caPem, never);

    expect(added.toSorted()).toEqual(caPem.map(sha256OfPem).toSorted());
    expect(sim.trustSha256()).toEqual(expect.arrayContaining([...added]));
  });
});

describe.concurrent('a restart', () => {
  test.each(['no-started-line', 'restart-drops-session', 'banner-error-word'] as const)(
    'with %s begins once and is no failure',
    async (fault) => {
      await using world = await vosUnderTest();
      const { driver, faults, sim, exchanges } = world;
      faults.on(fault);
      const { activation } = capabilities(driver);
      const [action] = await activation.plan(SLOT, never);
      let accepted = 0;

      await activation.start(
        action ?? NO_ACTION,
        async () => {
          accepted += 1;
        },
        never,
      );

      expect(accepted).toBe(1);
      await vi.waitFor(() => expect(sim.restarts()).toBe(1), { timeout: 10_000, interval: 50 });
      expect(exchanges.count('vos.restart')).toBe(1);
    },
  );

  test('whose beginning cannot be stored says so', async () => {
    await using world = await vosUnderTest();
    const { driver } = world;
    const { activation } = capabilities(driver);
    const [action] = await activation.plan(SLOT, never);
    const accepted = () => Promise.reject(new Error('the disk is full'));

    const started = activation.start(action ?? NO_ACTION, accepted, never);

    await expect(started).rejects.toMatchObject({ code: 'INTERNAL', message: 'the disk is full' });
  });

  test('is running, then done; unknown while nobody answers', async () => {
    await using world = await vosUnderTest({ restartMs: 1500 });
    const { driver, driverWith } = world;
    const { activation } = capabilities(driver);
    const [action = NO_ACTION] = await activation.plan(SLOT, never);
    const unanswered = capabilities(driverWith({ sshPort: 1 })).activation;
    let whileRunning: unknown = null;

    await activation.start(
      action,
      async () => {
        whileRunning = await activation.status(action, never);
      },
      never,
    );

    expect(whileRunning).toBe('running');
    expect(await activation.status(action, never)).toBe('done');
    expect(await unanswered.status(action, never)).toBe('unknown');
  });

  test.each([[[]], [['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']]])(
    'with the host keys %j does not begin, shows the key seen and sends no password',
    async (sshHostKeys) => {
      await using world = await vosUnderTest();
      const { driverWith, sim } = world;
      const { activation } = capabilities(driverWith({ sshHostKeys }));
      const [action = NO_ACTION] = await activation.plan(SLOT, never);

      const started = activation.start(action, () => Promise.reject(new Error('begun')), never);

      await expect(started).rejects.toMatchObject({
        code: 'APPLIANCE_NOT_TRUSTED',
        message: expect.stringContaining(sim.sshHostKey),
      });
      expect(sim.failedLogins()).toBe(0);
      expect(sim.isRestarting()).toBe(false);
    },
  );
});

describe.concurrent('the check', () => {
  const outcomes = async (driver: ApplianceDriver, dnsNames: readonly string[] = VOS_NAMES) => {
    const findings = await driver.check(SLOT, dnsNames, never);
    return Object.fromEntries(findings.map(({ id, outcome }) => [id, outcome]));
  };

  test('finds nothing on a healthy node', async () => {
    await using world = await vosUnderTest();
    const { driver } = world;

    expect(new Set(Object.values(await outcomes(driver)))).toEqual(new Set(['ok']));
  });

  test.each([
    ['a foreign certificate', { pinnedSha256: ['0'.repeat(64)] }, 'appliance.trust', 'block'],
    ['a wrong password', { password: 'wrong' }, 'appliance.credentials', 'block'],
    ['a wrong API port', { apiPort: 1 }, 'appliance.reachable', 'block'],
    ['no SSH host key', { sshHostKeys: [] }, 'appliance.ssh-host-key', 'block'],
    ['a wrong SSH password', { sshPassword: 'wrong' }, 'appliance.ssh-login', 'block'],
    ['an account that may only read', { user: 'reader', password: 'look' }, 'appliance.privilege', 'block'],
    ['a wrong SSH port', { sshPort: 1 }, 'appliance.ssh-host-key', 'block'],
  ])('blocks on %s', async (_, settings, id, outcome) => {
    await using world = await vosUnderTest();
    const { driverWith } = world;

    expect(await outcomes(driverWith(settings))).toMatchObject({ [id]: outcome });
  });

  test('shows the host key that has to be compared', async () => {
    await using world = await vosUnderTest();
    const { driverWith, sim } = world;

    const findings = await driverWith({ sshHostKeys: [] }).check(SLOT, [], never);

    expect(findings.find(({ id }) => id === 'appliance.ssh-host-key')?.answer).toContain(sim.sshHostKey);
  });

  test('tries a wrong password once, over both ways together', async () => {
    await using world = await vosUnderTest();
    const { denied, sim } = world;

    expect(await outcomes(denied.driver)).toMatchObject({
      'appliance.credentials': 'block',
      'appliance.ssh-login': 'skipped',
    });
    expect(sim.failedLogins()).toBe(1);
  });

  test('warns of a request that somebody may wait for, and of a node without its name', async () => {
    await using world = await vosUnderTest();
    const { driver } = world;
    await newRequest(driver);

    expect(await outcomes(driver, ['voice.lab.example.com'])).toMatchObject({
      'appliance.pending-csr': 'warn',
      'appliance.names.node': 'warn',
    });
  });

  test('blocks names that the product does not take', async () => {
    await using world = await vosUnderTest();
    const { driver } = world;

    expect(await outcomes(driver, ['*.lab.example.com', '10.0.0.1'])).toMatchObject({
      'appliance.names.wildcard': 'block',
      'appliance.names.address': 'block',
    });
  });
});

test.concurrent('an account that may only read is forbidden to write', async () => {
  await using world = await vosUnderTest();
  const { driverWith } = world;

  const created = newRequest(driverWith({ user: 'reader', password: 'look' }));

  await expect(created).rejects.toMatchObject({ code: 'APPLIANCE_FORBIDDEN' });
});

test.concurrent('identify knows the version only over SSH', async () => {
  await using world = await vosUnderTest();
  const { driver, driverWith } = world;

  expect((await driver.identify(never)).version).toMatch(/^15\./);
  expect((await driverWith({ sshHostKeys: [] }).identify(never)).version).toBeNull();
  expect((await driverWith({ sshPort: 1 }).identify(never)).version).toBeNull();
});
