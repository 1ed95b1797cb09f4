import { printed } from '../../backend/src/reconcile/testing/fleet/figures.ts';
import { Fleet } from '../../backend/src/reconcile/testing/fleet/fleet.ts';

/** A fleet of 500 for a simulated year, whose figures are printed. `npm run bench:fleet [seed]` */
const DAY_MS = 86_400_000;

async function main(seed = 'a year'): Promise<void> {
  const fleet = new Fleet({ seed, connections: 500, days: 365, lookEveryMs: DAY_MS });
  await fleet.settle((lifeDays, chance) => chance.between(0.1, 1) * lifeDays);
  await fleet.run(365);
  process.stdout.write(`${printed(fleet.figures())}\n`);
}

await main(process.argv[2]);
