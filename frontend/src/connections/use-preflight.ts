import { useQuery } from '@tanstack/react-query';
import { post } from '../api/client.ts';
import type { PreflightView } from '../api/types.ts';

/** Every check that changes nothing; asked anew each time that it is opened. */
export function usePreflight(connectionId: number) {
  return useQuery({
    queryKey: ['preflight', connectionId],
    queryFn: ({ signal }) => post<PreflightView>(`/connections/${connectionId}/preflight`, {}, signal),
    staleTime: 0,
    gcTime: 0,
  });
}
