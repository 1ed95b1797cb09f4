import { describe, expect, it } from 'vitest';
import type { Facts } from '../renewal/facts.ts';
import { initialState, MACHINE_VERSION, type MachineContext } from '../renewal/machine.ts';
import type { RenewalRow } from '../store/store.ts';
import { type KeptCertificate, standingOf } from './status.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const UNTIL = '2026-11-29T12:00:00.000Z';

const kept: KeptCertificate = {
  sha256: 'a'.repeat(64),
  serial: '01',
  issuer: 'CN=Some CA',
  notBefore: '2026-11-01T00:00:00.000Z',
  notAfter: '2027-01-30T00:00:00.000Z',
  revoked: null,
};
const revoked: KeptCertificate = { ...kept, revoked: { at: UNTIL, reason: 'superseded', actor: 'anna' } };
const over: KeptCertificate = { ...kept, notAfter: '2026-11-22T12:00:00.000Z' };
const failure = { code: 'CHALLENGE_FAILED', message: 'no TXT record' } as const;

describe('how a certificate stands', () => {
  it.each([
    ['inspect.running', 'ordering'],
    ['order.waiting', 'ordering'],
    ['publish.held', 'awaiting-challenge'],
    ['publish.running', 'verifying'],
    ['propagate.running', 'verifying'],
    ['issue.running', 'issuing'],
    ['cleanUp.running', 'issuing'],
  ])('while it is at %s: %s, whatever there was before', (at, status) => {
    expect(standingOf(renewal(at), kept, NOW)).toMatchObject({ status, failure: null });
  });

  it.each([
    ['kept', kept, 'issued'],
    ['kept', over, 'expired'],
    ['kept', revoked, 'revoked'],
    ['failed', kept, 'issued'],
    ['failed', null, 'failed'],
    ['cancelled', null, 'failed'],
  ] as const)('after %s', (at, certificate, status) => {
    expect(standingOf(renewal(at, { failure }, NOW.toISOString()), certificate, NOW)).toMatchObject({
      status,
      failure,
    });
  });

  it('is ordering before anything was begun', () => {
    expect(standingOf(undefined, null, NOW)).toMatchObject({ status: 'ordering', toPlace: [] });
  });

  it('says what a person has to place, and until when, without what certferry places itself', () => {
    const facts = { records: [record('by-hand', true), record('by-us', false)], challenges: [challenge('by-hand')] };

    const standing = standingOf(renewal('publish.held', { resumeAt: UNTIL }, null, facts), null, NOW);

    expect(standing).toEqual({
      status: 'awaiting-challenge',
      placeBy: UNTIL,
      failure: null,
      toPlace: [
        {
          ...{ challenge: 'dns-01', dnsName: 'www.example.com', name: '_acme-challenge.www.example.com' },
          ...{ type: 'TXT', value: 'by-hand', ttlSeconds: 60 },
        },
      ],
    });
  });

  it('goes by the certificate when a renewal of another version cannot be read', () => {
    const row = { ...renewal('kept', {}, NOW.toISOString()), machineVersion: MACHINE_VERSION + 1 };

    expect(standingOf(row, kept, NOW)).toMatchObject({ status: 'issued', failure: null });
  });
});

function renewal(
  at: string,
  context: Partial<MachineContext> = {},
  finishedAt: string | null = null,
  facts: object = {},
): RenewalRow {
  const state = { at, context: { ...initialState('keep').context, ...context } };
  return {
    ...{ id: 'r1', connectionId: 1, machineVersion: MACHINE_VERSION, startedAt: NOW.toISOString() },
    ...{ finishedAt, outcome: finishedAt === null ? null : at },
    state: state as never,
    facts: facts as never,
  };
}

function record(value: string, byHand: boolean) {
  const fqdn = '_acme-challenge.www.example.com';
  return { record: { fqdn, value, ttlSeconds: 60, zone: 'example.com' }, ...(byHand && { byHand }) };
}

function challenge(recordValue: string): Partial<Facts['challenges'][number]> {
  return { type: 'dns-01', dnsName: 'www.example.com', recordValue };
}
