import { Router } from 'express';
import type { App } from '../app.ts';
import type { Clock } from '../plugins/plugin.ts';

/**
 * For whoever decides whether the process is to be restarted (`/healthz`: it answers), and whether it does its work
 * (`/readyz`: 503 with what is wrong). Nobody has to log in, so nothing of the installation is told.
 */
export function healthRouter({ operations, clock }: App): Router {
  const router = Router();
  const readiness = remembered(() => operations.readiness(), clock);
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const checks = await readiness();
    const ready = checks.every(({ ok }) => ok);
    res
      .status(ready ? 200 : 503)
      .set('cache-control', 'no-store')
      .json({ status: ready ? 'ok' : 'not ready', checks });
  });
  return router;
}

/** Milliseconds. Nobody logs in to ask, and each answer opens a secret. */
const FRESH_MS = 2_000;

/** What `ask` answered a moment ago; those who ask meanwhile share one answer. */
function remembered<T>(ask: () => Promise<T>, clock: Clock): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    const at = clock.now().getTime();
    if (last === null || Math.abs(at - last.at) >= FRESH_MS) last = { at, answer: ask() };
    return last.answer;
  };
}
