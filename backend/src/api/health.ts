import { Router } from 'express';
import type { App } from '../app.ts';

/**
 * For whoever decides whether the process is to be restarted (`/healthz`: it answers), and whether it does its work
 * (`/readyz`: 503 with what is wrong). Nobody has to log in, so nothing of the installation is told.
 */
export function healthRouter({ operations }: App): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const checks = await operations.readiness();
    const ready = checks.every(({ ok }) => ok);
    res
      .status(ready ? 200 : 503)
      .set('cache-control', 'no-store')
      .json({ status: ready ? 'ok' : 'not ready', checks });
  });
  return router;
}
