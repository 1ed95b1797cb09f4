import { describe, expect, it } from 'vitest';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';

describe('certferry rehearse', { timeout: 120_000 }, () => {
  it('renews the certificate of a twin of the cluster, and does not touch the cluster', async () => {
    await using journey = await Journey.start({ lab: { cluster: true } });
    await using server = await journey.listen();
    const served = journey.lab.vos.servedSha256();

    const { status, output } = await certferry(
      journey.environment(server.url),
      'rehearse',
      String(journey.connection.id),
    );

    expect(output).toContain('The real nodes are not touched');
    expect(output).toMatch(/interrupts, in this order[\s\S]+cucm-pub\.lab\.example\.com[\s\S]+imp1\.lab\.example\.com/);
    expect(output).toMatch(/Verified\s+Served on 8 of 8 endpoints/);
    expect(status).toBe(0);
    expect(journey.lab.vos.servedSha256()).toBe(served);
    expect(journey.effects()).toEqual({ issued: 0, restarts: 0, records: [] });
    expect(journey.lab.exchanges.count('vos.csr.create')).toBe(0);
  });
});
