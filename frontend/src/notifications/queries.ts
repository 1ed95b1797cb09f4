import { useQuery, useQueryClient } from '@tanstack/react-query';
import { get } from '../api/client.ts';
import type { NoticeView, NotifierView, RuleView } from '../api/types.ts';

const KEY = ['notify'];
const LAST = 25;
/** Milliseconds. Deliveries are no events: what is on its way is asked for. */
const REFRESH = 5_000;

export function useNotifiers() {
  return useQuery({
    queryKey: [...KEY, 'notifiers'],
    queryFn: ({ signal }) => get<readonly NotifierView[]>('/notifiers', signal),
  });
}

export function useRules() {
  return useQuery({
    queryKey: [...KEY, 'rules'],
    queryFn: ({ signal }) => get<readonly RuleView[]>('/notification-rules', signal),
  });
}

export function useNotices() {
  return useQuery({
    queryKey: [...KEY, 'notices'],
    queryFn: ({ signal }) => get<readonly NoticeView[]>(`/notices?limit=${LAST}`, signal),
    refetchInterval: REFRESH,
  });
}

/** Asks again for everything of this page. */
export function useRefresh(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: KEY });
}
