import { Router } from 'express';
import type { App } from '../app.ts';
import { existing } from '../connections.ts';
import type { ExplanationView } from './contract/explanation.ts';
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

/** The same for all connections, in the order of their ids. */
export function explanationsRouter({ store, explain }: App): Router {
  const router = Router();

  router.get('/', needs('viewer'), async (_req, res) => {
    const authority = authorityOf(res);
    const connections = (await store.connections.all()).filter((connection) => authority.sees(connection));
    res.json((await Promise.all(connections.map(explain))) satisfies readonly ExplanationView[]);
  });

  return router;
}
