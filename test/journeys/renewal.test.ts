import { describe, expect, it } from 'vitest';
import { sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { Journey } from '../support/journey.ts';

describe.concurrent('a renewal of the lab CUCM', { timeout: 120_000 }, () => {
  it('ends verified: one certificate, one restart, no record left, and every endpoint seen', async () => {
    await using journey = await Journey.start();
    const before = journey.lab.vos.servedSha256();

    const { finished, facts, events } = await journey.renew();

    expect(finished).toMatchObject({ outcome: 'verified' });
    expect(journey.effects()).toEqual({ issued: 1, restarts: 1, records: [] });
    const wanted = sha256OfPem(facts.chain?.leafPem ?? '');
    expect(wanted).not.toBe(before);
    expect(facts.served?.map(({ endpoint, sha256 }) => [endpoint.port, sha256])).toEqual([
      [journey.lab.vos.httpsPort, wanted],
      [journey.lab.vos.tomcatPort2, wanted],
    ]);
    const steps = events.flatMap(({ event }) => (event.type === 'step.finished' ? [event.step] : []));
    expect(steps).toEqual([
      'inspect',
      'request',
      'order',
      'publish',
      'propagate',
      'issue',
      'cleanUp',
      'install',
      'activate',
      'verify',
    ]);
  });

  it('moves the pin to the certificate it installed, and renews again with it', async () => {
    await using journey = await Journey.start();

    await journey.renew();
    const moved = await journey.app.store.connections.get(journey.connection.id);
    const again = await journey.renew();

    expect(moved?.appliance.settings.pinnedSha256).toEqual([journey.lab.ca.issued()[0]?.sha256]);
    expect(again.finished.outcome).toBe('verified');
    expect(journey.lab.ca.issued()[1]?.replaces).not.toBeNull();
    expect(journey.effects()).toMatchObject({ issued: 2, restarts: 2 });
  });

  it('renews a certificate that has expired', async () => {
    await using journey = await Journey.start({ lab: { installedValidDays: -3 } });

    const { finished, facts } = await journey.renew();

    expect(facts.due?.reason).toBe('expired');
    expect(finished.outcome).toBe('verified');
  });

  it('does nothing when the schedule asks and nothing is due', async () => {
    await using journey = await Journey.start();
    await journey.renew();

    const { finished } = await journey.ended(await journey.app.runner.start(journey.connection.id, 'schedule'));

    expect(finished).toMatchObject({ outcome: 'not-due' });
    expect(journey.effects()).toMatchObject({ issued: 1, restarts: 1 });
  });

  it('skips the proof that the CA remembers', async () => {
    await using journey = await Journey.start({ lab: { authorizationReuse: true } });
    await journey.renew();

    const { finished, facts } = await journey.renew();

    expect(finished.outcome).toBe('verified');
    expect(facts.challenges).toEqual([]);
    expect(facts.records).toEqual([]);
  });

  it('binds an external account', async () => {
    const eab = { 'lab-kid': Buffer.from('0123456789abcdef0123456789abcdef').toString('base64url') };
    await using journey = await Journey.start({
      lab: { eab },
      connection: ({ issuer, ...rest }) => ({
        ...rest,
        issuer: { ...issuer, settings: { ...issuer.settings, eabKid: 'lab-kid', eabHmac: eab['lab-kid'] } },
      }),
    });

    expect((await journey.renew()).finished.outcome).toBe('verified');
  });

  it('keeps every certificate it got in accounts/, readable by nobody else', async () => {
    const { readdir, stat } = await import('node:fs/promises');
    await using journey = await Journey.start();

    await journey.renew();

    const folder = `${journey.folder}/accounts/connections/cucm-pub.lab.example.com-${journey.connection.id}`;
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(['certificate.pem', 'chain.pem', 'csr.pem', 'fullchain.pem', 'history', 'renewal.log']),
    );
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(`${folder}/certificate.pem`)).mode & 0o777).toBe(0o600);
  });
});

describe.concurrent('one renewal at a time', { timeout: 120_000 }, () => {
  it('refuses a second one for the same connection', async () => {
    await using journey = await Journey.start();
    const id = await journey.start();

    await expect(journey.start()).rejects.toMatchObject({ code: 'RENEWAL_RUNNING' });

    expect((await journey.ended(id)).finished.outcome).toBe('verified');
  });

  it('lets a connection be removed only when nothing runs', async () => {
    const { removeConnection } = await import('../../backend/src/connections.ts');
    await using journey = await Journey.start();
    const id = await journey.start();

    await expect(removeConnection(journey.app.store, journey.connection.id)).rejects.toMatchObject({
      code: 'CONFLICT',
    });

    await journey.ended(id);
    await removeConnection(journey.app.store, journey.connection.id);
    expect(await journey.app.store.vault.names()).toEqual([]);
  });
});
