import { describe, expect, it } from 'vitest';
import { awaken, awakeningWords } from './testing/fleet/asleep.ts';
import { printed, problemsIn } from './testing/fleet/figures.ts';
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
    expect(problemsIn(figures)).toEqual([]);
    // Every kind of trouble was met, and the fleet was renewed in spite of it.
    expect(Object.keys(figures.failures).length).toBeGreaterThanOrEqual(8);
    expect(figures.outcomes.verified).toBeGreaterThan(1500);
    expect(figures.busiestHour.renewals).toBeLessThanOrEqual(60);
  }, 180_000);

  it('of 500 is caught up with after 40 days without a daemon: expired first, then what ends first, spread', async () => {
    const awakening = await awaken('asleep', 500);

    process.stdout.write(`${awakeningWords(awakening)}\n`);
    expect(awakening.problems).toEqual([]);
    expect(awakening.expired).toBeGreaterThan(50);
    expect(awakening.hours.length).toBeGreaterThan(2);
  });

  it.each([
    ['into summer', '2027-03-10T12:00:00.000Z', ['2027-03-14 America/New_York', '2027-03-28 Europe/Berlin']],
    ['into winter', '2027-10-27T12:00:00.000Z', ['2027-10-31 Europe/Berlin', '2027-11-07 America/New_York']],
  ])('restarts in its windows only, also in the nights in which clocks go %s', async (_when, startsAt, nights) => {
    const options = { seed: 'clocks', connections: 60, days: 20, lookEveryMs: DAY_MS, startsAt };
    const fleet = new Fleet(options);
    await fleet.settle((lifeDays, chance) => chance.between(0.25, 0.45) * lifeDays);

    await fleet.run(20);
    const figures = fleet.figures();

    expect(figures.outsideWindow).toEqual([]);
    for (const night of nights) expect(figures.nightsOfChange[night]).toBeGreaterThan(0);
  });
});
