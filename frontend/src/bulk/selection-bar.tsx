import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { get } from '../api/client.ts';
import type { ConnectionList } from '../api/types.ts';
import type { Selection } from '../connections/use-selection.ts';
import { useLock } from '../session/may.ts';
import { many } from '../ui/many.ts';
import { ProblemNote } from '../ui/problem.tsx';
import { useBulkAddress } from './use-bulk.ts';

interface SelectionBarProps {
  readonly selection: Selection;
  readonly list: ConnectionList;
  readonly filter: URLSearchParams;
}

/** How many match; once some are chosen, what can be done with them. */
export function SelectionBar({ selection, list, filter }: SelectionBarProps) {
  const { ask } = useBulkAddress();
  const all = useMutation({
    mutationFn: () => get<readonly number[]>(`/connections/ids?${filter}`),
    onSuccess: selection.replace,
  });
  const operate = useLock('operator');
  const administer = useLock('admin');
  const chosen = selection.ids.size;
  return (
    <>
      <Group className="selection-bar" gap="xs" data-chosen={chosen > 0 || undefined}>
        <span aria-live="polite">
          {chosen === 0 ? (
            <span className="quiet">{many(list.total, 'connection')}</span>
          ) : (
            <strong>{many(chosen, 'connection')} chosen</strong>
          )}
        </span>
        {list.total > chosen && list.total > 1 && (
          <Button size="compact-xs" variant="subtle" loading={all.isPending} onClick={() => all.mutate()}>
            Choose all {list.total.toLocaleString('en')}
          </Button>
        )}
        {chosen > 0 && (
          <>
            <Button size="compact-xs" variant="subtle" onClick={() => selection.replace([])}>
              Choose none
            </Button>
            <Group gap="xs" ml="auto">
              <Button {...operate} size="compact-xs" onClick={() => ask('renew')}>
                Renew
              </Button>
              <Button {...operate} size="compact-xs" variant="default" onClick={() => ask('test')}>
                Dry run
              </Button>
              <Button {...administer} size="compact-xs" variant="default" onClick={() => ask('enable')}>
                Switch on
              </Button>
              <Button {...administer} size="compact-xs" variant="default" onClick={() => ask('disable')}>
                Switch off
              </Button>
            </Group>
          </>
        )}
      </Group>
      {all.error && <ProblemNote error={all.error} />}
    </>
  );
}
