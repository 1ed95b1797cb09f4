import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { get } from './client.ts';
import type {
  BlastRadius,
  CalendarView,
  ConnectionView,
  ExplanationView,
  Leftover,
  Plugins,
  RenewalFilter,
  RenewalItem,
  RenewalView,
  ServedView,
  WordsView,
} from './types.ts';

/** One key for each thing that is asked for; live/apply.ts refreshes by them. */
export const keys = {
  words: ['words'],
  plugins: ['plugins'],
  connections: ['connections'],
  connection: (id: number) => ['connections', id],
  served: (id: number) => ['served', id],
  blastRadius: (id: number) => ['blast-radius', id],
  /** Below the connections: what changes one may change what comes next. */
  explanation: (id: number) => ['connections', 'explanation', id],
  backups: ['backups'],
  plan: (scenario: string) => ['plan', scenario],
  renewals: ['renewals'],
  renewal: (id: string) => ['renewal', id],
  activity: ['activity'],
  dashboard: ['dashboard'],
  certificates: ['certificates'],
  bulk: (id: string) => ['bulk', id],
  leftovers: ['leftovers'],
  calendars: ['calendars'],
  calendarPreview: (rules: unknown) => ['calendar-preview', rules],
  accounts: (family: 'issuer' | 'dns') => ['accounts', family],
  credentials: ['credentials'],
  lab: ['lab'],
} as const;

const HISTORY_PAGE = 100;
/** Milliseconds. Parts of a result are stored without an event: what a step learns on the way is asked for. */
const RUNNING_REFRESH = 1_500;
/** What time alone changes has no event. */
const EXPLANATION_REFRESH = 60_000;

export function useWords(): WordsView | undefined {
  return useQuery({
    queryKey: keys.words,
    queryFn: ({ signal }) => get<WordsView>('/words', signal),
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
}

export function usePlugins() {
  return useQuery({
    queryKey: keys.plugins,
    queryFn: ({ signal }) => get<Plugins>('/plugins', signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useConnection(id: number) {
  return useQuery({
    queryKey: keys.connection(id),
    queryFn: ({ signal }) => get<ConnectionView>(`/connections/${id}`, signal),
  });
}

/** Why a connection is, or is not, renewed now. Asks nobody but the daemon. */
export function useExplanation(id: number) {
  return useQuery({
    queryKey: keys.explanation(id),
    queryFn: ({ signal }) => get<ExplanationView>(`/connections/${id}/explanation`, signal),
    refetchInterval: EXPLANATION_REFRESH,
  });
}

export function useServed(id: number) {
  return useQuery({
    queryKey: keys.served(id),
    queryFn: ({ signal }) => get<ServedView>(`/connections/${id}/served`, signal),
  });
}

/** What a renewal would interrupt. Asks every node of the appliance, so it may take seconds. */
export function useBlastRadius(id: number) {
  return useQuery({
    queryKey: keys.blastRadius(id),
    queryFn: ({ signal }) => get<BlastRadius>(`/connections/${id}/plan`, signal),
  });
}

/** Page by page, the last begun first. Null: of every connection, or however they came out. */
export function useRenewals(connectionId: number | null, state: RenewalFilter | null) {
  const filter = new URLSearchParams({
    limit: String(HISTORY_PAGE),
    ...(connectionId === null ? {} : { connectionId: String(connectionId) }),
    ...(state === null ? {} : { state }),
  });
  return useInfiniteQuery({
    queryKey: [...keys.renewals, filter.toString()],
    queryFn: ({ pageParam, signal }) =>
      get<readonly RenewalItem[]>(`/renewals?${filter}${pageParam === null ? '' : `&before=${pageParam}`}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: readonly RenewalItem[]) => (page.length < HISTORY_PAGE ? undefined : page.at(-1)?.id),
    select: ({ pages }) => pages.flat(),
  });
}

export function useRenewal(id: string) {
  return useQuery({
    queryKey: keys.renewal(id),
    queryFn: ({ signal }) => get<RenewalView>(`/renewals/${id}`, signal),
    refetchInterval: ({ state }) => (state.data && state.data.outcome === null ? RUNNING_REFRESH : false),
  });
}

export function useCalendars() {
  return useQuery({
    queryKey: keys.calendars,
    queryFn: ({ signal }) => get<readonly CalendarView[]>('/calendars', signal),
  });
}

export function useLeftovers() {
  return useQuery({
    queryKey: keys.leftovers,
    queryFn: ({ signal }) => get<readonly Leftover[]>('/dns/leftovers', signal),
  });
}
