import { Group, Select } from '@mantine/core';
import { Link, useSearchParams } from 'wouter';
import { ConnectionFilter } from '../activity/connection-filter.tsx';
import type { RenewalFilter } from '../api/types.ts';
import { Empty } from '../ui/empty.tsx';
import { Page } from '../ui/page.tsx';
import { RenewalHistory } from './renewal-history.tsx';

const STATES: Readonly<Record<RenewalFilter, string>> = {
  unfinished: 'Under way',
  held: 'Waits for you',
  failed: 'Failed',
  served: 'Served',
  other: 'Cancelled, not due or not installed',
};

/** What is looked for stands in the address, to be sent to somebody. */
export function RenewalsPage() {
  const [params, setParams] = useSearchParams();
  const state = filterOf(params.get('state'));
  const connection = Number(params.get('connection')) || null;
  const change = (name: string, value: string | null) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        value === null ? next.delete(name) : next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return (
    <Page title="Renewals" lead="The last begun first.">
      <div className="panel">
        <Group p="sm" gap="xs" className="filters">
          <Select
            aria-label="State"
            placeholder="Every state"
            data={Object.entries(STATES).map(([value, label]) => ({ value, label }))}
            size="xs"
            clearable
            value={state}
            onChange={(next) => change('state', next)}
            clearButtonProps={{ 'aria-label': 'Every state' }}
          />
          <ConnectionFilter
            chosen={connection}
            onChange={(id) => change('connection', id === null ? null : String(id))}
          />
        </Group>
        <RenewalHistory
          connectionId={connection}
          state={state}
          empty={
            state === null && connection === null ? undefined : (
              <Empty title="No renewal is like this">
                <Link href="/renewals">Show all</Link>
              </Empty>
            )
          }
        />
      </div>
    </Page>
  );
}

function filterOf(given: string | null): RenewalFilter | null {
  return given !== null && given in STATES ? (given as RenewalFilter) : null;
}
