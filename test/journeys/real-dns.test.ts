import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { LAB_NODE, LAB_ZONE, type Lab, startLab } from '@certferry/lab';
import { describe, expect, it } from 'vitest';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { addConnection, type ConnectionInput } from '../../backend/src/connections.ts';
import { type Bind, type BindKey, type BindZone, bindKey, startBind } from '../support/bind.ts';
import { Journey } from '../support/journey.ts';
import { type Pebble, type PebbleOptions, startPebble } from '../support/pebble.ts';
import { type PowerDns, type PowerDnsRrset, startPowerDns } from '../support/powerdns.ts';
import { missing } from '../support/programs.ts';

const NAME = `_acme-challenge.${LAB_NODE}`;
const LABEL = NAME.slice(0, -`.${LAB_ZONE}`.length);
const SERVER = `ns1.${LAB_ZONE}`;
const FOREIGN = 'somebody-elses-value';

const withBind = missing('pebble', 'pebble-challtestsrv', 'named');
const withPowerDns = missing('pebble', 'pebble-challtestsrv', 'pdns_server', 'sqlite3');
const withBoth = withBind ?? withPowerDns;

describe.skipIf(withPowerDns)(
  `PowerDNS (${withPowerDns ?? 'and Pebble'})`,
  { concurrent: true, timeout: 120_000 },
  () => {
    it('takes the records of a renewal and has only those of others in the end', async () => {
      await using server = await startPowerDns([
        {
          name: 'example.com',
          nameServers: ['ns.example.com'],
          rrsets: [rrset('ns.example.com', 'A', '127.0.0.1'), rrset(LAB_ZONE, 'NS', `${SERVER}.`)],
        },
        {
          name: LAB_ZONE,
          nameServers: [SERVER],
          rrsets: [rrset(SERVER, 'A', '127.0.0.1'), rrset(NAME, 'TXT', `"${FOREIGN}"`)],
        },
      ]);
      await using pebble = await startStrictPebble(server.endpoint);
      const issuer = await issuerAt(pebble);
      await using journey = await Journey.start({
        config: { resolvers: [server.endpoint], nameServers: { [SERVER]: server.endpoint } },
        connection: (input) => ({ ...input, issuer, dns: byPowerDns(server) }),
      });

      const { finished, facts } = await journey.renew();

      expect(finished).toMatchObject(VERIFIED);
      expect(facts.records?.map(({ record }) => record.zone)).toEqual([LAB_ZONE]);
      expect(await txt(server, NAME)).toEqual([FOREIGN]);
      expect(journey.logLines.join('')).not.toContain(server.apiKey);
    });
  },
);

describe.skipIf(withBind)(`BIND (${withBind ?? 'and Pebble'})`, { concurrent: true, timeout: 120_000 }, () => {
  it('proves a name through a CNAME into another zone, with the key of that zone', async () => {
    const alias = 'cucm.acme.example.net';
    const [labKey, aliasKey] = [bindKey('lab-only'), bindKey('alias-only', 'hmac-sha512')];
    await using bind = await startBind({
      keys: [labKey, aliasKey],
      zones: [
        ...labZones({ key: labKey, records: [`${LABEL} CNAME ${alias}.`] }),
        zoneOf('example.net', ['acme NS ns1.acme', 'ns1.acme A 127.0.0.1']),
        { ...zoneOf('acme.example.net', []), updatePolicy: [`grant ${aliasKey.name} zonesub TXT;`] },
      ],
    });
    await using resolver = await startBind({ forwards: { 'example.com': bind, 'example.net': bind } });
    await using pebble = await startStrictPebble(resolver.endpoint);
    const issuer = await issuerAt(pebble);
    await using journey = await Journey.start({
      config: {
        resolvers: [resolver.endpoint],
        nameServers: {
          ...parentsAt(bind),
          [SERVER]: bind.endpoint,
          'ns1.acme.example.net': bind.endpoint,
        },
      },
      connection: (input) => ({
        ...input,
        issuer,
        dns: byUpdate(bind, labKey),
        dnsRules: [{ suffix: 'acme.example.net', use: byUpdate(bind, aliasKey) }],
      }),
    });

    const { finished, facts } = await journey.renew();

    expect(finished).toMatchObject(VERIFIED);
    expect(facts.records).toMatchObject([
      { record: { fqdn: alias, zone: 'acme.example.net' }, location: { aliases: [NAME] } },
    ]);
    expect(await txt(bind, alias)).toEqual([]);
  });

  it('proves a name and the wildcard below it in one order: two values at one name', async ({ expect }) => {
    const key = bindKey('certferry');
    await using bind = await startBind({
      keys: [key],
      zones: labZones({ key, records: [`_acme-challenge.kept TXT "${FOREIGN}"`] }),
    });
    await using pebble = await startStrictPebble(bind.endpoint);
    const issuer = await issuerAt(pebble);
    const kept = `kept.${LAB_ZONE}`;
    await using journey = await Journey.start({
      config: { resolvers: [bind.endpoint], nameServers: { ...parentsAt(bind), [SERVER]: bind.endpoint } },
      connection: () => ({
        name: 'Kept',
        appliance: { plugin: 'download', settings: {} },
        slot: '',
        dnsNames: [kept, `*.${kept}`],
        issuer,
        dns: byUpdate(bind, key),
      }),
    });

    const { finished, facts } = await journey.renew();

    expect(finished).toMatchObject({ outcome: 'kept' });
    const values = facts.records?.map(({ record }) => [record.fqdn, record.value]) ?? [];
    expect(values.map(([fqdn]) => fqdn)).toEqual(Array(2).fill(`_acme-challenge.${kept}`));
    expect(new Set(values.map(([, value]) => value)).size).toBe(2);
    expect(facts.propagation?.map(({ agreed }) => agreed)).toEqual([true, true]);
    expect(await txt(bind, `_acme-challenge.${kept}`)).toEqual([FOREIGN]);
  });

  it('keeps two renewals apart that prove the same name at the same time', async ({ expect }) => {
    const key = bindKey('certferry');
    await using bind = await startBind({
      keys: [key],
      zones: labZones({ key, nameServers: [SERVER, `ns2.${LAB_ZONE}`], records: [`${LABEL} TXT "${FOREIGN}"`] }),
    });
    await using gate = await startGate(bind);
    await using pebble = await startStrictPebble(bind.endpoint);
    const issuer = await issuerAt(pebble);
    const dns = byUpdate(bind, key);
    await using journey = await Journey.start({
      config: {
        resolvers: [bind.endpoint],
        nameServers: { [SERVER]: bind.endpoint, [`ns2.${LAB_ZONE}`]: gate.endpoint },
      },
      connection: (input) => ({ ...input, issuer, dns }),
    });
    await using twin = await startLab({ restartMs: 300 });
    const other = await addConnection(journey.app.store, { ...ofAnotherCluster(twin), issuer, dns });

    const ids = await Promise.all([journey.start(), journey.app.runner.start(other.id, 'operator')]);
    await expect.poll(() => txt(bind, NAME), { timeout: 20_000 }).toHaveLength(3);
    gate.open();

    const ended = await Promise.all(ids.map((id) => journey.ended(id)));
    expect(ended.map(({ finished }) => finished)).toMatchObject([VERIFIED, VERIFIED]);
    const values = ended.flatMap(({ facts }) => facts.records?.map(({ record }) => record.value) ?? []);
    expect(new Set(values).size).toBe(2);
    expect(await txt(bind, NAME)).toEqual([FOREIGN]);
  });
});

describe.skipIf(withBoth)(
  `two DNS services in one order (${withBoth ?? 'BIND and PowerDNS'})`,
  { concurrent: true, timeout: 120_000 },
  () => {
    it('prove a name each, in their own zone', async () => {
      const voice = 'voice.example.com';
      const phone = `_acme-challenge.phone.${voice}`;
      const key = bindKey('certferry');
      await using powerDns = await startPowerDns([
        { name: voice, nameServers: [`ns1.${voice}`], rrsets: [rrset(`ns1.${voice}`, 'A', '127.0.0.1')] },
      ]);
      await using bind = await startBind({
        keys: [key],
        zones: labZones({ key, siblings: ['voice NS ns1.voice', 'ns1.voice A 127.0.0.1'] }),
      });
      await using resolver = await startBind({ forwards: { 'example.com': bind, [voice]: powerDns } });
      await using pebble = await startStrictPebble(resolver.endpoint);
      const issuer = await issuerAt(pebble);
      await using journey = await Journey.start({
        config: {
          resolvers: [resolver.endpoint],
          nameServers: { ...parentsAt(bind), [SERVER]: bind.endpoint, [`ns1.${voice}`]: powerDns.endpoint },
        },
        connection: (input) => ({
          ...input,
          issuer,
          dnsNames: [LAB_NODE, `phone.${voice}`],
          dns: byUpdate(bind, key),
          dnsRules: [{ suffix: voice, use: byPowerDns(powerDns) }],
        }),
      });

      const { finished, facts } = await journey.renew();

      expect(finished).toMatchObject(VERIFIED);
      expect(facts.records?.map(({ record }) => `${record.fqdn} in ${record.zone}`).sort()).toEqual([
        `${NAME} in ${LAB_ZONE}`,
        `${phone} in ${voice}`,
      ]);
      expect(await txt(bind, NAME)).toEqual([]);
      expect(await txt(powerDns, phone)).toEqual([]);
    });
  },
);

/** Restarts in one cluster wait for each other, and these two must not. */
function ofAnotherCluster(lab: Lab): ConnectionInput {
  const input = labConnection(lab);
  const settings = { ...input.appliance.settings, publisher: 'cucm-pub.another.example.com' };
  return { ...input, name: 'Twin', appliance: { ...input.appliance, settings } };
}

const VERIFIED = { outcome: 'verified' } as const;

function startStrictPebble(dnsServer: string): Promise<Pebble> {
  const options: PebbleOptions = { strict: true, nonceReject: 5, dnsServer };
  return startPebble(options);
}

/** The servers of the zones above, which say where the zones of the records are. */
function parentsAt({ endpoint }: Bind): Readonly<Record<string, string>> {
  return { 'ns1.example.com': endpoint, 'ns1.example.net': endpoint };
}

async function issuerAt(pebble: Pebble): Promise<ConnectionInput['issuer']> {
  return {
    plugin: 'acme',
    settings: {
      directory: pebble.directoryUrl,
      termsOfServiceAgreed: true,
      trust: 'bundle',
      caBundle: pebble.tlsCaPem,
      findRootIn: await pebble.rootPem(),
    },
  };
}

function byPowerDns({ apiUrl, apiKey }: PowerDns): ConnectionInput['dns'] {
  return { plugin: 'powerdns', settings: { baseUrl: apiUrl, apiKey } };
}

function byUpdate({ address, port }: Bind, { name, secret, algorithm }: BindKey): ConnectionInput['dns'] {
  return { plugin: 'rfc2136', settings: { server: address, port, keyName: name, keySecret: secret, algorithm } };
}

interface LabZones {
  /** May write TXT records in the zone of the lab. */
  readonly key: BindKey;
  readonly nameServers?: readonly string[];
  readonly records?: readonly string[];
  /** Records of the zone above. */
  readonly siblings?: readonly string[];
}

/** The zone of the lab and the one that delegates it. */
function labZones({ key, nameServers = [SERVER], records = [], siblings = [] }: LabZones): readonly BindZone[] {
  const addresses = nameServers.map((name) => `${name}. A 127.0.0.1`);
  const delegation = nameServers.map((name) => `lab NS ${name}.`);
  return [
    zoneOf('example.com', [...delegation, ...addresses, ...siblings]),
    {
      name: LAB_ZONE,
      nameServers,
      records: [...addresses, ...records],
      updatePolicy: [`grant ${key.name} zonesub TXT;`],
    },
  ];
}

function zoneOf(name: string, records: readonly string[]): BindZone {
  return { name, nameServers: [`ns1.${name}`], records: ['ns1 A 127.0.0.1', ...records] };
}

function rrset(name: string, type: string, content: string): PowerDnsRrset {
  return { name: `${name}.`, type, ttl: 60, records: [{ content, disabled: false }] };
}

async function txt({ endpoint }: { readonly endpoint: string }, name: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([endpoint]);
  try {
    return (await resolver.resolveTxt(name)).map((strings) => strings.join(''));
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    if (code === 'ENODATA' || code === 'ENOTFOUND') return [];
    throw err;
  }
}

/** A name server that answers SERVFAIL until it is opened, and from then on what `behind` answers. UDP only. */
async function startGate(behind: Bind): Promise<AsyncDisposable & { readonly endpoint: string; open(): void }> {
  let isOpen = false;
  const socket = createSocket('udp4');
  socket.on('message', (question, asker) => {
    if (isOpen) {
      const relay = createSocket('udp4');
      relay.once('message', (answer) => {
        relay.close();
        socket.send(answer, asker.port, asker.address);
      });
      relay.send(question, behind.port, behind.address);
      return;
    }
    const answer = Buffer.from(question);
    // QR, and SERVFAIL as response code (RFC 1035, section 4.1.1).
    answer.writeUInt8(answer.readUInt8(2) | 0x80, 2);
    answer.writeUInt8(2, 3);
    socket.send(answer, asker.port, asker.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    endpoint: `127.0.0.1:${socket.address().port}`,
    open() {
      isOpen = true;
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}
