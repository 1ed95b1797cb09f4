import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { useRenewals } from '../api/queries.ts';
import type { RenewalFilter } from '../api/types.ts';
import { Loaded } from '../ui/loading.tsx';
import { RenewalTable } from './renewal-table.tsx';

interface RenewalHistoryProps {
  /** Null: of all of them. */
  readonly connectionId: number | null;
  readonly state?: RenewalFilter | null;
  /** Within the page of one connection its name says nothing. */
  readonly ofOne?: boolean;
  /** In place of the table when there is nothing to show. */
  readonly empty?: ReactNode;
}

/** The last begun first, and the older ones for whoever asks. */
export function RenewalHistory({ connectionId, state = null, ofOne = false, empty }: RenewalHistoryProps) {
  const query = useRenewals(connectionId, state);
  return (
    <>
      <Loaded query={query}>
        {(renewals) =>
          renewals.length === 0 && empty !== undefined ? empty : <RenewalTable renewals={renewals} ofOne={ofOne} />
        }
      </Loaded>
      {query.hasNextPage && (
        <Group p="sm">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Older
          </Button>
        </Group>
      )}
    </>
  );
}
