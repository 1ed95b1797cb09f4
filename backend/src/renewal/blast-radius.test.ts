import { describe, expect, it } from 'vitest';
import type { ActivationAction, ApplianceDriver } from '../appliances/driver.ts';
import type { Issuer } from '../issuers/issuer.ts';
import type { Connection, RenewalRow } from '../store/store.ts';
import { blastRadius } from './blast-radius.ts';

const never = new AbortController().signal;
const connection = {
  id: 7,
  slot: 'tomcat',
  dnsNames: ['cucm.example.com'],
  appliance: { plugin: 'vos', settings: {}, credential: null },
  policy: { activation: 'automatic' },
} as unknown as Connection;

/** A CA without a test directory. */
const untestable = { staging: null } as unknown as Issuer;

function action(node: string, change: Partial<ActivationAction> = {}): ActivationAction {
  return {
    id: `${node}/Cisco Tomcat`,
    node,
    service: 'Cisco Tomcat',
    impact: 'no web',
    endpoints: [],
    expectedSeconds: 300,
    ...change,
  };
}

function applianceWith(actions: readonly ActivationAction[]) {
  const activation = { plan: async () => actions, pauseMs: 30_000 };
  const endpoints = async () => [{ host: 'cucm.example.com', port: 8443, serverName: 'cucm.example.com' }];
  return { appliance: { activation, endpoints } as unknown as ApplianceDriver, issuer: untestable, second: null };
}

function known(past: readonly RenewalRow[]) {
  return { past, fallback: null, budget: { ca: 'ca.example.com', source: null, lines: [] }, cautions: [] };
}

function earlier(id: string, seconds: number): RenewalRow {
  const startedAt = '2026-11-22T00:00:00.000Z';
  const doneAt = new Date(Date.parse(startedAt) + seconds * 1000).toISOString();
  const activation = [{ action: { id }, startedAt, accepted: true, done: true, doneAt }];
  return { facts: { activation } } as unknown as RenewalRow;
}

describe('blastRadius', () => {
  it('adds up restarts and the pauses between nodes', async () => {
    const radius = await blastRadius(
      connection,
      applianceWith([action('pub'), action('sub1'), action('sub2')]),
      known([]),
      never,
    );

    expect(radius.expectedSeconds).toBe(3 * 300 + 2 * 30);
    expect(radius.endpoints).toEqual(['cucm.example.com:8443']);
    expect(radius.interruptions.map(({ node, basis }) => [node, basis])).toEqual([
      ['pub', 'documented'],
      ['sub1', 'documented'],
      ['sub2', 'documented'],
    ]);
  });

  it('prefers the median of what this connection has seen', async () => {
    const past = [200, 1_000, 240].map((seconds) => earlier('pub/Cisco Tomcat', seconds));

    const radius = await blastRadius(connection, applianceWith([action('pub'), action('sub1')]), known(past), never);

    expect(radius.interruptions).toMatchObject([
      { expectedSeconds: 240, basis: 'history' },
      { expectedSeconds: 300, basis: 'documented' },
    ]);
  });

  it.each([
    ['automatic', 'automatic', {}],
    ['ask', 'ask', {}],
    ['automatic', 'typed', { typedConfirmation: true as const }],
  ] as const)('policy %s asks for permission %s', async (policy, permission, change) => {
    const asked = { ...connection, policy: { ...connection.policy, activation: policy } };

    expect(await blastRadius(asked, applianceWith([action('pub', change)]), known([]), never)).toMatchObject({
      permission,
    });
  });

  it('says of a second CA which fallback certificate is ready, and where none can be', async () => {
    const second = { issuer: untestable, caPems: null };
    const ready = { sha256: 'ab', serial: '1', issuer: 'CN=R1', notBefore: '', notAfter: '2027-02-20T00:00:00.000Z' };
    const { appliance, ...others } = applianceWith([]);
    const withCsr = { ...appliance, csr: { pending: async () => null, create: async () => '' } };
    const keepsOne = { ...appliance, csr: { ...withCsr.csr, keepsOne: true as const } };
    const fallbackOf = async (host: ApplianceDriver, fallback: typeof ready | null) =>
      (await blastRadius(connection, { ...others, appliance: host, second }, { ...known([]), fallback }, never))
        .fallback;

    expect(await fallbackOf(withCsr, ready)).toEqual({
      ready: { sha256: 'ab', notAfter: '2027-02-20T00:00:00.000Z' },
      whyNot: null,
    });
    expect(await fallbackOf(withCsr, null)).toEqual({ ready: null, whyNot: null });
    expect(await fallbackOf(keepsOne, null)).toMatchObject({ whyNot: expect.stringContaining('keeps one CSR') });
    expect((await blastRadius(connection, applianceWith([]), known([]), never)).fallback).toBeNull();
  });

  it('is empty for an appliance that serves at once', async () => {
    const { appliance } = applianceWith([]);
    const { activation: _, ...atOnce } = appliance;

    const context = { appliance: atOnce, issuer: untestable, second: null };

    expect(await blastRadius(connection, context, known([]), never)).toMatchObject({
      interruptions: [],
      expectedSeconds: 0,
      permission: 'automatic',
    });
  });

  it('tells when the restart would happen, when something is restarted', async () => {
    const opening = { start: new Date('2026-11-28T01:00:00Z'), end: new Date('2026-11-28T03:00:00Z') };
    const words = 'opens Sat 28 Nov 02:00 Europe/Berlin';
    const look = { calendarId: 3, name: 'Nights', zone: 'Europe/Berlin', open: false, opening, words };

    const radius = await blastRadius(connection, applianceWith([action('pub')]), known([]), never, look);
    const nothing = await blastRadius(connection, applianceWith([]), known([]), never, look);

    expect(radius.window).toEqual({
      calendarId: 3,
      name: 'Nights',
      open: false,
      start: '2026-11-28T01:00:00.000Z',
      end: '2026-11-28T03:00:00.000Z',
      words: 'the restart window "Nights" opens Sat 28 Nov 02:00 Europe/Berlin',
    });
    expect(nothing.window).toBeNull();
  });
});
