import { Router } from 'express';
import type { App } from '../app.ts';
import { addConnection, changeConnection, existing, removeConnection } from '../connections.ts';
import type { Connection, Store } from '../store/store.ts';
import * as accounts from './contract/accounts.ts';
import * as contract from './contract.ts';
import { whenGone } from './gone.ts';
import { partView, pluginView, worst } from './parts.ts';
import { renewalSummary, renewalView } from './renewals.ts';
import { lastSeen } from './served.ts';

/** Renewals to look through for what was last seen served: one that failed early saw nothing. */
const LOOK_BACK = 3;

export function connectionsRouter({ store, runner, preflight, blastRadius, trials }: App): Router {
  const router = Router();

  router.get('/', async (_req, res) => {
    const connections = await store.connections.all();
    res.json(await Promise.all(connections.map((connection) => connectionView(store, connection))));
  });

  router.post('/', async (req, res) => {
    const connection = await addConnection(store, accounts.connectionRequest(req.body));
    res
      .status(201)
      .location(`/api/v1/connections/${connection.id}`)
      .json(await connectionView(store, connection));
  });

  router.get('/:id', async (req, res) => {
    res.json(await connectionView(store, await existing(store, contract.id.parse(req.params.id))));
  });

  router.put('/:id', async (req, res) => {
    const { version, ...input } = accounts.changedConnectionRequest(req.body);
    const changed = await changeConnection(store, contract.id.parse(req.params.id), version, input);
    res.json(await connectionView(store, changed));
  });

  router.delete('/:id', async (req, res) => {
    await removeConnection(store, contract.id.parse(req.params.id));
    res.status(204).end();
  });

  router.post('/:id/preflight', async (req, res) => {
    const options = contract.preflightRequest.parse(req.body);
    const gone = whenGone(res);
    const findings = await preflight(contract.id.parse(req.params.id), options, gone);
    res.json({ outcome: worst(findings), findings } satisfies contract.PreflightView);
  });

  /** A dry run of what is not saved. */
  router.post('/preflight', async (req, res) => {
    const { connectionId, ...input } = accounts.trialRequest.parse(req.body);
    const current = connectionId === undefined ? null : await existing(store, connectionId);
    const gone = whenGone(res);
    const findings = await trials.connection(input, current, { writeTestRecord: false }, gone);
    res.json({ outcome: worst(findings), findings } satisfies contract.PreflightView);
  });

  router.get('/:id/plan', async (req, res) => {
    const gone = whenGone(res);
    res.json(await blastRadius(contract.id.parse(req.params.id), gone));
  });

  router.post('/:id/renewals', async (req, res) => {
    const options = contract.newRenewal.parse(req.body);
    const id = await runner.start(contract.id.parse(req.params.id), 'operator', options);
    res
      .status(201)
      .location(`/api/v1/renewals/${id}`)
      .json(await renewalView(store, id));
  });

  router.get('/:id/renewals', async (req, res) => {
    const { limit, before } = contract.page.parse(req.query);
    const connectionId = contract.id.parse(req.params.id);
    const rows = await store.renewals.list({ connectionId, limit, ...(before === undefined ? {} : { before }) });
    res.json(rows.map(renewalSummary));
  });

  return router;
}

async function connectionView(store: Store, connection: Connection): Promise<contract.ConnectionView> {
  const rows = await store.renewals.list({ connectionId: connection.id, limit: LOOK_BACK });
  const [last] = rows;
  return {
    ...connection,
    appliance: await pluginView(store, connection.appliance),
    issuer: await partView(store, 'issuer', connection.issuer),
    dns: await partView(store, 'dns', connection.dns),
    dnsRules: await Promise.all(
      connection.dnsRules.map(async ({ suffix, use }) => ({ suffix, use: await partView(store, 'dns', use) })),
    ),
    lastRenewal: last ? renewalSummary(last) : null,
    lastSeen: lastSeen(rows),
  };
}
