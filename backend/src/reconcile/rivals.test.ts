import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../store/store.ts';
import { keptFor, type Rival } from './rivals.ts';
import { DAY_MS, HOUR_MS, World } from './testing/world.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const CA = 'acme:acme-v02.api.letsencrypt.org';

function rival(connectionId: number, days: number | null, change: Partial<Rival> = {}): Rival {
  return {
    connectionId,
    ca: CA,
    dnsNames: [`h${connectionId}.example.com`],
    endsAt: days === null ? null : new Date(now.getTime() + days * DAY_MS).toISOString(),
    isOrdering: false,
    ...change,
  };
}

function kept(own: Rival, ...rivals: readonly Rival[]): number {
  return keptFor(own, [own, ...rivals], now).get('example.com') ?? 0;
}

describe('keptFor', () => {
  it('keeps a place for each that ends sooner, and within the week', () => {
    expect(kept(rival(1, 20), rival(2, 3), rival(3, 6), rival(4, 10), rival(5, 30))).toBe(2);
    expect(kept(rival(2, 3), rival(3, 6), rival(1, 20))).toBe(0);
  });

  it('keeps one for each order under way, whenever what it replaces ends', () => {
    expect(kept(rival(1, 2), rival(2, 80, { isOrdering: true }), rival(3, null, { isOrdering: true }))).toBe(2);
  });

  it('keeps none for another CA, another domain, or what ended weeks ago', () => {
    const others = [
      rival(2, 1, { ca: 'acme:ca.example.com' }),
      rival(3, 1, { dnsNames: ['h.example.org'] }),
      rival(4, -8),
    ];

    expect(kept(rival(1, 20), ...others)).toBe(0);
  });

  it('puts any two in an order, so that nobody waits for each other', () => {
    const ends = fc.option(fc.integer({ min: -6, max: 6 }));
    fc.assert(
      fc.property(ends, ends, (first, second) => {
        const [a, b] = [rival(1, first), rival(2, second)];
        expect(kept(a, b) + kept(b, a)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('where the limit of a CA does not suffice for everybody', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
    world.restart({ lookEveryMs: 12 * HOUR_MS });
  });

  it('those with weeks to live leave places for those that come to their end within days', async () => {
    const [long, short]: [Connection[], Connection[]] = [[], []];
    for (let host = 0; host < 50; host++) {
      long.push(await world.add({ dnsNames: [`long${host}.example.com`] }, { left: 20 }));
    }
    for (let host = 0; host < 15; host++) {
      short.push(await world.add({ dnsNames: [`short${host}.example.com`] }, { left: 4.5, life: 6 }));
    }

    await world.pass(DAY_MS);
    const early = await Promise.all(long.map((one) => world.explain(one)));
    await world.pass(4 * DAY_MS);
    const sentences = await Promise.all(long.map((one) => world.explain(one)));

    const begun = new Set(world.starts.map(({ connectionId }) => connectionId));
    expect(short.filter(({ id }) => !begun.has(id))).toEqual([]);
    expect(begun.size).toBe(45);
    expect(early.filter(({ sentence }) => sentence.includes('15 are kept for others'))).not.toEqual([]);
    expect(sentences.filter(({ state }) => state === 'over-budget')).toHaveLength(20);
  });

  it('orders under way count before the CA has signed', async () => {
    world.course = () => ({ outcome: 'running' });
    for (let host = 0; host < 60; host++) await world.add({ dnsNames: [`h${host}.example.com`] }, { left: 10 });

    await world.pass(2 * DAY_MS);

    expect(world.starts).toHaveLength(45);
  });

  it('a window that the CA names for a certificate of another account is no exemption from its limits', async () => {
    for (let host = 0; host < 60; host++) await world.add({ dnsNames: [`h${host}.example.com`] }, { left: 40 });
    const window = { explanationUrl: null, retryAfterMs: null };
    const [start, end] = [-DAY_MS, 9 * DAY_MS].map((ms) => new Date(now.getTime() + ms).toISOString());
    world.window = ({ notBefore }) => (start && end && notBefore < start ? { ...window, start, end } : null);
    world.restart({ lookEveryMs: 12 * HOUR_MS, random: () => 0 });

    await world.pass(3 * DAY_MS);

    expect(world.starts).toHaveLength(45);
  });
});
