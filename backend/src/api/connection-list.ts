import { Router } from 'express';
import { visibleConnectionIds } from '../access/visibility.ts';
import type { App } from '../app.ts';
import { productTitle } from '../appliances/product.ts';
import type { Within } from '../store/store.ts';
import * as contract from './contract/lists.ts';
import { authorityOf, needs } from './guard.ts';
import { connectionItems } from './items.ts';

/** Connections page by page; 10,000 of them are no more work than a page. */
export function connectionListRouter({ store }: App): Router {
  const router = Router();

  router.get('/', needs('viewer'), async (req, res) => {
    const { page, limit, order, ids, ...filter } = contract.connectionListQuery.parse(req.query);
    const offset = (page - 1) * limit;
    const now = new Date().toISOString();
    const within = both(ids, await visibleConnectionIds(store, authorityOf(res)));
    const query = { ...filter, within, now, descending: order === 'desc', offset, limit };
    const { rows, total } = await store.overview.page(query);
    const next = offset + rows.length < total && rows.length > 0 ? page + 1 : null;
    res.json({ items: await connectionItems(store, rows), total, next } satisfies contract.ConnectionList);
  });

  /** Of all that match, for what is done to many. */
  router.get('/ids', needs('viewer'), async (req, res) => {
    const filter = contract.connectionIdsQuery.parse(req.query);
    const now = new Date().toISOString();
    const within = await visibleConnectionIds(store, authorityOf(res));
    res.json(await store.overview.ids({ ...filter, within, now }));
  });

  /** What can be filtered by. */
  router.get('/choices', needs('viewer'), async (_req, res) => {
    const within = await visibleConnectionIds(store, authorityOf(res));
    const { products } = await store.overview.counts(new Date().toISOString(), within);
    // Of a connection that is not complete, the appliance may not be chosen yet.
    const chosen = products.filter(({ product }) => product !== '');
    const titled = chosen.map(({ product, count }) => ({ product, title: productTitle(product), count }));
    res.json({ products: titled } satisfies contract.ConnectionChoice);
  });

  return router;
}

/** What is asked for, as far as it is seen. */
function both(asked: readonly number[] | undefined, within: Within): Within {
  if (asked === undefined || within === null) return asked ?? within;
  const seen = new Set(within);
  return asked.filter((id) => seen.has(id));
}
