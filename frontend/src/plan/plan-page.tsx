import { Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { get } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { PlanView } from '../api/types.ts';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Panel } from '../ui/panel.tsx';
import { PlannedConnections } from './planned-connections.tsx';
import { WeekBars } from './week-bars.tsx';

/** The coming twelve months, as they would be in one of several futures. */
export function PlanPage() {
  const [params, setParams] = useSearchParams();
  const scenario = params.get('scenario') ?? 'announced';
  const plan = useQuery({
    queryKey: keys.plan(scenario),
    queryFn: ({ signal }) => get<PlanView>(`/plan?scenario=${encodeURIComponent(scenario)}`, signal),
    placeholderData: (last) => last,
  });
  return (
    <Page
      title="Plan"
      lead="Renewals and restarts of the coming twelve months."
      actions={
        <Select
          aria-label="Scenario"
          size="xs"
          w="24rem"
          maw="90vw"
          allowDeselect={false}
          data={(plan.data?.scenarios ?? []).map(({ id, title }) => ({ value: id, label: title }))}
          value={scenario}
          onChange={(next) => setParams(next === null ? {} : { scenario: next }, { replace: true })}
        />
      }
    >
      <Loaded query={plan}>
        {(view) =>
          view.connections.length === 0 ? (
            <Empty title="There is nothing to plan yet">Add a connection first.</Empty>
          ) : (
            <Stack gap="md">
              <Panel title="By week">
                <Text mb="xs">{sums(view)}</Text>
                <WeekBars weeks={view.weeks} />
              </Panel>
              <Panel title="By connection" flush>
                <PlannedConnections connections={view.connections} />
              </Panel>
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function sums({ connections, weeks }: PlanView): string {
  const renewals = connections.reduce((sum, one) => sum + one.renewals.length, 0);
  const restarts = weeks.reduce((sum, week) => sum + week.restarts, 0);
  const breaking = connections.filter(({ breaks }) => breaks).length;
  const trouble = breaking === 0 ? 'No certificate ends before its successor is served.' : `${breaking} would break.`;
  return `${renewals} renewals and ${restarts} restarts of services. ${trouble}`;
}
