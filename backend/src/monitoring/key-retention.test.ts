import { afterEach, beforeEach, expect, test } from 'vitest';
import { aConnection, aRenewal } from '../../../test/contracts/store-fixtures.ts';
import { removeConnection } from '../connections.ts';
import { readCertificate, readCsr } from '../domain/certificate.ts';
import { Secret } from '../domain/secret.ts';
import { makeSelfSigned, readKey } from '../plugins/keys.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { keyEntriesIn, ownKeys } from '../renewal/own-keys.ts';
import { openStore } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import type { Store } from '../store/store.ts';
import { forgetKeys } from './key-retention.ts';
import { forgetOld } from './retention.ts';

const never = new AbortController().signal;
const NOW = new Date('2026-06-01T00:00:00Z');
const clock: Clock = { now: () => NOW, sleepUntil: async () => {} };
const names = { commonName: 'www.example.com', dnsNames: ['www.example.com'] };
let store: Store;

beforeEach(async () => {
  store = await openStore({ file: ':memory:', masterKey: newMasterKey(), clock });
});
afterEach(() => store[Symbol.asyncDispose]());

async function aKey(connectionId: number): Promise<string> {
  return readCsr(await ownKeys(store.vault, connectionId).request('EC P-256', names)).key.spkiSha256;
}

/** A renewal with a certificate for the key, valid for `days` from `since` on. */
async function certified(id: string, connectionId: number, spki: string, since: string, days: number, ended = true) {
  const pem = (await ownKeys(store.vault, connectionId).find(spki))?.reveal() ?? '';
  const span = { organization: 'Test', ipAddresses: [], days, now: new Date(since) };
  const leafPem = await makeSelfSigned(await readKey(pem), { ...span, dnsNames: names.dnsNames });
  expect(readCertificate(leafPem).key.spkiSha256).toBe(spki);
  await store.renewals.begin({ ...aRenewal(id, connectionId), facts: { chain: { leafPem } } });
  if (ended) await store.renewals.save(id, { outcome: 'verified', finishedAt: NOW.toISOString() });
}

async function left(): Promise<readonly string[]> {
  return keyEntriesIn(await store.vault.names()).map(({ spkiSha256 }) => spkiSha256);
}

test('the newest key stays, and those of certificates that are still valid; expired and orphaned ones go', async () => {
  const { id } = await store.connections.insert(aConnection());
  const [expired, valid, newest, orphan] = [await aKey(id), await aKey(id), await aKey(id), await aKey(id)];
  await certified('a', id, expired, '2026-01-01', 90);
  await certified('b', id, valid, '2026-04-01', 90);
  await certified('c', id, newest, '2026-01-02', 90);

  const removed = await forgetKeys({ store, clock }, never);

  expect(removed).toBe(2);
  expect(await left()).toEqual([valid, newest].sort());
  expect(await left()).not.toContain(orphan);
});

test('a key that a later certificate has again stays', async () => {
  const { id } = await store.connections.insert(aConnection());
  const key = await aKey(id);
  await certified('a', id, key, '2026-01-01', 90);
  await certified('b', id, key, '2026-04-01', 90);

  expect(await forgetKeys({ store, clock }, never)).toBe(0);
  expect(await left()).toEqual([key]);
});

test('while a renewal is unfinished, every key of its connection stays, and those of others go', async () => {
  const { id } = await store.connections.insert(aConnection());
  const other = await store.connections.insert(aConnection());
  const kept = [await aKey(id), await aKey(id)];
  await store.renewals.begin(aRenewal('a', id));
  await aKey(other.id);

  expect(await forgetKeys({ store, clock }, never)).toBe(1);
  expect(await left()).toEqual(kept.sort());
});

test('keys of connections that are gone go, and nothing else of the vault', async () => {
  await aKey(77);
  await store.vault.put('cucm', { plugin: 'vos', fields: { password: new Secret('a password') } });
  const log: Logger = { debug() {}, info() {}, warn() {}, error() {} };

  await forgetOld({ store, clock, log, keepDays: 400 }, never);

  expect(await store.vault.names()).toEqual(['cucm']);
});

test('with a connection its keys are removed', async () => {
  const { id } = await store.connections.insert(aConnection());
  const other = await store.connections.insert(aConnection());
  await aKey(id);
  const kept = await aKey(other.id);

  await removeConnection(store, id);

  expect(await left()).toEqual([kept]);
});
