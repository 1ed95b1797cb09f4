import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONNECTION, DAY_MS, Desk } from '../../../test/support/notify/desk.ts';
import { AppError } from '../domain/errors.ts';
import type { IssuerTraits } from '../domain/issuer-traits.ts';
import { emptyMemory, toRow } from '../reconcile/memory.ts';
import type { Connection, JsonObject, NewConnection } from '../store/store.ts';
import { StoredOpenings } from '../windows/stored-openings.ts';
import type { PlannedConnection } from './plan.ts';
import { planAll } from './planner.ts';

const TRAITS: IssuerTraits = {
  profile: null,
  hasCommonName: true,
  signsClientAuth: false,
  refusesClientAuthRequest: false,
  isPublic: true,
  maxDays: 90,
  announced: [],
};

let desk: Desk;
let traitsOf: (connection: Connection) => Promise<IssuerTraits>;

beforeEach(async () => {
  desk = await Desk.open();
  traitsOf = async () => TRAITS;
});
afterEach(() => desk[Symbol.asyncDispose]());

async function planned(): Promise<readonly PlannedConnection[]> {
  const { store, clock } = desk;
  const deps = { store, clock, windows: new StoredOpenings(store), traitsOf, mostRestarts: async () => 4 };
  return (await planAll('announced', deps)).connections;
}

async function add(name: string, change: Partial<NewConnection> = {}): Promise<Connection> {
  return await desk.store.connections.insert({ ...CONNECTION, name, ...change });
}

/** As if a renewal had seen it served. */
async function renewed(connectionId: number, more: JsonObject = {}): Promise<void> {
  const installed = { notBefore: '2026-11-01T00:00:00.000Z', notAfter: '2027-01-30T00:00:00.000Z' };
  const id = `20261122T030000-${connectionId}`;
  await desk.store.renewals.begin({ id, connectionId, machineVersion: 1, state: {}, facts: { installed, ...more } });
}

/** As if the schedule had seen these served, each with its days of life from 1 November 2026 on. */
async function seen(connectionId: number, ...lives: readonly number[]): Promise<void> {
  const certificates = lives.map((days) => ({
    ...{ sha256: `of ${days} days`, serial: '01', subject: 'CN=cucm', issuer: 'CN=CA', commonName: null, dnsNames: [] },
    ...{ key: { kind: 'RSA 2048', spkiSha256: '' }, extendedKeyUsage: [], selfSigned: false },
    notBefore: '2026-11-01T00:00:00.000Z',
    notAfter: new Date(Date.parse('2026-11-01T00:00:00Z') + days * DAY_MS).toISOString(),
  }));
  const now = desk.clock.now();
  await desk.store.watches.put(toRow(connectionId, { ...emptyMemory(now), certificates }, now));
}

describe('planAll', () => {
  it('plans the others when one is a draft, and when the secrets of another are damaged', async () => {
    await renewed(desk.connectionId);
    const missing = [{ part: 'issuer', sentence: 'No CA was chosen.' }] as const;
    await add('Draft', { incomplete: missing });
    const damaged = await add('Damaged');
    traitsOf = async ({ id }) => {
      if (id === damaged.id) throw new AppError('VAULT_DAMAGED', 'The entry "ca" cannot be opened.');
      return TRAITS;
    };

    const [good, draft, sealed] = await planned();

    expect(good?.renewals.length).toBeGreaterThan(4);
    expect(draft).toMatchObject({ renewals: [], breaks: false, problems: ['Not complete: No CA was chosen.'] });
    expect(sealed?.problems).toEqual(['Nothing can be foreseen: The entry "ca" cannot be opened.']);
  });

  it('plans with what is served, of a fleet that was only looked at as well', async () => {
    await seen(desk.connectionId, 90, 60);
    const other = await add('Renewed since');
    await renewed(other.id, { planned: [{}, {}] });
    await seen(other.id, 120);

    const [looked, both] = await planned();

    expect(looked).toMatchObject({ problems: [], breaks: false });
    expect(looked?.renewals[0]).toMatchObject({ expiresAt: '2026-12-31T00:00:00.000Z', restarts: 4 });
    expect(both?.renewals[0]).toMatchObject({ expiresAt: '2027-03-01T00:00:00.000Z', restarts: 2 });
  });

  it('hides no defect as if it were a matter of one connection', async () => {
    traitsOf = () => Promise.reject(new TypeError('a defect'));

    await expect(planned()).rejects.toThrow('a defect');
  });
});
