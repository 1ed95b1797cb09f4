import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { RenewalOptions, RenewalView } from '../api/types.ts';

/** Cancel, or go on without waiting. */
export function useControl(renewalId: string, control: 'cancel' | 'resume') {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (confirmation: string | null = null) =>
      post<RenewalView>(
        `/renewals/${encodeURIComponent(renewalId)}/${control}`,
        confirmation === null ? {} : { confirmation },
      ),
    onSuccess: (view) => queries.setQueryData(keys.renewal(renewalId), view),
  });
}

export function useStart(connectionId: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (options: RenewalOptions) => post<RenewalView>(`/connections/${connectionId}/renewals`, options),
    onSuccess: (view) => queries.setQueryData(keys.renewal(view.id), view),
  });
}
