import { Router } from 'express';
import type { Authority } from '../access/authority.ts';
import { visibleConnectionIds } from '../access/visibility.ts';
import type { App } from '../app.ts';
import { existing } from '../connections.ts';
import { register } from '../dns/acme-dns/register.ts';
import { checkDns, policyOfCheck } from '../dns/check.ts';
import { AppError } from '../domain/errors.ts';
import { trustOf } from '../plugins/trust.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import type { Connection, Store } from '../store/store.ts';
import * as contract from './contract.ts';
import { whenGone } from './gone.ts';
import { authorityOf, needs } from './guard.ts';

/** The DNS of challenge records: what every server says, what renewals left behind, and accounts for them at acme-dns. */
export function dnsRouter({ resolver, sweeper, store }: App): Router {
  const router = Router();

  router.post('/check', needs('operator'), async (req, res) => {
    const { name, value, connectionId, resolvers } = contract.dnsCheckRequest.parse(req.body);
    if (resolvers && authorityOf(res).limited)
      throw new AppError('FORBIDDEN', 'Who may not see every connection cannot have other resolvers asked.');
    const connection = connectionId === undefined ? null : await seen(store, authorityOf(res), connectionId);
    const policy = policyOfCheck(connection?.policy.propagation ?? null);
    const gone = whenGone(res);
    const check = await checkDns(resolver, { name, value, policy, also: resolvers ?? [] }, gone);
    res.json(check satisfies contract.DnsCheckView);
  });

  router.get('/leftovers', needs('viewer'), async (_req, res) => {
    const visible = await visibleConnectionIds(store, authorityOf(res));
    const leftovers = await sweeper.list();
    res.json(leftovers.filter(({ connectionId }) => visible === null || visible.includes(connectionId)));
  });

  router.post('/sweep', needs('operator', 'installation'), async (_req, res) => {
    const gone = whenGone(res);
    res.json(await sweeper.sweep(gone));
  });

  router.delete('/leftovers/:renewalId', needs('operator', 'installation'), async (req, res) => {
    await sweeper.forget(req.params.renewalId);
    res.status(204).end();
  });

  router.post('/acme-dns/register', needs('admin', 'connections'), async (req, res) => {
    const { baseUrl, ...trust } = contract.acmeDnsRegistration.parse(req.body);
    const gone = whenGone(res);
    await using http = createHttpFactory()({ trust: trustOf(trust) });
    const { password, instructions, ...open } = await register(http, baseUrl, gone);
    const settings = { ...open, password: password.reveal(), ...trust };
    res
      .status(201)
      .set('cache-control', 'no-store')
      .json({ settings, instructions } satisfies contract.AcmeDnsAccountView);
  });

  return router;
}

/** @throws AppError NOT_FOUND also when somebody may not see it */
async function seen(store: Store, authority: Authority, id: number): Promise<Connection> {
  const connection = await existing(store, id);
  if (authority.sees(connection)) return connection;
  throw new AppError('NOT_FOUND', `There is no connection ${id}.`);
}
