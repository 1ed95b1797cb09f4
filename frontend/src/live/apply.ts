import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../api/queries.ts';
import type { DomainEvent, RenewalView, StoredEvent } from '../api/types.ts';

/** Brings what is cached up to date with one event of the log. */
export function applyEvent(queries: QueryClient, stored: StoredEvent): void {
  const { event } = stored;
  if ('renewalId' in event) {
    queries.setQueryData<RenewalView>(keys.renewal(event.renewalId), (view) => view && withEvent(view, stored));
    refresh(queries, keys.renewal(event.renewalId));
  }
  if (event.type.startsWith('account.')) refresh(queries, ['accounts']);
  if ('calendarId' in event) refresh(queries, keys.calendars);
  if (event.type === 'renewal.finished' || isWatch(event)) refresh(queries, keys.served(event.connectionId));
  refreshSoon(queries, listsOf(event));
}

/** The schedule saw something change at the endpoints. */
function isWatch(event: DomainEvent): event is Extract<DomainEvent, { readonly type: `watch.${string}` }> {
  return event.type.startsWith('watch.');
}

function listsOf(event: DomainEvent): readonly (readonly string[])[] {
  // What a step notes on the way changes no list but the log.
  if (event.type === 'step.noted') return [keys.activity];
  const lists = [keys.activity, keys.connections, keys.renewals, keys.dashboard];
  return event.type === 'renewal.finished' ? [...lists, keys.leftovers, keys.certificates] : lists;
}

/** Milliseconds. Many events at once, as of a bulk, are one reason to ask again and not many. */
const SOON = 250;
const waiting = new WeakMap<QueryClient, Map<string, readonly string[]>>();

function refreshSoon(queries: QueryClient, lists: readonly (readonly string[])[]): void {
  const known = waiting.get(queries);
  const due = known ?? new Map<string, readonly string[]>();
  for (const key of lists) due.set(key.join(' '), key);
  if (known) return;
  waiting.set(queries, due);
  setTimeout(() => {
    waiting.delete(queries);
    for (const key of due.values()) refresh(queries, key);
  }, SOON);
}

function withEvent(view: RenewalView, stored: StoredEvent): RenewalView {
  const last = view.events.at(-1)?.seq ?? 0;
  return stored.seq > last ? { ...view, events: [...view.events, stored] } : view;
}

function refresh(queries: QueryClient, queryKey: readonly unknown[]): void {
  // One that is on its way may have been answered before this event: it is asked again.
  void queries.invalidateQueries({ queryKey });
}
