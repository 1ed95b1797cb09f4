import { beforeAll, describe, expect, it } from 'vitest';
import { makeTlsCertificate } from '../../../test/support/x509.ts';
import { readCertificate } from '../domain/certificate.ts';
import { emptyMemory, toRow, type WatchMemory } from '../reconcile/memory.ts';
import { LEFT_TO_PEOPLE, WATCH_STATES, type WatchState } from '../reconcile/states.ts';
import type { Facts, ServedEndpoint } from '../renewal/facts.ts';
import { initialState, type MachineContext, type Outcome } from '../renewal/machine.ts';
import type { RenewalDigest, WatchDigest } from '../store/overview.ts';
import type { JsonObject } from '../store/store.ts';
import { digester } from './digest.ts';

const AT = '2026-11-22T12:00:00.000Z';
const END = '2026-12-01T00:00:00.000Z';
const OLD = 'bb'.repeat(32);

let leafPem: string;
let issued: string;

beforeAll(async () => {
  leafPem = (await makeTlsCertificate(['node.example.com'])).certificatePem;
  issued = readCertificate(leafPem).sha256;
});

function digestOf(
  outcome: Outcome | null,
  facts: Partial<Facts>,
  context: Partial<MachineContext> = {},
  at: string = outcome ?? 'install.running',
): RenewalDigest {
  return digester.renewal({
    ...{ id: 'r', connectionId: 1, machineVersion: 1, startedAt: AT, finishedAt: outcome && AT, outcome },
    state: JSON.parse(JSON.stringify({ at, context: { ...initialState().context, ...context } })),
    facts: JSON.parse(JSON.stringify(facts)) as JsonObject,
  });
}

function showing(sha256: string): readonly ServedEndpoint[] {
  const endpoint = { host: 'node.example.com', port: 443, serverName: 'node.example.com' };
  return [{ endpoint, sha256, notAfter: END, detail: null, at: AT }];
}

describe('what a renewal leaves as wanted', () => {
  const chain = () => ({ leafPem, intermediatesPem: [], rootPem: null });
  const receipt = () => ({ changed: true, sha256: issued });

  it('is what it saw served, or handed over', () => {
    expect(digestOf('verified', { chain: chain(), served: showing(issued) }).wanted).toBe(issued);
    expect(digestOf('installed-not-served', { chain: chain(), install: receipt() }).wanted).toBe(issued);
    expect(digestOf(null, { chain: chain(), install: receipt() }).wanted).toBe(issued);
    expect(digestOf('kept', { chain: chain() }).wanted).toBe(issued);
  });

  it('is the old certificate once that was put back', () => {
    const restored = { sha256: OLD, notAfter: END, installed: true, seenBy: null, served: showing(OLD) };

    const wantedAfter = (outcome: Outcome, part: object) =>
      digestOf(outcome, { chain: chain(), install: receipt(), restored: { ...restored, ...part } }).wanted;

    expect(wantedAfter('rolled-back', {})).toBe(OLD);
    expect(wantedAfter('installed-not-served', {})).toBe(OLD);
    expect(wantedAfter('installed-not-served', { installed: false })).toBe(issued);
  });

  it('is what it found to be good, when every endpoint shows that', () => {
    const installed = readCertificate(leafPem);

    expect(digestOf('not-due', { installed, before: showing(issued) }).wanted).toBe(issued);
    expect(digestOf('not-due', { installed, before: showing(OLD) }).wanted).toBeNull();
  });

  it.each(['cancelled', 'issued', 'validated', 'failed'] as const)(
    'stays as it was when it ended %s before the appliance had taken anything',
    (outcome) => {
      expect(digestOf(outcome, { chain: chain(), aftermath: showing(OLD) })).toMatchObject({
        wanted: null,
        served: false,
      });
    },
  );
});

it('tells waiting for an instant that the step named from waiting for another try', () => {
  const resumeAt = END;

  expect(digestOf(null, {}, { resumeAt, planned: true }, 'install.waiting').planned).toBe(true);
  expect(digestOf(null, {}, { resumeAt, planned: false }, 'install.waiting').planned).toBe(false);
});

describe('what the schedule knows', () => {
  const certificate = {
    ...{ sha256: OLD, serial: '01', subject: 'CN=a', issuer: 'CN=CA', commonName: null, dnsNames: [] },
    ...{ notBefore: '2026-09-01T00:00:00.000Z', notAfter: END, key: { kind: 'EC P-256', spkiSha256: '44' } },
    ...{ extendedKeyUsage: [], selfSigned: false },
  };
  const verdict = { due: true, reason: 'expires-soon', message: 'It ends soon', certificate: OLD, from: AT } as const;

  function watched(change: Partial<WatchMemory>, state: WatchState = 'window-shut'): WatchDigest | null {
    const decision = { state, at: AT, until: null, why: 'Due' } as const;
    const endpoints = [{ name: 'node:443', answeredAt: AT, sha256: OLD, silence: null }];
    const seen = { lookedAt: AT, endpoints, certificates: [certificate], verdict, decision };
    return digester.watch(toRow(1, { ...emptyMemory(new Date(AT)), ...seen, ...change }, new Date(AT)));
  }

  it.each(WATCH_STATES)('asks a person when it is %s, if nothing but a person helps', (state) => {
    expect(watched({}, state)?.asks).toBe(LEFT_TO_PEOPLE.includes(state) ? 'stuck' : null);
  });

  it('asks for a look at what is due once its end was told, and not before', () => {
    const told = { sha256: OLD, threshold: 7 };

    expect(watched({ told })?.asks).toBe('expiring');
    expect(watched({ told: { ...told, sha256: 'of one before' } })?.asks).toBeNull();
    expect(watched({ told, verdict: { ...verdict, due: false } })?.asks).toBeNull();
  });

  it('says since when not everything answers, and whether that is an alarm', () => {
    const unreachable = { since: AT, told: true, message: 'node:443 does not answer: refused' };

    expect(watched({ unreachable })).toMatchObject({ lookedAt: AT, unreachable });
    expect(watched({})?.unreachable).toBeNull();
  });
});
