import { describe, expect, it } from 'vitest';
import type { IssuerTraits } from '../domain/issuer-traits.ts';
import { type PlanSubject, planYear, type Window } from './plan.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-11-22T12:00:00Z');

const LETS_ENCRYPT: IssuerTraits = {
  profile: null,
  hasCommonName: true,
  signsClientAuth: false,
  refusesClientAuthRequest: false,
  isPublic: true,
  maxDays: 90,
  announced: [
    { from: '2027-02-10', days: 64 },
    { from: '2028-02-16', days: 45 },
  ],
};
const UNKNOWN: IssuerTraits = { ...LETS_ENCRYPT, maxDays: null, announced: [] };
const PRIVATE: IssuerTraits = { ...UNKNOWN, isPublic: false };

function subject(change: Partial<PlanSubject> = {}): PlanSubject {
  return {
    connectionId: 1,
    name: 'cucm-hq',
    validity: valid('2026-11-01', 90),
    isDue: false,
    automatic: true,
    reserveMs: (lifetimeMs) => lifetimeMs / 3,
    traits: LETS_ENCRYPT,
    renewalWindow: null,
    restartWindow: null,
    emergency: null,
    restarts: 4,
    ...change,
  };
}

function valid(from: string, days: number) {
  const notBefore = new Date(from);
  return { notBefore: notBefore.toISOString(), notAfter: new Date(notBefore.getTime() + days * DAY_MS).toISOString() };
}

function scenario(id: string): Scenario {
  const found = SCENARIOS.find((one) => one.id === id);
  if (!found) throw new Error(`There is no scenario ${id}.`);
  return found;
}

/** Open for two hours every `days` days from `first`. */
function every(days: number, first: string): Window {
  return async (from) => {
    const step = days * DAY_MS;
    const since = Math.max(0, Math.ceil((from.getTime() - Date.parse(first)) / step));
    const start = new Date(Date.parse(first) + since * step);
    return { start, end: new Date(start.getTime() + 2 * 3_600_000) };
  };
}

async function planOne(change: Partial<PlanSubject>, id = 'announced') {
  const plan = await planYear([subject(change)], scenario(id), NOW);
  const [planned] = plan.connections;
  if (!planned) throw new Error('Nothing was planned.');
  return { plan, planned };
}

const days = (renewals: readonly { readonly dueAt: string }[]) => renewals.map(({ dueAt }) => dueAt.slice(0, 10));

describe('planYear', () => {
  it('renews at a third of life left, with the lifetimes that the CA has announced', async () => {
    const { planned } = await planOne({});

    expect(days(planned.renewals).slice(0, 3)).toEqual(['2026-12-31', '2027-03-01', '2027-04-12']);
    expect(planned).toMatchObject({ problems: [], breaks: false });
  });

  it.each([
    ['public', 'announced', 5, UNKNOWN],
    ['public', '100-days', 5, UNKNOWN],
    ['public', '47-days', 10, UNKNOWN],
    ['private', 'announced', 4, PRIVATE],
    ['private', '100-days', 4, PRIVATE],
    ['private', '47-days', 4, PRIVATE],
  ])(
    'foresees of a %s CA, in the scenario %s, so many renewals of a certificate that lives 120 days now: %i',
    async (_, id, count, traits) => {
      const { planned } = await planOne({ traits, validity: valid('2026-11-01', 120) }, id);

      expect(planned.renewals).toHaveLength(count);
    },
  );

  it.each([
    ['2026-03-14', 300],
    ['2026-03-15', 200],
    ['2027-03-15', 100],
    ['2029-03-14', 100],
    ['2029-03-15', 47],
  ])('lets a public CA of which nothing is known issue on %s at most so many days: %i', (date, days) => {
    const { lifetimeDays } = scenario('announced');

    expect(lifetimeDays(UNKNOWN, 300, new Date(date))).toBe(days);
    expect(lifetimeDays(PRIVATE, 300, new Date(date))).toBe(300);
  });

  it('says that a certificate ends before its restart window opens', async () => {
    const { planned } = await planOne({ restartWindow: every(60, '2026-11-22T02:00:00Z') }, '47-days');

    expect(planned.breaks).toBe(true);
    expect(planned.problems).toEqual([
      expect.stringMatching(/^Its certificate ends on .* the windows are too rare\.$/),
    ]);
  });

  it('restarts outside of the window where the policy does, and says how often', async () => {
    const rare = { restartWindow: every(60, '2026-11-22T02:00:00Z') };

    const { planned } = await planOne({ ...rare, emergency: { daysLeft: 5, mode: 'automatic' } }, '47-days');

    expect(planned.breaks).toBe(false);
    const outside = planned.renewals.filter((renewal) => renewal.outside);
    expect(outside.length).toBeGreaterThan(0);
    for (const { restartAt, expiresAt } of outside)
      expect(Date.parse(expiresAt) - Date.parse(restartAt ?? '')).toBe(5 * DAY_MS);
    expect(planned.problems).toEqual([
      `Outside of its windows, as an emergency: ${outside.length} of ${planned.renewals.length} renewals.`,
    ]);
  });

  it('renews outside of a window that never opens where the policy does', async () => {
    const { planned } = await planOne({
      renewalWindow: async () => null,
      restartWindow: async (from) => ({ start: from, end: from }),
      emergency: { daysLeft: 10, mode: 'automatic' },
    });

    expect(planned.renewals[0]).toMatchObject({ renewAt: '2027-01-20T00:00:00.000Z', outside: true });
    expect(planned.breaks).toBe(false);
  });

  it('counts on nobody where the policy asks, and says that it does', async () => {
    const { planned } = await planOne(
      { restartWindow: every(60, '2026-11-22T02:00:00Z'), emergency: { daysLeft: 5, mode: 'ask' } },
      '47-days',
    );

    expect(planned.breaks).toBe(true);
    expect(planned.problems).toEqual([expect.stringMatching(/the windows are too rare\. A person is asked before\.$/)]);
  });

  it('says that no window ever opens', async () => {
    const { planned } = await planOne({ renewalWindow: async () => null });

    expect(planned).toMatchObject({ breaks: true, problems: [expect.stringContaining('No renewal window opens')] });
    expect(planned.renewals).toHaveLength(1);
  });

  it('warns when a window leaves next to nothing of the time between due and end', async () => {
    const { planned } = await planOne({
      traits: PRIVATE,
      validity: valid('2026-01-01', 365),
      restartWindow: every(220, '2026-12-30T02:00:00Z'),
    });

    expect(planned.breaks).toBe(false);
    expect(planned.problems).toEqual([expect.stringMatching(/^Its windows are rare/)]);
  });

  it.each([
    ['automatic renewal is off', { automatic: false }, 'Nobody renews it', true],
    ['nothing was seen', { validity: null }, 'Nothing was seen served', false],
    ['it is renewed earlier than it lives', { reserveMs: () => 200 * DAY_MS }, 'due again when it is issued', false],
  ])('says that %s', async (_, change, words, breaks) => {
    const { planned } = await planOne(change);

    expect(planned).toMatchObject({ breaks, problems: [expect.stringContaining(words)] });
  });

  it('renews at once what is due for another reason than its age', async () => {
    const { planned } = await planOne({ isDue: true, validity: valid('2026-11-01', 2000) });

    expect(days(planned.renewals)[0]).toBe('2026-11-22');
    expect(days(planned.renewals)[1]).toBe('2027-01-21');
  });

  it('adds up renewals and restarts by week', async () => {
    const { plan } = await planOne({ restartWindow: every(14, '2027-01-09T02:00:00Z') });

    const busy = plan.weeks.filter(({ renewals, restarts }) => renewals + restarts > 0);
    expect(plan.weeks[0]?.start).toBe('2026-11-16T00:00:00.000Z');
    expect(busy[0]).toEqual({ start: '2026-12-28T00:00:00.000Z', renewals: 1, restarts: 0 });
    expect(busy[1]).toEqual({ start: '2027-01-04T00:00:00.000Z', renewals: 0, restarts: 4 });
  });
});
