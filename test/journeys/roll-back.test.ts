import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCertificate } from '../../backend/src/domain/certificate.ts';
import { type Bundle, bundle } from '../support/bundle.ts';
import type { Doom } from '../support/doomed-daemon.ts';
import { type Ended, Journey } from '../support/journey.ts';
import { type KeyHost, keyHostDriver, startKeyHost } from '../support/key-host.ts';

const NAME = 'cucm-pub.lab.example.com';

interface World extends AsyncDisposable {
  readonly host: KeyHost;
  readonly journey: Journey;
}

async function startWorld(): Promise<World> {
  const host = await startKeyHost(NAME);
  const journey = await Journey.start({
    connection: (input) => ({ ...input, slot: 'web', policy: { ...input.policy, verifyPatienceSeconds: 1 } }),
    overrides: { driverOf: () => keyHostDriver(host.address) },
  });
  const dispose = async () => {
    await journey[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
  };
  return { host, journey, [Symbol.asyncDispose]: dispose };
}

describe('a host that takes a key', { timeout: 60_000 }, () => {
  it('gets the old certificate back when it does not serve the new one, and the new one later', async () => {
    await using world = await startWorld();
    const { host, journey } = world;
    const first = await journey.renew();
    host.spoils = true;

    const second = await journey.renew();

    const old = sha256Of(first);
    expect(first.finished.outcome).toBe('verified');
    expect(second.finished).toMatchObject({ outcome: 'rolled-back', oldStillServed: true });
    expect(second.finished.message).toMatch(/not seen served everywhere\..*put back and is served again on 1 of 1/);
    expect(second.facts.restored).toMatchObject({ sha256: old, installed: true, served: [{ sha256: old }] });

    const third = await journey.renew();

    expect(third.finished.outcome).toBe('verified');
    expect(third.facts.earlier?.renewalId).toBe(second.id);
    expect(journey.effects().issued).toBe(2);
  });

  it('says so when the old one does not come back either', async () => {
    await using world = await startWorld();
    const { host, journey } = world;
    await journey.renew();
    host.onInstall = async () => {
      host.spoils = true;
    };
    host.spoils = true;

    const { finished } = await journey.renew();

    expect(finished).toMatchObject({ outcome: 'installed-not-served', oldStillServed: false });
    expect(finished.message).toContain('neither is the old one');
    expect(finished.message).toContain('The old certificate was put back, but is not seen everywhere');
  });

  it('keeps a first certificate that is not served, as there is none to go back to', async () => {
    await using world = await startWorld();
    const { host, journey } = world;
    host.spoils = true;

    const { finished, events } = await journey.renew();

    expect(finished.outcome).toBe('installed-not-served');
    expect(finished.message).toContain('was not issued through certferry');
    expect(host.installs).toBe(1);
    expect(events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'step.finished', step: 'rollBack' }),
    );
  });
});

describe('a daemon killed while it rolls back', { timeout: 60_000 }, () => {
  let program: Bundle;

  beforeAll(async () => {
    program = await bundle('test/support/doomed-daemon.ts');
  });

  afterAll(() => program[Symbol.asyncDispose]());

  it.each(['before it puts anything back', 'while it does'])('%s goes on with it', async (when) => {
    await using world = await startWorld();
    const { host, journey } = world;
    const old = sha256Of(await journey.renew());
    host.spoils = true;
    await journey.release();
    const daemon = spawnDoomed(program, world, when === 'while it does' ? null : 'keep restored 1');
    host.onInstall = async () => {
      if (host.installs === 3) daemon.kill('SIGKILL');
    };
    await exitOf(daemon);

    const [id] = await journey.takeOver();
    const { finished, facts } = await journey.ended(id ?? 'none');

    expect(finished.outcome).toBe('rolled-back');
    expect(facts.restored?.served.map(({ sha256 }) => sha256)).toEqual([old]);
    expect(host.installs).toBe(3);
  });
});

function sha256Of({ facts }: Ended): string {
  return readCertificate(facts.chain?.leafPem ?? '').sha256;
}

function spawnDoomed(program: Bundle, { host, journey }: World, dieAfter: string | null): ChildProcess {
  const { lab, folder, connection } = journey;
  const doom: Doom = {
    folder,
    resolvers: [lab.dns.resolver],
    nameServers: lab.dns.nameServers,
    connectionId: connection.id,
    dieAfter,
    keyHost: host.address,
  };
  return spawn(process.execPath, [program.path, JSON.stringify(doom)], { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function exitOf(daemon: ChildProcess): Promise<void> {
  if (daemon.signalCode === null && daemon.exitCode === null) await once(daemon, 'exit');
  expect(daemon.signalCode).toBe('SIGKILL');
}
