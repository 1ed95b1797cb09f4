import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addConnection } from '../../backend/src/connections.ts';
import { type CertificateChain, readCertificate } from '../../backend/src/domain/certificate.ts';
import type { Facts } from '../../backend/src/renewal/facts.ts';
import type { RenewalOptions } from '../../backend/src/renewal/runner.ts';
import { certferry } from '../support/command.ts';
import { type Ended, Journey, type JourneyOptions } from '../support/journey.ts';
import { keyHostDriver, startKeyHost } from '../support/key-host.ts';
import { TravellingClock } from '../support/travelling-clock.ts';
import { twoCas } from '../support/two-cas.ts';

const NAME = 'cucm-pub.lab.example.com';
const MINUTE_MS = 60_000;
const WAIT = { timeout: 30_000 };
const NEVER = new AbortController().signal;
const GET: RenewalOptions = { goal: 'fallback', activation: null };
const USE: RenewalOptions = { goal: 'serve', activation: null, useFallback: true };

/** With two CAs. */
function start(options: Pick<JourneyOptions, 'connection' | 'overrides' | 'lab'> = {}): Promise<Journey> {
  return Journey.start({
    ...options,
    lab: { testCa: true, ...options.lab },
    connection: (input, lab) => twoCas(options.connection?.(input, lab) ?? input, lab),
  });
}

function leafOf({ facts }: Ended) {
  return readCertificate((facts.chain as CertificateChain).leafPem);
}

/** By both CAs. */
function issued({ lab }: Journey): readonly number[] {
  return [lab.ca.issued().length, lab.testCa?.issued().length ?? 0];
}

describe.concurrent('a fallback certificate', { timeout: 60_000 }, () => {
  it('waits with its CSR on the appliance, and is put to use without a word to a CA', async () => {
    await using journey = await start();
    const { lab, app, connection } = journey;
    const regular = await journey.renew();

    const kept = await journey.renew(GET);
    const again = await journey.renew(GET);
    const listed = await app.store.certificates.page({ connectionId: connection.id, offset: 0, limit: 10 });
    const servedBefore = lab.vos.servedSha256();
    lab.faults.on('ca-down', 'ca');
    const used = await journey.renew(USE);

    expect(kept.finished).toMatchObject({
      outcome: 'issued',
      message: expect.stringMatching(/^Kept ready as a fallback, not installed: /),
    });
    expect(again.finished).toMatchObject({
      outcome: 'not-due',
      message: expect.stringContaining('is ready, valid until'),
    });
    expect(listed.rows.map(({ current, fallback }) => [current, fallback])).toEqual([
      [false, 'ready'],
      [true, null],
    ]);
    expect(servedBefore).toBe(leafOf(regular).sha256);
    expect(used.finished.outcome).toBe('verified');
    expect(lab.vos.servedSha256()).toBe(leafOf(kept).sha256);
    expect((await app.store.issuances.last(connection.id))?.renewalId).toBe(kept.id);
    expect((await app.store.certificates.get(leafOf(kept).sha256))?.current).toBe(true);
    expect(issued(journey)).toEqual([1, 1]);
    expect((await currentFile(journey)).sha256).toBe(leafOf(kept).sha256);
  });

  it('is lost when a regular renewal uses its CSR, and says so to whoever asks for it', async () => {
    await using journey = await start();
    await journey.renew();
    const kept = await journey.renew(GET);

    const regular = await journey.renew();
    const used = await journey.renew(USE);
    const next = await journey.renew(GET);

    expect(leafOf(regular).key.spkiSha256).toBe(leafOf(kept).key.spkiSha256);
    expect(notesOf(regular)).toContain(
      'The fallback certificate can no longer be used: the certificate that was installed has used up its CSR.',
    );
    expect(used.finished).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/^No fallback certificate is ready/),
    });
    expect(next.finished.outcome).toBe('issued');
    expect((await currentFile(journey)).sha256).toBe(leafOf(regular).sha256);
    expect(issued(journey)).toEqual([2, 2]);
  });

  it('is given up when somebody makes another CSR, and the schedule would get a certificate instead', async () => {
    await using journey = await start();
    const { app, connection } = journey;
    await journey.renew(GET);
    await using peers = await app.peersOf(connection);
    await peers.appliance.csr?.create(connection.slot, { commonName: NAME, dnsNames: connection.dnsNames }, NEVER);

    const used = await journey.renew(USE);

    expect(used.finished.outcome).toBe('failed');
    expect(notesOf(used)).toContain(
      'The fallback certificate can no longer be used: its CSR is no longer on the appliance.',
    );
    expect(await app.store.fallbacks.ready(connection.id)).toBeUndefined();
  });

  it('of a host that takes a key has a key of its own and outlives regular renewals', async () => {
    await using host = await startKeyHost(NAME);
    await using journey = await start({
      connection: (input) => ({ ...input, slot: 'web' }),
      overrides: { driverOf: () => keyHostDriver(host.address) },
    });
    const first = await journey.renew();
    const kept = await journey.renew(GET);
    const second = await journey.renew();

    const used = await journey.renew(USE);

    expect(new Set([first, kept, second].map((one) => leafOf(one).key.spkiSha256)).size).toBe(3);
    expect(used.finished.outcome).toBe('verified');
    expect(used.facts.served).toMatchObject([{ sha256: leafOf(kept).sha256 }]);
    expect(issued(journey)).toEqual([2, 1]);
  });

  it('can be got and used from the command line, and the second CA be asked there, also to revoke', async () => {
    await using host = await startKeyHost(NAME);
    await using journey = await start({
      connection: (input) => ({ ...input, slot: 'web' }),
      overrides: { driverOf: () => keyHostDriver(host.address) },
    });
    await using server = await journey.listen();
    const renew = (option: string) =>
      certferry(journey.environment(server.url), 'renew', String(journey.connection.id), option);

    const got = await renew('--get-fallback');
    const used = await renew('--use-fallback');
    const anew = await renew('--second-ca');

    expect(got).toMatchObject({ status: 0, output: expect.stringContaining('Kept ready as a fallback') });
    expect([used.status, anew.status]).toEqual([0, 0]);
    expect(issued(journey)).toEqual([0, 2]);

    const sha256 = (await journey.app.store.issuances.last(journey.connection.id))?.certificate.sha256 ?? '';
    const revoked = await certferry(journey.environment(server.url), 'certificates', 'revoke', sha256);

    expect(revoked.status).toBe(0);
    expect(await journey.app.store.revocations.get(sha256)).toBeDefined();
  });

  it('is got by the schedule, which puts it to use when the one in use was revoked', async ({ expect }) => {
    const clock = new TravellingClock(new Date());
    await using host = await startKeyHost(NAME);
    await using journey = await start({
      connection: (input) => ({ ...input, slot: 'web', policy: { ...input.policy, fallback: true } }),
      overrides: { driverOf: () => keyHostDriver(host.address), schedule: true, clock },
      lab: { now: () => clock.now().getTime() },
    });
    const { app, connection } = journey;
    const goals = async () => {
      const rows = await app.store.renewals.list({ connectionId: connection.id, limit: 10 });
      return rows.map(({ outcome, facts }) => `${(facts as unknown as Facts).target.goal} ${outcome}`);
    };
    const regular = await journey.renew();
    clock.travel(new Date(clock.now().getTime() + 16 * MINUTE_MS));
    await addConnection(app.store, { draft: true });
    await expect.poll(goals, WAIT).toEqual(['fallback issued', 'serve verified']);
    const ready = await app.store.fallbacks.ready(connection.id);

    const { sha256 } = leafOf(regular);
    const revoked = { sha256, reason: 'superseded', actor: 'anna' } as const;
    await app.store.revocations.record({ ...revoked, at: clock.now().toISOString() });
    const event = { type: 'certificate.revoked', connectionId: connection.id, serial: '', ...revoked } as const;
    await app.store.events.append([event]);
    await expect.poll(async () => (await goals()).slice(0, 1), WAIT).not.toEqual(['fallback issued']);
    await expect.poll(async () => (await goals()).at(-3), WAIT).toBe('serve verified');

    expect((await app.store.issuances.last(connection.id))?.certificate.sha256).toBe(ready?.certificate.sha256);
    expect(journey.lab.ca.issued()).toHaveLength(1);
  });

  it('needs a second CA', async () => {
    await using journey = await Journey.start();

    await expect(journey.renew(GET)).rejects.toMatchObject({
      code: 'INVALID_SETTINGS',
      message: expect.stringContaining('has no second CA'),
    });
  });
});

function notesOf({ events }: Ended): readonly string[] {
  return events.flatMap(({ event }) => (event.type === 'step.noted' ? [event.message] : []));
}

async function currentFile(journey: Journey) {
  const path = (await journey.accountsFiles()).find(
    (one) => one.endsWith('certificate.pem') && !one.includes('history'),
  );
  return readCertificate(await readFile(join(journey.folder, 'accounts', path ?? ''), 'utf8'));
}
