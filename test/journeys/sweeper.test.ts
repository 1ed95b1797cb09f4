import { Exchanges, Faults } from '@certferry/lab';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addAccount } from '../../backend/src/accounts.ts';
import { removeConnection } from '../../backend/src/connections.ts';
import { rfc2136 } from '../../backend/src/dns/rfc2136/index.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { accountMark } from '../../backend/src/renewal/account-mark.ts';
import type { PublishedRecord } from '../../backend/src/renewal/facts.ts';
import { noteLeftovers, Sweeper } from '../../backend/src/renewal/sweeper.ts';
import { openStore } from '../../backend/src/store/kysely/open.ts';
import { newMasterKey } from '../../backend/src/store/master-key.ts';
import { readSettings } from '../../backend/src/store/plugin-refs.ts';
import type { Connection, JsonObject, Part, PluginRef, Store } from '../../backend/src/store/store.ts';
import { type DnsSim, startDnsSim } from '../../lab/src/dns-sim/index.ts';
import { aConnection, aRenewal } from '../contracts/store-fixtures.ts';

const NEVER = new AbortController().signal;
const ZONE = 'lab.example.com';
const NAME = `_acme-challenge.cucm.${ZONE}`;
const SECRET = 'bGFiLXNlY3JldA==';
const log = pino({ level: 'silent' });

let sim: DnsSim;
let store: Store;
let sweeper: Sweeper;

beforeEach(async () => {
  const tsig = { name: 'lab-key', algorithm: 'hmac-sha256', secret: SECRET } as const;
  sim = await startDnsSim({ zones: [{ name: ZONE }], tsig, faults: new Faults(), exchanges: new Exchanges() });
  store = await openStore({ file: ':memory:', masterKey: newMasterKey(), clock: systemClock });
  sweeper = new Sweeper({ store, log, dns: builtFrom, http01: () => unused('An HTTP solver') });
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await sim[Symbol.asyncDispose]();
});

describe('a record that was left behind', () => {
  it('is removed through the account that published it, whatever the connection has now', async () => {
    const account = await sharedAccount();
    const connection = await connectionWith({ plugin: 'manual', settings: {}, credential: null });
    await leave('r1', connection, { account });

    expect(await sweeper.sweep(NEVER)).toMatchObject([{ renewalId: 'r1', trouble: null }]);
    expect(sim.txt(NAME)).toEqual([]);
    expect(await sweeper.list()).toEqual([]);
  });

  it('is not looked for at another service that the connection has moved to', async () => {
    const before = await ownSettings();
    const connection = await connectionWith({ plugin: 'manual', settings: {}, credential: null });
    await leave('r1', connection, before);

    const [swept] = await sweeper.sweep(NEVER);

    expect(swept?.trouble).toMatch(/^It was published with settings of Dynamic update \(RFC 2136\) .* no longer has\./);
    expect(sim.txt(NAME)).toEqual(['value of r1']);
    expect(await sweeper.list()).toHaveLength(1);
  });

  it('is removed with settings of its own as long as the connection has them', async () => {
    const own = await ownSettings();
    await leave('r1', await connectionWith({ plugin: 'manual', settings: {}, credential: null }, own), own);

    expect(await sweeper.sweep(NEVER)).toMatchObject([{ trouble: null }]);
    expect(sim.txt(NAME)).toEqual([]);
  });

  it('does not keep the next from being removed, also when its connection is gone', async () => {
    const own = await ownSettings();
    const gone = await connectionWith(own);
    await leave('r1', gone, own);
    await leave('r2', gone, { account: await sharedAccount() });
    await removeConnection(store, gone.id);

    expect(await sweeper.sweep(NEVER)).toMatchObject([
      { renewalId: 'r1', trouble: expect.stringContaining('Its connection was removed') },
      { renewalId: 'r2', trouble: null },
    ]);
  });

  it('of which nobody shall be told any more is forgotten, and stays where it is', async () => {
    const own = await ownSettings();
    await leave('r1', await connectionWith(own), own);

    await sweeper.forget('r1');

    expect(await sweeper.list()).toEqual([]);
    expect(sim.txt(NAME)).toEqual(['value of r1']);
    await expect(sweeper.forget('r1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

function labSettings() {
  const [server = '', port = ''] = sim.primary.split(':');
  return { server, port: Number(port), keyName: 'lab-key', algorithm: 'hmac-sha256' };
}

async function sharedAccount(): Promise<number> {
  const settings = { ...labSettings(), keySecret: SECRET };
  return (await addAccount(store, 'dns', { name: 'Lab', plugin: 'rfc2136', settings })).id;
}

async function ownSettings(): Promise<PluginRef> {
  await store.vault.put('connection:own', { plugin: 'rfc2136', fields: { keySecret: new Secret(SECRET) } });
  return { plugin: 'rfc2136', settings: labSettings(), credential: 'connection:own' };
}

/** `rule` serves the zone of the lab, where there is one. */
function connectionWith(dns: Part, rule?: Part): Promise<Connection> {
  const dnsRules = rule ? [{ suffix: ZONE, use: rule }] : [];
  return store.connections.insert({ ...aConnection(), dns, dnsRules });
}

/** As a renewal does that could not remove its record. */
async function leave(id: string, { id: connectionId }: Connection, publisher: Part): Promise<void> {
  const record = { fqdn: NAME, value: `value of ${id}`, ttlSeconds: 60, zone: ZONE };
  const location = { fqdn: NAME, aliases: [], zone: ZONE, servers: [] };
  const published: PublishedRecord = { record, location, receipt: null, account: accountMark(publisher) };
  sim.add({ name: NAME, type: 'TXT', data: record.value });
  const facts = { records: [published] };
  await store.renewals.begin({ ...aRenewal(id, connectionId), facts: facts as unknown as JsonObject });
  await store.renewals.save(id, { finishedAt: new Date().toISOString(), outcome: 'failed' });
  await store.transaction((tx) => noteLeftovers(tx, id, facts));
}

async function builtFrom(ref: PluginRef) {
  if (ref.plugin !== rfc2136.id) unused(ref.plugin);
  const settings = rfc2136.settings.parse(await readSettings(ref, store.vault));
  const dns = rfc2136.create(settings, {
    http: () => unused('HTTP'),
    ssh: { open: () => unused('SSH'), hostKey: () => unused('SSH') },
    clock: systemClock,
    log,
  });
  return { dns, [Symbol.asyncDispose]: async () => {} };
}

function unused(what: string): never {
  throw new Error(`${what} is not wanted here.`);
}
