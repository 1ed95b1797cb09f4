import { describe, expect, it } from 'vitest';
import type { Issuance } from '../store/issuances.ts';
import { quarantineOf, type Suspect } from './breaker.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const HOUR_MS = 3_600_000;

const suspect: Suspect = {
  connectionId: 1,
  issuerKey: 'acme:ca.example.com:1',
  wantedNames: ['cucm.example.com'],
  names: ['cucm.example.com'],
  lifetimeMs: 90 * 24 * HOUR_MS,
};

function line(hoursAgo: number, change: Partial<Issuance> = {}): Issuance {
  return {
    at: new Date(now.getTime() - hoursAgo * HOUR_MS).toISOString(),
    kind: 'certificate',
    connectionId: 1,
    renewalId: 'r',
    issuerKey: suspect.issuerKey,
    profile: null,
    names: ['cucm.example.com'],
    wantedNames: ['cucm.example.com'],
    domains: ['example.com'],
    renews: false,
    replaces: false,
    certificate: null,
    ...change,
  };
}

describe('quarantineOf', () => {
  it('ends a week after the oldest of three certificates, whatever they were issued for', () => {
    const ledger = [line(100, { replaces: true }), line(50), line(1)];

    expect(quarantineOf(suspect, ledger, now)?.until).toEqual(new Date(now.getTime() + 68 * HOUR_MS));
    expect(quarantineOf(suspect, ledger.slice(1), now)).toBeNull();
  });

  it('is not left by adding the connection again, nor entered for other names', () => {
    const elsewhere = [1, 2, 3].map((hours) => line(hours, { connectionId: 9 }));
    const others = [1, 2, 3].map((hours) => line(hours, { names: ['x.example.com'], wantedNames: ['x.example.com'] }));

    expect(quarantineOf(suspect, elsewhere, now)).not.toBeNull();
    expect(quarantineOf(suspect, others, now)).toBeNull();
  });

  it('counts what a connection wanted where the appliance adds names of its own', () => {
    const ledger = [3, 2, 1].map((hours) => line(hours, { names: ['cucm.example.com', 'example.com'] }));

    expect(quarantineOf(suspect, ledger, now)).not.toBeNull();
  });

  it('lets lives of a few days be renewed in time', () => {
    const ledger = [160, 80, 1].map((hours) => line(hours));

    expect(quarantineOf({ ...suspect, lifetimeMs: 160 * HOUR_MS }, ledger, now)).toBeNull();
    expect(quarantineOf({ ...suspect, lifetimeMs: 24 * HOUR_MS }, ledger, now)).toBeNull();
  });

  it('stays below the failed validations that a CA allows in an hour, counted for each name', () => {
    const ledger = [0.9, 0.5, 0.1].map((hours) =>
      line(hours, { kind: 'failed-validation', names: ['cucm.example.com', 'b.example.com'] }),
    );

    expect(quarantineOf(suspect, ledger, now)?.until).toEqual(new Date(now.getTime() + 0.1 * HOUR_MS));
    expect(quarantineOf({ ...suspect, issuerKey: 'acme:staging.example.com:1' }, ledger, now)).toBeNull();
  });
});
