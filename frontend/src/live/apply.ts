import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../api/queries.ts';
import type { ActivityEntry, DomainEvent, RenewalView, StoredEvent } from '../api/types.ts';

/** Brings what is cached up to date with one event of the log. */
export function applyEvent(queries: QueryClient, stored: StoredEvent): void {
  const { event } = stored;
  if ('renewalId' in event) {
    queries.setQueryData<RenewalView>(keys.renewal(event.renewalId), (view) => view && withEvent(view, stored));
    refresh(queries, keys.renewal(event.renewalId));
  }
  if (event.type.startsWith('account.')) refresh(queries, ['accounts']);
  if (changesLists(event)) {
    refresh(queries, keys.connections);
    refresh(queries, keys.renewals);
  }
  if ('calendarId' in event) refresh(queries, keys.calendars);
  if (event.type === 'renewal.finished') {
    refresh(queries, keys.leftovers);
    refresh(queries, keys.served(event.connectionId));
  }
  if (queries.getQueryData<readonly ActivityEntry[]>(keys.activity)) refresh(queries, keys.activity);
}

function withEvent(view: RenewalView, stored: StoredEvent): RenewalView {
  const last = view.events.at(-1)?.seq ?? 0;
  return stored.seq > last ? { ...view, events: [...view.events, stored] } : view;
}

function changesLists(event: DomainEvent): boolean {
  return event.type !== 'step.noted';
}

function refresh(queries: QueryClient, queryKey: readonly unknown[]): void {
  // One that is on its way may have been answered before this event: it is asked again.
  void queries.invalidateQueries({ queryKey });
}
