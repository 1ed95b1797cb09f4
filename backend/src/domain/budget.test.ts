import { describe, expect, it } from 'vitest';
import { affordableAt, budgetOf, type CountedIssuance, type IntendedOrder } from './budget.ts';
import { nameSetOf, registeredDomainsOf } from './name-set.ts';

const LETS_ENCRYPT = 'acme:acme-v02.api.letsencrypt.org:12345678';
const now = new Date('2026-11-22T12:00:00.000Z');
const order: IntendedOrder = {
  issuerKey: LETS_ENCRYPT,
  names: ['cucm.example.co.uk'],
  renews: false,
  replaces: false,
};

function issued(hoursAgo: number, change: Partial<CountedIssuance> = {}): CountedIssuance {
  return {
    at: new Date(now.getTime() - hoursAgo * 3_600_000).toISOString(),
    kind: 'certificate',
    issuerKey: LETS_ENCRYPT,
    names: ['cucm.example.co.uk'],
    domains: ['example.co.uk'],
    renews: false,
    replaces: false,
    ...change,
  };
}

function left(ledger: readonly CountedIssuance[], change: Partial<IntendedOrder> = {}): Record<string, number> {
  const { lines } = budgetOf({ ...order, ...change }, ledger, now);
  return Object.fromEntries(lines.map((line) => [line.limit, line.left]));
}

describe('budgetOf', () => {
  it('counts certificates for the same names and the same registered domain within a week', () => {
    const ledger = [issued(7 * 24 + 1), issued(7 * 24 - 1), issued(1, { names: ['sub.example.co.uk'] })];

    expect(left(ledger)).toMatchObject({ 'same-names': 4, 'registered-domain': 48 });
  });

  it('counts an order for the names of an earlier certificate against no domain', () => {
    expect(left([issued(2), issued(1, { renews: true })])).toMatchObject({ 'same-names': 3, 'registered-domain': 49 });
  });

  it('counts nothing that the CA had asked for within its window', () => {
    expect(left([issued(1, { replaces: true })])).toMatchObject({ 'same-names': 5, 'registered-domain': 50 });
  });

  it('counts over the accounts of a CA, but not over CAs', () => {
    const ledger = [
      issued(1, { issuerKey: 'acme:acme-v02.api.letsencrypt.org:87654321' }),
      issued(1, { issuerKey: 'acme:acme-staging-v02.api.letsencrypt.org:12345678' }),
    ];

    expect(left(ledger)).toMatchObject({ 'same-names': 4 });
  });

  it('counts failed validations of a name for an hour', () => {
    const ledger = [issued(0.5, { kind: 'failed-validation' }), issued(2, { kind: 'failed-validation' })];

    expect(left(ledger)).toMatchObject({ 'failed-validations': 4, 'same-names': 5 });
  });

  it('says nothing of a CA that publishes no limits', () => {
    expect(budgetOf({ ...order, issuerKey: 'acme:ca.example.com:1' }, [], now)).toEqual({
      ca: 'ca.example.com',
      source: null,
      lines: [],
    });
  });
});

describe('affordableAt', () => {
  it('is when the oldest of the certificates no longer counts', () => {
    const ledger = [issued(100), issued(50), issued(20), issued(10), issued(5)];

    const wait = affordableAt(budgetOf(order, ledger, now), new Map(), now);

    expect(wait?.line).toMatchObject({ limit: 'same-names', left: 0 });
    expect(wait?.at).toEqual(new Date(now.getTime() + 68 * 3_600_000));
  });

  it('keeps a tenth for people', () => {
    const ledger = Array.from({ length: 45 }, (_, index) => issued(1, { names: [`h${index}.example.co.uk`] }));

    expect(affordableAt(budgetOf(order, ledger, now), new Map(), now)?.line).toMatchObject({
      limit: 'registered-domain',
      left: 5,
    });
    expect(affordableAt(budgetOf({ ...order, renews: true }, ledger, now), new Map(), now)).toBeNull();
  });

  it('keeps what is spoken for by others, and looks again within hours', () => {
    const ledger = Array.from({ length: 10 }, (_, index) => issued(1, { names: [`h${index}.example.co.uk`] }));
    const budget = budgetOf(order, ledger, now);

    expect(affordableAt(budget, new Map([['example.co.uk', 34]]), now)).toBeNull();
    expect(affordableAt(budget, new Map([['example.co.uk', 35]]), now)).toMatchObject({
      at: new Date(now.getTime() + 6 * 3_600_000),
      kept: 35,
    });
    expect(affordableAt(budget, new Map([['example.com', 40]]), now)).toBeNull();
  });

  it('does not hold back what the CA exempts', () => {
    const ledger = Array.from({ length: 5 }, () => issued(1));

    expect(affordableAt(budgetOf({ ...order, replaces: true }, ledger, now), new Map(), now)).toBeNull();
  });
});

describe('names as CAs count them', () => {
  it('are one set in any order and case', () => {
    expect(nameSetOf(['B.example.com', 'a.example.com'])).toBe(nameSetOf(['a.example.com', 'b.Example.com']));
  });

  it('belong to the domain below the public suffix, the private section included', () => {
    const names = ['*.voice.example.co.uk', 'a.example.com', 'me.github.io', 'cucm.internal'];

    expect(registeredDomainsOf(names)).toEqual(['cucm.internal', 'example.co.uk', 'example.com', 'me.github.io']);
  });
});
