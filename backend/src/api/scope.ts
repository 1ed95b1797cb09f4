import { Router } from 'express';
import { Authority } from '../access/authority.ts';
import { AppError } from '../domain/errors.ts';
import type { Store } from '../store/store.ts';

/**
 * Hides what somebody may not see, for every route below `/connections/ID` and `/renewals/ID`, whoever adds one. The answer
 * is that of something that does not exist, so that nothing is learned by counting.
 */
export function hideTheUnseen(store: Store): Router {
  const router = Router();

  router.use('/connections/:id', async (req, res, next) => {
    const { authority } = res.locals;
    const id = Number(req.params.id);
    if (authority instanceof Authority && authority.limited && Number.isInteger(id)) {
      const connection = await store.connections.get(id);
      if (!connection || !authority.sees(connection)) throw new AppError('NOT_FOUND', `There is no connection ${id}.`);
    }
    next();
  });

  router.use('/certificates/managed/:id', async (req, res, next) => {
    const { authority } = res.locals;
    const id = Number(req.params.id);
    if (authority instanceof Authority && authority.limited && Number.isInteger(id)) {
      const connection = await store.connections.get(id);
      if (!connection || !authority.sees(connection)) throw new AppError('NOT_FOUND', `There is no connection ${id}.`);
    }
    next();
  });

  router.use('/renewals/:id', async (req, res, next) => {
    const { authority } = res.locals;
    if (authority instanceof Authority && authority.limited) {
      const renewal = await store.renewals.get(req.params.id);
      const connection = renewal && (await store.connections.get(renewal.connectionId));
      if (!connection || !authority.sees(connection))
        throw new AppError('NOT_FOUND', `There is no renewal ${req.params.id}.`);
    }
    next();
  });

  return router;
}
