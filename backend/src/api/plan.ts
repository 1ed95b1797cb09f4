import { Router } from 'express';
import type { App } from '../app.ts';
import { SCENARIOS } from '../plan/scenarios.ts';
import { type PlanView, planQuery } from './contract/plan.ts';
import { needs } from './guard.ts';

/** The renewals and restarts of the coming twelve months. */
export function planRouter({ plan }: App): Router {
  const router = Router();
  router.get('/', needs('viewer', 'installation'), async (req, res) => {
    const { scenario } = planQuery.parse(req.query);
    const scenarios = SCENARIOS.map(({ id, title }) => ({ id, title }));
    res.json({ ...(await plan(scenario)), scenarios } satisfies PlanView);
  });
  return router;
}
