import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONNECTION, Desk } from '../../../test/support/notify/desk.ts';
import { AppError } from '../domain/errors.ts';
import type { IssuerTraits } from '../domain/issuer-traits.ts';
import type { Connection, NewConnection } from '../store/store.ts';
import { StoredOpenings } from '../windows/stored-openings.ts';
import type { PlannedConnection } from './plan.ts';
import { planAll } from './planner.ts';

const TRAITS: IssuerTraits = {
  profile: null,
  hasCommonName: true,
  signsClientAuth: false,
  refusesClientAuthRequest: false,
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
  return (await planAll('announced', { store, clock, windows: new StoredOpenings(store), traitsOf })).connections;
}

async function add(name: string, change: Partial<NewConnection> = {}): Promise<Connection> {
  return await desk.store.connections.insert({ ...CONNECTION, name, ...change });
}

/** As if a renewal had seen it served. */
async function renewed(connectionId: number): Promise<void> {
  const installed = { notBefore: '2026-11-01T00:00:00.000Z', notAfter: '2027-01-30T00:00:00.000Z' };
  const id = `20261122T030000-${connectionId}`;
  await desk.store.renewals.begin({ id, connectionId, machineVersion: 1, state: {}, facts: { installed } });
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

  it('hides no defect as if it were a matter of one connection', async () => {
    traitsOf = () => Promise.reject(new TypeError('a defect'));

    await expect(planned()).rejects.toThrow('a defect');
  });
});
