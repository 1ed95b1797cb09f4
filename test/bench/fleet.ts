import { awaken, awakeningWords } from '../../backend/src/reconcile/testing/fleet/asleep.ts';
import { printed, problemsIn } from '../../backend/src/reconcile/testing/fleet/figures.ts';
import { Fleet } from '../../backend/src/reconcile/testing/fleet/fleet.ts';

/**
 * A fleet of 500 for a simulated year, and one whose daemon was stopped for 40 days. Figures are printed, and what must not happen
 * ends it with exit status 1. `npm run bench:fleet [seed …]`
 */
const DAY_MS = 86_400_000;

async function main(seeds: readonly string[]): Promise<void> {
  for (const seed of seeds) {
    process.stdout.write(`\nSeed "${seed}"\n`);
    const fleet = new Fleet({ seed, connections: 500, days: 365, lookEveryMs: DAY_MS });
    await fleet.settle((lifeDays, chance) => chance.between(0.1, 1) * lifeDays);
    await fleet.run(365);
    const figures = fleet.figures();
    const awakening = await awaken(seed, 500);
    process.stdout.write(`${printed(figures)}\n${awakeningWords(awakening)}\n`);
    const problems = [...problemsIn(figures), ...awakening.problems];
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    process.stdout.write(problems.length === 0 ? 'Clean\n' : `Not clean: ${problems.length} problems\n`);
    if (problems.length > 0) process.exitCode = 1;
  }
}

const given = process.argv.slice(2);
await main(given.length > 0 ? given : ['a year']);
