import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post, put } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { ConnectionView } from '../api/types.ts';
import { type Draft, toInput } from './draft.ts';

export function useSave(stored: ConnectionView | null) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (draft: Draft) =>
      stored === null
        ? post<ConnectionView>('/connections', toInput(draft))
        : put<ConnectionView>(`/connections/${stored.id}`, { ...toInput(draft), version: stored.version }),
    onSuccess: (saved) => {
      queries.setQueryData(keys.connection(saved.id), saved);
      void queries.invalidateQueries({ queryKey: keys.connections });
    },
  });
}
