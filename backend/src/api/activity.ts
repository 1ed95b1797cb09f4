import { Router } from 'express';
import type { Authority } from '../access/authority.ts';
import { EventFilter } from '../access/visibility.ts';
import type { App } from '../app.ts';
import { sentence } from '../renewal/sentences.ts';
import type { StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import * as contract from './contract.ts';
import { authorityOf, needs } from './guard.ts';

/** The event log backwards, page by page, with a sentence for each. */
export function activityRouter({ store }: App): Router {
  const router = Router();
  router.get('/', needs('viewer'), async (req, res) => {
    const { before, limit } = contract.activityQuery.parse(req.query);
    const end = before ?? (await store.events.latest()) + 1;
    const page = (await pageBefore(store, authorityOf(res), end, limit)).slice(0, limit);
    res.json(
      page.map((stored) => ({ ...stored, sentence: sentence(stored.event) })) satisfies contract.ActivityEntry[],
    );
  });
  return router;
}

/** The newest first, and at least `limit` of them unless there are no more: those that the caller may not see are left out. */
async function pageBefore(store: Store, authority: Authority, end: number, limit: number): Promise<StoredEvent[]> {
  const filter = new EventFilter(store);
  const page: StoredEvent[] = [];
  let last = end;
  while (last > 1 && page.length < limit) {
    const first = Math.max(1, last - limit);
    // Numbers only grow, so these are at most `limit` events, and fewer where numbers are missing.
    const events = (await store.events.read({ after: first - 1, limit })).filter(({ seq }) => seq < last);
    for (const stored of events.reverse()) if (await filter.shows(stored.event, authority)) page.push(stored);
    last = first;
  }
  return page;
}
