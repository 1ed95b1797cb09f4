import { Router } from 'express';
import type { App } from '../app.ts';
import { sentence } from '../renewal/sentences.ts';
import * as contract from './contract.ts';

/** The event log backwards, page by page, with a sentence for each. */
export function activityRouter({ store }: App): Router {
  const router = Router();
  router.get('/', async (req, res) => {
    const { before, limit } = contract.activityQuery.parse(req.query);
    const end = before ?? (await store.events.latest()) + 1;
    // Numbers only grow, so a page holds at most `limit` events, and fewer where numbers are missing.
    const events = await store.events.read({ after: Math.max(0, end - 1 - limit), limit });
    const page = events
      .filter(({ seq }) => seq < end)
      .map((stored) => ({ ...stored, sentence: sentence(stored.event) }));
    res.json(page.reverse() satisfies contract.ActivityEntry[]);
  });
  return router;
}
