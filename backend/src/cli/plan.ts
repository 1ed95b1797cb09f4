import type { Command } from 'commander';
import type { PlanView } from '../api/contract/plan.ts';
import { AppError } from '../domain/errors.ts';
import { count } from '../domain/words.ts';
import { restartsIn } from '../plan/plan.ts';
import type { ApiClient } from './client.ts';

type Planned = PlanView['connections'][number];

export function addPlanCommand(program: Command, client: () => Promise<ApiClient>, out: NodeJS.WriteStream): void {
  program
    .command('plan [id]')
    .description(
      'the renewals and restarts of the coming twelve months, and the windows that are too rare for them; with the id of a connection, each of its renewals',
    )
    .option('--scenario <id>', 'announced, 100-days or 47-days', 'announced')
    .option('--json', 'machine-readable')
    .action(async (id: string | undefined, { scenario, json }: { scenario: string; json?: true }) => {
      const plan = await (await client()).plan(scenario);
      const shown = id === undefined ? plan : plannedOf(plan, id);
      const lines = 'weeks' in shown ? planLines(shown) : connectionLines(shown);
      out.write(json ? `${JSON.stringify(shown)}\n` : `${lines.join('\n')}\n`);
    });
}

function plannedOf({ connections }: PlanView, id: string): Planned {
  const planned = connections.find(({ connectionId }) => String(connectionId) === id);
  if (!planned) throw new AppError('NOT_FOUND', `There is no connection ${id}.`);
  return planned;
}

function planLines({ scenario, scenarios, connections, weeks }: PlanView): readonly string[] {
  const title = scenarios.find(({ id }) => id === scenario)?.title ?? scenario;
  const renewals = connections.reduce((sum, one) => sum + one.renewals.length, 0);
  const restarts = weeks.reduce((sum, week) => sum + week.restarts, 0);
  return [
    `${title}: ${count(renewals, 'renewal')} and ${count(restarts, 'restart')} of services in twelve months.`,
    ...weeks
      .filter((week) => week.renewals + week.restarts > 0)
      .map(
        (week) =>
          `  week of ${day(week.start)}  ${count(week.renewals, 'renewal')}, ${count(week.restarts, 'restart')}`,
      ),
    ...connections.filter((one) => one.renewals.length > 0).map((one) => `  ${sums(one)}`),
    ...connections.flatMap(problemLines),
  ];
}

/** A line for each renewal, with its restarts. */
function connectionLines(planned: Planned): readonly string[] {
  return [
    sums(planned),
    ...planned.renewals.map(({ renewAt, restartAt, restarts, expiresAt, outside }) => {
      const restarting = restarts === 0 ? '' : `, ${count(restarts, 'restart')} ${minute(restartAt)}`;
      const emergency = outside ? ', outside of its windows' : '';
      return `  renewed ${minute(renewAt)}${restarting}${emergency}; the one before ends ${day(expiresAt)}`;
    }),
    ...problemLines(planned),
  ];
}

/** `3 cucm-hq: 6 renewals and 24 restarts, the next on 2027-01-18` */
function sums(planned: Planned): string {
  const { connectionId, name, renewals } = planned;
  const next = renewals[0]?.renewAt ?? null;
  const amounts = `${count(renewals.length, 'renewal')} and ${count(restartsIn(planned), 'restart')}`;
  return `${connectionId} ${name}: ${amounts}${next === null ? '' : `, the next on ${day(next)}`}`;
}

function problemLines({ name, problems, breaks }: Planned): readonly string[] {
  return problems.map((problem) => `${breaks ? '✗' : '!'} ${name}: ${problem}`);
}

function day(at: string): string {
  return at.slice(0, 10);
}

/** `2027-01-23 02:00 UTC` */
function minute(at: string | null): string {
  return at === null ? 'never' : `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}
