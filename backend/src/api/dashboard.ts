import { Router } from 'express';
import { visibleConnectionIds } from '../access/visibility.ts';
import type { App } from '../app.ts';
import { lanesOf } from '../overview/expiry.ts';
import type { OverviewRow } from '../store/overview.ts';
import type { Store, Within } from '../store/store.ts';
import type { DashboardView, ExpiryMark, ExpiryView } from './contract/lists.ts';
import { authorityOf, needs } from './guard.ts';
import { renewalItems } from './items.ts';
import { needItems } from './needs.ts';

/** Things that need a person, of which the rest is counted. */
const NEEDS = 5;
const LATELY = 8;
const NEXT = 8;
/** Renewals to look through for those that ended. */
const LOOK_BACK = 30;
const HORIZON_DAYS = 100;
/** More marks than these run into each other. */
const MARKS = 120;

/** Everything that the first page shows, in one answer. */
export function dashboardRouter({ store, sweeper, explain, scheduleHealth }: App): Router {
  const router = Router();
  router.get('/', needs('viewer'), async (_req, res) => {
    const now = new Date().toISOString();
    const within = await visibleConnectionIds(store, authorityOf(res));
    const { products: _, ...counts } = await store.overview.counts(now, within);
    const needing = await store.overview.page({
      now,
      within,
      state: 'needs-person',
      sort: 'state',
      descending: false,
      offset: 0,
      limit: NEEDS,
    });
    const recent = await store.renewals.list({ within, limit: LOOK_BACK });
    const ended = recent.filter(({ outcome }) => outcome !== null).slice(0, LATELY);
    const leftovers = (await sweeper.list()).filter(({ connectionId }) => within?.includes(connectionId) ?? true);
    res.json({
      at: now,
      counts,
      needs: { total: needing.total, items: await needItems({ store, explain }, needing.rows) },
      expiry: await expiryOf(store, now, within),
      next: await store.overview.next(NEXT, within),
      lately: await renewalItems(store, ended),
      leftovers: leftovers.length,
      schedule: {
        ranAt: (await scheduleHealth.lastRun())?.toISOString() ?? null,
        alive: await scheduleHealth.isAlive(),
      },
    } satisfies DashboardView);
  });
  return router;
}

async function expiryOf(store: Store, now: string, within: Within): Promise<ExpiryView> {
  const lanes = lanesOf(await store.overview.expiry(now, within), now, HORIZON_DAYS);
  const known = lanes.reduce((sum, { total }) => sum + total, 0);
  const { rows } = await store.overview.page({ now, within, sort: 'days', descending: false, offset: 0, limit: MARKS });
  const marks = rows.flatMap(mark);
  return { days: HORIZON_DAYS, lanes, marks, complete: known <= marks.length };
}

function mark({ connectionId, name, product, seen, dueAt, automatic, practice }: OverviewRow): readonly ExpiryMark[] {
  return seen ? [{ connectionId, name, product, notAfter: seen.notAfter, dueAt, automatic, practice }] : [];
}
