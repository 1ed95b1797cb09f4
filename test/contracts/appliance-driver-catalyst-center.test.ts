import { describe, expect, test } from 'vitest';
import { sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { makeCsr, makeKey } from '../../backend/src/plugins/keys.ts';
import { Recorder, recordedHttp } from '../../backend/src/plugins/recorder.ts';
import { applianceDriverContract } from './appliance-driver.ts';
import { CATALYST_NAMES, type CatalystUnderTest, catalystUnderTest } from './appliance-driver-catalyst-center.ts';
import { vosDeps } from './appliance-driver-vos.ts';

applianceDriverContract('catalyst-center', () => catalystUnderTest());

const never = new AbortController().signal;
const SLOT = 'server';

async function keyAndChain({ issue }: CatalystUnderTest) {
  const key = await makeKey('RSA 2048');
  const chain = await issue(await makeCsr(key, CATALYST_NAMES[0], CATALYST_NAMES));
  return { chain, key, material: { held: 'certferry', pem: new Secret(key.keyPem) } as const };
}

describe.concurrent('Catalyst Center', () => {
  test('whose task fails says why, and goes on with the old certificate', async () => {
    await using world = await catalystUnderTest();
    const { chain, material } = await keyAndChain(world);
    world.faults.on('catalyst-task-failed');

    const failure = await world.driver.install(SLOT, chain, material, never).catch((err) => err);

    expect(failure).toMatchObject({
      code: 'APPLIANCE_REJECTED_CERTIFICATE',
      message: expect.stringContaining('certificate chain is not valid'),
      evidence: { body: expect.stringContaining('NCTP0009') },
    });
    expect(world.sim.servedSha256()).toBe(world.sim.startSha256);
  });

  test('that does not know its task for a while is asked again', async () => {
    await using world = await catalystUnderTest();
    const { chain, material } = await keyAndChain(world);
    world.faults.on('catalyst-task-late');

    const receipt = await world.driver.install(SLOT, chain, material, never);

    expect(receipt).toEqual({ changed: true, sha256: sha256OfPem(chain.leafPem) });
    expect(world.exchanges.count('catalyst.upload')).toBe(1);
  });

  test('that forgets a token gives another one, and a wrong password is tried once', async () => {
    await using world = await catalystUnderTest();
    const { chain, material } = await keyAndChain(world);
    world.faults.on('catalyst-token-expired');

    await world.driver.install(SLOT, chain, material, never);
    await world.denied?.driver.check(SLOT, CATALYST_NAMES, never);

    expect(world.exchanges.count('catalyst.upload')).toBe(1);
    expect(world.sim.failedLogins()).toBe(1);
  });

  test('gives each host its own token', async () => {
    await using world = await catalystUnderTest();
    await using other = await catalystUnderTest();

    await world.driver.identify(never);
    await other.driver.identify(never);

    expect([world.sim.tokens(), other.sim.tokens()]).toEqual([1, 1]);
  });

  test('gets a private key that stands in no recording', async () => {
    await using world = await catalystUnderTest();
    const recorder = new Recorder(vosDeps.clock);
    const driver = world.driverWith({}, { ...vosDeps, http: recordedHttp(vosDeps.http, recorder) });
    const { chain, key, material } = await keyAndChain(world);

    await driver.install(SLOT, chain, material, never);

    recorder.keepRecent();
    const recording = JSON.stringify(recorder.take());
    const [line = ''] = key.keyPem.split('\n').slice(1);
    expect(recording).toContain('pkFileUpload; private_key.pem');
    expect(recording).not.toContain(line.slice(0, 24));
    expect(recording).not.toContain('PRIVATE KEY');
  });
});
