import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { get } from './client.ts';
import { keys } from './queries.ts';
import type {
  BulkView,
  CertificateDetail,
  CertificateList,
  ConnectionChoice,
  ConnectionList,
  DashboardView,
} from './types.ts';

/** Rows that the daemon gives at once. */
const LONGEST_PAGE = 500;

/** Milliseconds, while something of a bulk waits or runs. */
const BULK_REFRESH = 1_500;

/** Milliseconds. The schedule runs each minute, and no event says so. */
const HEARTBEAT = 60_000;

export function useDashboard() {
  return useQuery({
    queryKey: keys.dashboard,
    queryFn: ({ signal }) => get<DashboardView>('/dashboard', signal),
    refetchInterval: HEARTBEAT,
  });
}

/** `query`: as the API takes it. The page before stays until the next one is there. */
export function useConnectionList(query: string) {
  return useQuery({
    queryKey: [...keys.connections, 'list', query],
    queryFn: ({ signal }) => get<ConnectionList>(`/connections?${query}`, signal),
    placeholderData: keepPreviousData,
  });
}

/** The names of these connections, as far as there are any. */
export function useConnectionNames(ids: readonly number[]): ReadonlyMap<number, string> {
  const query = new URLSearchParams({ ids: ids.join(','), limit: String(LONGEST_PAGE) });
  const { data } = useQuery({
    queryKey: [...keys.connections, 'names', ids],
    queryFn: ({ signal }) => get<ConnectionList>(`/connections?${query}`, signal),
    placeholderData: keepPreviousData,
    enabled: ids.length > 0,
  });
  return new Map(data?.items.map(({ id, name }) => [id, name]));
}

/** What connections can be filtered by. */
export function useConnectionChoice() {
  return useQuery({
    queryKey: [...keys.connections, 'choices'],
    queryFn: ({ signal }) => get<ConnectionChoice>('/connections/choices', signal),
  });
}

export function useCertificateList(query: string) {
  return useQuery({
    queryKey: [...keys.certificates, 'list', query],
    queryFn: ({ signal }) => get<CertificateList>(`/certificates?${query}`, signal),
    placeholderData: keepPreviousData,
  });
}

export function useCertificate(sha256: string) {
  return useQuery({
    queryKey: [...keys.certificates, sha256],
    queryFn: ({ signal }) => get<CertificateDetail>(`/certificates/${sha256}`, signal),
  });
}

export function useBulk(id: string) {
  return useQuery({
    queryKey: keys.bulk(id),
    queryFn: ({ signal }) => get<BulkView>(`/bulk/${encodeURIComponent(id)}`, signal),
    refetchInterval: ({ state }) => (state.data && left(state.data) > 0 ? BULK_REFRESH : false),
  });
}

/** Not yet over. */
export function left({ counts }: BulkView): number {
  return counts.waiting + counts.running;
}
