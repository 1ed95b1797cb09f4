import { Router } from 'express';
import type { App } from '../app.ts';
import { checkDns } from '../dns/check.ts';
import { DEFAULT_PROPAGATION } from '../dns/resolver.ts';
import * as contract from './contract.ts';

/** Looks at the DNS of challenge records. Changes nothing. */
export function dnsRouter({ resolver }: App): Router {
  const router = Router();

  router.post('/check', async (req, res) => {
    const { name, value } = contract.dnsCheckRequest.parse(req.body);
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    const check = await checkDns(resolver, { name, value, policy: DEFAULT_PROPAGATION }, gone.signal);
    res.json(check satisfies contract.DnsCheckView);
  });

  return router;
}
