import { Skeleton, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useConnectivity } from '../live/live.tsx';
import { Moment } from './moment.tsx';
import { ProblemNote } from './problem.tsx';

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** What was asked for, or that it is on its way, or why it did not come. An old answer never passes for a new one. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.error && <Outdated error={query.error} at={query.dataUpdatedAt} />}
        {children(query.data)}
      </>
    );
  }
  return query.error ? (
    <ProblemNote error={query.error} />
  ) : (
    <Stack gap="xs" aria-busy aria-label="Loading">
      <Skeleton height={14} width="60%" />
      <Skeleton height={14} width="80%" />
      <Skeleton height={14} width="40%" />
    </Stack>
  );
}

interface OutdatedProps {
  readonly error: Error;
  /** Milliseconds of the epoch: when what is still shown was answered. */
  readonly at: number;
}

/** Without a connection to the daemon the banner says so, once for all that is shown. */
function Outdated({ error, at }: OutdatedProps) {
  if (useConnectivity().kind === 'lost') return null;
  return (
    <div className="outdated">
      <ProblemNote error={error} />
      <Text className="quiet">
        What follows was answered <Moment at={new Date(at).toISOString()} />.
      </Text>
    </div>
  );
}
