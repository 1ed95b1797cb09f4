import { Router } from 'express';
import type { App } from '../app.ts';
import { checkDns } from '../dns/check.ts';
import { DEFAULT_PROPAGATION } from '../dns/resolver.ts';
import * as contract from './contract.ts';

/** The DNS of challenge records: what every server says, and what renewals left behind. */
export function dnsRouter({ resolver, sweeper }: App): Router {
  const router = Router();

  router.post('/check', async (req, res) => {
    const { name, value } = contract.dnsCheckRequest.parse(req.body);
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    const check = await checkDns(resolver, { name, value, policy: DEFAULT_PROPAGATION }, gone.signal);
    res.json(check satisfies contract.DnsCheckView);
  });

  router.get('/leftovers', async (_req, res) => {
    res.json(await sweeper.list());
  });

  router.post('/sweep', async (_req, res) => {
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    res.json(await sweeper.sweep(gone.signal));
  });

  return router;
}
