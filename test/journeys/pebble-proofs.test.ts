import { LAB_ZONE } from '@certferry/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { addConnection, type ConnectionRequest } from '../../backend/src/connections.ts';
import { readCertificate } from '../../backend/src/domain/certificate.ts';
import type { Listening } from '../../backend/src/server.ts';
import { freePort } from '../support/free-port.ts';
import { type Ended, Journey } from '../support/journey.ts';
import { type Pebble, startPebble } from '../support/pebble.ts';
import { missing } from '../support/programs.ts';

/** What an independent CA makes of our proofs, for keys that this host makes itself. */

const lacking = missing('pebble', 'pebble-challtestsrv');

describe.skipIf(lacking)(`at Pebble${lacking ? ` (${lacking})` : ''}`, { timeout: 120_000 }, () => {
  let journey: Journey;
  let server: Listening;
  let pebble: Pebble;
  let issuer: ConnectionRequest['issuer'];

  beforeAll(async () => {
    const port = await freePort();
    journey = await Journey.start({
      config: { https: true, http01: { port, host: '127.0.0.1', validationPort: port } },
    });
    server = await journey.listen();
    pebble = await startPebble({ dnsServer: journey.lab.dns.resolver, httpPort: port, nonceReject: 5 });
    const trust = { trust: 'bundle', caBundle: pebble.tlsCaPem, findRootIn: await pebble.rootPem() };
    issuer = { plugin: 'acme', settings: { directory: pebble.directoryUrl, termsOfServiceAgreed: true, ...trust } };
  });

  afterAll(async () => {
    await pebble?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await journey?.[Symbol.asyncDispose]();
  });

  async function renewed(slot: string, input: ConnectionRequest): Promise<Ended> {
    const appliance = { plugin: 'self', settings: {} };
    const { id } = await addConnection(journey.app.store, { name: slot, slot, appliance, issuer, ...input });
    return journey.ended(await journey.app.runner.start(id, 'operator'));
  }

  it('two names are proved over HTTP, one of them through a CNAME, and the certificate is served', async () => {
    const [web, alias] = [`web.${LAB_ZONE}`, `alias.${LAB_ZONE}`];
    journey.lab.dns.add({ name: web, type: 'A', data: '127.0.0.1' });
    journey.lab.dns.add({ name: alias, type: 'CNAME', data: web });

    const { finished, facts } = await renewed('web', {
      dnsNames: [web, alias],
      challenge: 'http-01',
      http: { plugin: 'listener', settings: {} },
    });

    expect(finished).toMatchObject({ outcome: 'verified' });
    // A CA names the authorizations of an order as it likes.
    const byName = Object.fromEntries((facts.reachability ?? []).map((one) => [one.dnsName, one]));
    expect(byName).toMatchObject({
      [web]: { aliases: [], reachable: true },
      [alias]: { aliases: [web], reachable: true },
    });
    expect(facts.reachability).toHaveLength(2);
    expect(pebble.requests().filter((line) => line.includes('chalZ'))).not.toHaveLength(0);
  });

  it('a hundred names are proved by records, and no record is left', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `n${index}.many.${LAB_ZONE}`);

    const { finished, facts } = await renewed('web', {
      dnsNames: names,
      dns: labConnection(journey.lab).dns,
    });

    expect(finished).toMatchObject({ outcome: 'verified' });
    const leaf = readCertificate(facts.chain?.leafPem ?? '');
    expect([...leaf.dnsNames].sort()).toEqual([...names].sort());
    expect(leaf.key.kind).toMatch(/^EC/);
    expect(facts.cleaned).toHaveLength(100);
    expect(names.flatMap((name) => journey.lab.dns.txt(`_acme-challenge.${name}`))).toEqual([]);
  });
});
