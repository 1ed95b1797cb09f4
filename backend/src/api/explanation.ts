import { Router } from 'express';
import { visibleConnectionIds } from '../access/visibility.ts';
import type { App } from '../app.ts';
import { existing } from '../connections.ts';
import { type ExplanationList, type ExplanationView, explanationsQuery } from './contract/explanation.ts';
import * as contract from './contract.ts';
import { authorityOf, needs } from './guard.ts';

/** Why a connection is, or is not, renewed now. Asks nobody: answers from what the reconciler remembers. */
export function explanationRouter({ store, explain }: App): Router {
  const router = Router();

  router.get('/:id/explanation', needs('viewer'), async (req, res) => {
    const connection = await existing(store, contract.id.parse(req.params.id));
    res.json((await explain(connection)) satisfies ExplanationView);
  });

  return router;
}

/** The same for all connections that are seen, in the order of their ids, page by page. */
export function explanationsRouter({ store, explain }: App): Router {
  const router = Router();

  router.get('/', needs('viewer'), async (req, res) => {
    const { page, limit } = explanationsQuery.parse(req.query);
    const within = await visibleConnectionIds(store, authorityOf(res));
    const ids = within ?? (await store.upkeep.connectionNames()).map(({ id }) => id);
    const end = page * limit;
    const connections = await store.connections.some(ids.slice(end - limit, end));
    res.json({
      items: await Promise.all(connections.toSorted((a, b) => a.id - b.id).map(explain)),
      total: ids.length,
      next: end < ids.length ? page + 1 : null,
    } satisfies ExplanationList);
  });

  return router;
}
