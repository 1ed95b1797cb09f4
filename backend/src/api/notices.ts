import { Router } from 'express';
import type { App } from '../app.ts';
import * as contract from './contract/notify.ts';
import { needs } from './guard.ts';

/** What people were told, what is on its way, and what could not be delivered. */
export function noticesRouter({ store }: App): Router {
  const router = Router();
  router.get('/', needs('viewer', 'installation'), async (req, res) => {
    const { limit, before, notifierId, state } = contract.noticesQuery.parse(req.query);
    const rows = await store.notify.notices.list({
      limit,
      ...(before === undefined ? {} : { before }),
      ...(notifierId === undefined ? {} : { notifierId }),
      ...(state === undefined ? {} : { state }),
    });
    res.json(rows satisfies readonly contract.NoticeView[]);
  });
  return router;
}
