import { describe, expect, test } from 'vitest';
import { chainPems, sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { makeCsr, makeKey } from '../../backend/src/plugins/keys.ts';
import { Recorder, recordedHttp } from '../../backend/src/plugins/recorder.ts';
import { applianceDriverContract } from './appliance-driver.ts';
import { VCENTER_NAMES, type VcenterUnderTest, vcenterUnderTest } from './appliance-driver-vcenter.ts';
import { vosDeps } from './appliance-driver-vos.ts';

applianceDriverContract('vcenter', () => vcenterUnderTest());

const never = new AbortController().signal;
const SLOT = 'machine-ssl';

/** Slow to make, and no test minds that another one has it. */
const sharedKey = makeKey('RSA 2048');

async function keyAndChain({ issue }: VcenterUnderTest) {
  const key = await sharedKey;
  const chain = await issue(await makeCsr(key, VCENTER_NAMES[0], VCENTER_NAMES));
  return { chain, key, material: { held: 'certferry', pem: new Secret(key.keyPem) } as const };
}

describe.concurrent('vCenter', () => {
  test('gets the CA with the certificate, and trusts it afterwards', async () => {
    await using world = await vcenterUnderTest();
    const { chain, material } = await keyAndChain(world);

    await world.driver.install(SLOT, chain, material, never);

    expect(world.sim.trusted().toSorted()).toEqual(chainPems(chain).slice(1).map(sha256OfPem).toSorted());
  });

  test('that refuses says why, and goes on with the old certificate', async () => {
    await using world = await vcenterUnderTest();
    const { chain, material } = await keyAndChain(world);
    world.faults.on('vcenter-put-refused');

    const failure = await world.driver.install(SLOT, chain, material, never).catch((err) => err);

    expect(failure).toMatchObject({
      code: 'APPLIANCE_REJECTED_CERTIFICATE',
      message: expect.stringContaining('The certificate cannot be used'),
      evidence: { body: 'INVALID_ARGUMENT: The certificate cannot be used' },
    });
    expect(world.sim.restarts()).toBe(0);
    expect(world.sim.servedSha256()).toBe(world.sim.startSha256);
  });

  test.each([
    ['vcenter-put-failed', 'APPLIANCE_REJECTED_CERTIFICATE', 'Error occurred while replacing the certificate'],
    ['vcenter-put-ignored', 'APPLIANCE_REJECTED_CERTIFICATE', 'accepted the certificate, but holds another one'],
    ['api-503', 'APPLIANCE_BUSY', 'cannot do that now (HTTP 503): SERVICE_UNAVAILABLE'],
  ] as const)('that keeps the old certificate says so: %s', async (fault, code, words) => {
    await using world = await vcenterUnderTest();
    const { chain, material } = await keyAndChain(world);
    const driver = world.driverWith({ settleSeconds: 0 });
    world.faults.on(fault);

    const failure = await driver.install(SLOT, chain, material, never).catch((err) => err);

    expect(failure).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test('that never answers the replacement is looked at, and gets it once', async () => {
    await using world = await vcenterUnderTest();
    const { chain, material } = await keyAndChain(world);
    world.faults.on('vcenter-put-lost');

    const receipt = await world.driver.install(SLOT, chain, material, never);

    expect(receipt).toEqual({ changed: true, sha256: sha256OfPem(chain.leafPem) });
    expect(world.exchanges.count('vcenter.replace')).toBe(1);
  });

  test('whose services are away for longer than is waited for counts as installed', async () => {
    await using world = await vcenterUnderTest({ restartMs: 60_000 });
    const { chain, material } = await keyAndChain(world);
    const driver = world.driverWith({ settleSeconds: 0 });

    const receipt = await driver.install(SLOT, chain, material, never);

    expect(receipt).toEqual({ changed: true, sha256: sha256OfPem(chain.leafPem) });
  });

  test('that neither answers nor comes back is to be asked again later', async () => {
    await using world = await vcenterUnderTest({ restartMs: 60_000 });
    const { chain, material } = await keyAndChain(world);
    const driver = world.driverWith({ settleSeconds: 0 });
    world.faults.on('vcenter-put-lost');

    const installed = driver.install(SLOT, chain, material, never);

    await expect(installed).rejects.toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
  });

  test('that refuses a root because it trusts it already gets the certificate without it', async () => {
    await using world = await vcenterUnderTest();
    const [first, second] = [await keyAndChain(world), await keyAndChain(world)];
    await world.driver.install(SLOT, first.chain, first.material, never);
    world.faults.on('vcenter-root-exists');

    const receipt = await world.driver.install(SLOT, second.chain, second.material, never);

    expect(receipt).toEqual({ changed: true, sha256: sha256OfPem(second.chain.leafPem) });
    expect(world.exchanges.count('vcenter.replace')).toBe(2);
  });

  test('is left without open sessions, tells its version, and is asked a wrong password once', async () => {
    await using world = await vcenterUnderTest();

    const identity = await world.driver.identify(never);
    await world.driver.check(SLOT, VCENTER_NAMES, never);
    await world.denied?.driver.check(SLOT, VCENTER_NAMES, never);

    expect(identity).toMatchObject({ product: 'VMware vCenter Server', version: '8.0.3.00400, build 24322831' });
    expect(world.sim.openSessions()).toBe(0);
    expect(world.sim.failedLogins()).toBe(1);
  });

  test('takes no wildcards, and warns when its own name is missing', async () => {
    await using world = await vcenterUnderTest();
    const outcome = async (name: string) => {
      const findings = await world.driver.check(SLOT, [name], never);
      return findings.find(({ id }) => id === 'appliance.names')?.outcome;
    };

    const outcomes = [await outcome('*.lab.example.com'), await outcome('other.lab.example.com')];

    expect(outcomes).toEqual(['block', 'warn']);
  });

  test('gets a private key that stands in no recording, and neither do sessions', async () => {
    await using world = await vcenterUnderTest();
    const recorder = new Recorder(vosDeps.clock);
    const sessions: string[] = [];
    const spied: typeof vosDeps.http = (options) => {
      const client = vosDeps.http(options);
      return {
        async request(input, signal) {
          const answer = await client.request(input, signal);
          if (input.url.endsWith('/api/session') && answer.status === 201) sessions.push(JSON.parse(answer.body));
          return answer;
        },
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      };
    };
    const driver = world.driverWith({}, { ...vosDeps, http: recordedHttp(spied, recorder) });
    const { chain, key, material } = await keyAndChain(world);

    await driver.install(SLOT, chain, material, never);

    recorder.keepRecent();
    const recording = JSON.stringify(recorder.take());
    const [line = ''] = key.keyPem.split('\n').slice(1);
    expect(sessions.length).toBeGreaterThan(1);
    expect(sessions.filter((session) => recording.includes(session))).toEqual([]);
    expect(recording).toContain('root_cert');
    expect(recording).not.toContain(line.slice(0, 24));
    expect(recording).not.toContain('PRIVATE KEY');
  });
});
