import { LAB_NODE, LAB_ZONE } from '@certferry/lab';
import { describe, expect, it } from 'vitest';
import { type BindKey, bindKey, startBind } from '../support/bind.ts';
import { Journey } from '../support/journey.ts';
import { startPebble } from '../support/pebble.ts';
import { missing } from '../support/programs.ts';

const absent = missing('pebble', 'pebble-challtestsrv', 'named');
const SERVER = `ns1.${LAB_ZONE}`;

describe.skipIf(absent)(`the CA and the DNS are not ours (${absent ?? 'Pebble and BIND'})`, { timeout: 60_000 }, () => {
  it('renews with Pebble, strict, refusing one nonce in five, and BIND with TSIG', async () => {
    const key = bindKey('certferry', 'hmac-sha512');
    await using bind = await startZone(key);
    await using pebble = await startPebble({
      strict: true,
      nonceReject: 20,
      authorizationReuse: 100,
      dnsServer: bind.endpoint,
    });
    const rootPem = await pebble.rootPem();
    await using journey = await Journey.start({
      config: { resolvers: [bind.endpoint], nameServers: { [SERVER]: bind.endpoint } },
      connection: (input) => ({
        ...input,
        issuer: {
          plugin: 'acme',
          settings: {
            directory: pebble.directoryUrl,
            termsOfServiceAgreed: true,
            trust: 'bundle',
            caBundle: pebble.tlsCaPem,
            findRootIn: rootPem,
          },
        },
        dns: {
          plugin: 'rfc2136',
          settings: {
            server: bind.address,
            port: bind.port,
            keyName: key.name,
            keySecret: key.secret,
            algorithm: key.algorithm,
          },
        },
      }),
    });

    const first = await journey.renew();
    const second = await journey.renew();

    expect(first.finished).toMatchObject({ outcome: 'verified' });
    expect(second.finished).toMatchObject({ outcome: 'verified' });
    expect(second.facts.challenges).toEqual([]);
    expect(journey.effects().restarts).toBe(2);
    const left = await journey.app.preflight(
      journey.connection.id,
      { writeTestRecord: true },
      AbortSignal.timeout(20_000),
    );
    expect(left.find(({ id }) => id === `dns.write._acme-challenge.${LAB_NODE}`)).toMatchObject({ outcome: 'ok' });
  });
});

function startZone(key: BindKey) {
  return startBind({
    keys: [key],
    zones: [
      {
        name: 'example.com',
        nameServers: ['ns.example.com'],
        records: ['ns A 127.0.0.1', `lab NS ${SERVER}.`, 'ns1.lab A 127.0.0.1'],
      },
      {
        name: LAB_ZONE,
        nameServers: [SERVER],
        records: ['ns1 A 127.0.0.1'],
        updatePolicy: [`grant ${key.name} zonesub TXT;`],
      },
    ],
  });
}
