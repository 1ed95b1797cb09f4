import { Router } from 'express';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import { addPracticeConnection } from '../practice.ts';
import type { LabView } from './contract/accounts.ts';
import { needs } from './guard.ts';

/** The lab that the daemon runs in, when it does: a connection to practise with. */
export function labRouter({ store, practice }: App): Router {
  const router = Router();
  router.get('/', needs('viewer'), (_req, res) => {
    res.json({ available: practice !== null } satisfies LabView);
  });
  router.post('/connection', needs('admin'), async (_req, res) => {
    if (practice === null) {
      throw new AppError('NOT_FOUND', 'There is no lab here: everything that this daemon reaches is real.');
    }
    const { id, name } = await addPracticeConnection(store, practice.connection());
    res.status(201).location(`/api/v1/connections/${id}`).json({ id, name });
  });
  return router;
}
