import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { makeCertificate } from '../../backend/src/plugins/testing/certificates.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import { pinnedAgent } from '../../backend/src/plugins/undici-http.ts';
import { fingerprintsIn } from '../../backend/src/transport/tls-identities.ts';
import { certferry } from '../support/command.ts';
import { Daemon } from '../support/daemon.ts';
import { Journey } from '../support/journey.ts';
import { ManualClock } from '../support/manual-clock.ts';

const DAY_MS = 86_400_000;
const NAME = 'certferry.lab.example.com';

describe('the certificate of certferry itself', { timeout: 60_000 }, () => {
  it('is renewed like any other, twice, while the daemon goes on serving', async () => {
    await using journey = await Journey.start({
      config: { https: true },
      connection: (input) => ({
        ...input,
        name: 'This certferry',
        appliance: { plugin: 'self', settings: {} },
        slot: 'web',
        dnsNames: [NAME],
      }),
    });
    await using server = await journey.listen();

    const first = await journey.renew();
    const second = await journey.renew();
    const [leaf = ''] = second.facts.chain ? [second.facts.chain.leafPem] : [];
    const dispatcher = pinnedAgent([sha256OfPem(leaf)]);
    const { statusCode, body } = await request(`${server.url}/healthz`, { dispatcher });
    await body.dump();
    await dispatcher.close();

    expect(server.url).toMatch(/^https:/);
    expect([first.finished.outcome, second.finished.outcome]).toEqual(['verified', 'verified']);
    expect(second.facts.served).toMatchObject([{ endpoint: { serverName: NAME }, sha256: sha256OfPem(leaf) }]);
    expect(second.facts.csr?.key.spkiSha256).not.toBe(first.facts.csr?.key.spkiSha256);
    expect(statusCode).toBe(200);
    expect(journey.effects()).toEqual({ issued: 2, restarts: 0, records: [] });
  });

  it('is made anew before it ends, and taken from what a person put there, while the daemon runs on', async () => {
    const clock = new ManualClock(new Date());
    await using daemon = await Daemon.start({ clock, schedule: false }, { CERTFERRY_HTTPS: 'on' });
    const folder = join(daemon.folder, 'data/tls');
    const { hostname: host, port } = new URL(daemon.url);
    const endpoint = { host, port: Number(port), serverName: 'localhost' };
    const served = async () => (await createTlsDialer().served(endpoint, new AbortController().signal)).sha256;
    const [first] = await fingerprintsIn(folder);
    await daemon.app.start();

    clock.advance(340 * DAY_MS);
    await expect.poll(() => fingerprintsIn(folder)).not.toEqual([first]);
    const [second] = await fingerprintsIn(folder);
    await expect.poll(served).toBe(second);
    const theirs = await makeCertificate({ commonName: 'theirs', dnsNames: ['localhost'] });
    await writeFile(join(folder, 'web/identity.pem'), `${theirs.keyPem}${theirs.certPem}`);
    const servedTheNextDay = () => {
      clock.advance(DAY_MS);
      return served();
    };
    await expect.poll(servedTheNextDay).toBe(theirs.sha256);
  });

  it('is known to the command line of the same machine without a CA', async () => {
    await using journey = await Journey.start({ config: { https: true } });
    await using server = await journey.listen();
    const env = { ...journey.folders(), CERTFERRY_PORT: new URL(server.url).port };

    const { output } = await certferry(env, 'connections', 'list');

    expect(output).toContain('Lab CUCM publisher');
  });
});
