import type { Command } from 'commander';
import type { PlanView } from '../api/contract/plan.ts';
import { count } from '../domain/words.ts';
import type { ApiClient } from './client.ts';

export function addPlanCommand(program: Command, client: () => Promise<ApiClient>, out: NodeJS.WriteStream): void {
  program
    .command('plan')
    .description('the renewals and restarts of the coming twelve months, and the windows that are too rare for them')
    .option('--scenario <id>', 'announced, 100-days or 47-days', 'announced')
    .option('--json', 'machine-readable')
    .action(async ({ scenario, json }: { scenario: string; json?: true }) => {
      const plan = await (await client()).plan(scenario);
      out.write(json ? `${JSON.stringify(plan)}\n` : `${planTable(plan).join('\n')}\n`);
    });
}

function planTable({ scenario, scenarios, connections, weeks }: PlanView): readonly string[] {
  const title = scenarios.find(({ id }) => id === scenario)?.title ?? scenario;
  const renewals = connections.reduce((sum, one) => sum + one.renewals.length, 0);
  const restarts = weeks.reduce((sum, week) => sum + week.restarts, 0);
  return [
    `${title}: ${count(renewals, 'renewal')} and ${count(restarts, 'restart')} of services in twelve months.`,
    ...weeks
      .filter((week) => week.renewals + week.restarts > 0)
      .map(
        (week) =>
          `  week of ${week.start.slice(0, 10)}  ${count(week.renewals, 'renewal')}, ${count(week.restarts, 'restart')}`,
      ),
    ...connections.flatMap(({ name, problems, breaks }) =>
      problems.map((problem) => `${breaks ? '✗' : '!'} ${name}: ${problem}`),
    ),
  ];
}
