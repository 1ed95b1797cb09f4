import { describe, expect, it } from 'vitest';
import { printed } from './testing/fleet/figures.ts';
import { Fleet } from './testing/fleet/fleet.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('a fleet on a fake clock', () => {
  it('of 100 lives a year of faults: no expiry served, no limit exceeded, no duplicate issuance', async () => {
    const fleet = new Fleet({ seed: 'a year', connections: 100, days: 365, lookEveryMs: DAY_MS });
    await fleet.settle((lifeDays, chance) => chance.between(0.1, 1) * lifeDays);

    await fleet.run(365);
    const figures = fleet.figures();

    process.stdout.write(`${printed(figures)}\n`);
    expect(figures.expiries.filter(({ excuse }) => excuse === null)).toEqual([]);
    expect(figures.limitsExceeded).toEqual([]);
    expect(figures.duplicates).toEqual([]);
    expect(figures.outsideWindow).toEqual([]);
    // Every kind of trouble was met, and the fleet was renewed in spite of it.
    expect(Object.keys(figures.failures).length).toBeGreaterThanOrEqual(8);
    expect(figures.outcomes.verified).toBeGreaterThan(1500);
    expect(figures.busiestHour.renewals).toBeLessThanOrEqual(60);
  }, 180_000);

  it('of 500 is caught up with after 40 days without a daemon: expired first, then what ends first, spread', async () => {
    const fleet = new Fleet({ seed: 'asleep', connections: 500, days: 0, lookEveryMs: 6 * HOUR_MS });
    await fleet.settle((lifeDays, chance) => chance.between(0.5, 1) * lifeDays);
    await fleet.run(0.5);
    const before = fleet.starts.length;
    fleet.stopFor(40 * DAY_MS);

    await fleet.run(40.5);
    const starts = fleet.starts.slice(before);

    const hours = new Map<string, number>();
    for (const { at } of starts) {
      const hour = new Date(at).toISOString().slice(0, 13);
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
    const expired = starts.filter(({ left }) => left < 0).length;
    process.stdout.write(
      `${starts.length} begun, ${expired} of them expired: ${[...hours].map(([hour, count]) => `${hour}h ${count}`).join(', ')}\n`,
    );
    expect(expired).toBeGreaterThan(50);
    // A renewal window may hold one up; of the others nobody goes before who has clearly less life left.
    const order = starts.filter(({ member, left }) => member.connection.policy.renewalCalendar === null && left < 0);
    const overtaken = order.filter((one, at) => order.slice(at + 1).some(({ left }) => left < one.left - DAY_MS));
    process.stdout.write(`expired, days over: ${order.map(({ left }) => Math.round(-left / DAY_MS)).join(' ')}\n`);
    expect(overtaken.map(({ member }) => member.connection.name)).toEqual([]);
    for (const { at } of starts) {
      expect(starts.filter((other) => other.at >= at && other.at < at + 5 * 60_000).length).toBeLessThanOrEqual(5);
    }
  });
});
