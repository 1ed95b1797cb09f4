import { type Request, type Response, Router } from 'express';
import type { App } from '../app.ts';
import { servesNothing } from '../appliances/index.ts';
import { refuseWhileGood } from '../certificates/discard.ts';
import { refuseForeignNames } from '../certificates/register.ts';
import { addConnection, changeConnection, changeOwner, existing, removeConnection } from '../connections.ts';
import type { Connection, Store } from '../store/store.ts';
import * as accessContract from './contract/access.ts';
import * as accounts from './contract/accounts.ts';
import * as contract from './contract.ts';
import { whenGone } from './gone.ts';
import { authorityOf, needs } from './guard.ts';
import { begunBefore, notedWithKey } from './idempotency.ts';
import { lastRenewalOf, lastSeenOf, renewalItems } from './items.ts';
import { partView, pluginView, worst } from './parts.ts';
import { refuseBeyondReach } from './reach.ts';
import { renewalView } from './renewals.ts';

export function connectionsRouter({ store, clock, runner, preflight, blastRadius, trials }: App): Router {
  const router = Router();

  router.post('/', needs('admin', 'connections'), async (req, res) => {
    const input = accounts.connectionRequest.parse(req.body);
    const authority = authorityOf(res);
    refuseBeyondReach(authority, input, null);
    await refuseForeignNames(store, input.dnsNames ?? [], authority, clock.now());
    const { actor, userId: ownerId } = authority;
    const connection = await addConnection(store, input, { actor, ownerId });
    res
      .status(201)
      .location(`/api/v1/connections/${connection.id}`)
      .json(await connectionView(store, connection));
  });

  router.get('/:id', needs('viewer'), async (req, res) => {
    res.json(await connectionView(store, await existing(store, contract.id.parse(req.params.id))));
  });

  router.put('/:id', needs('admin', 'connections'), async (req, res) => {
    const { version, ...input } = accounts.changedConnectionRequest.parse(req.body);
    const id = contract.id.parse(req.params.id);
    const authority = authorityOf(res);
    refuseBeyondReach(authority, input, await existing(store, id));
    await refuseForeignNames(store, input.dnsNames ?? [], authority, clock.now());
    const changed = await changeConnection(store, id, version, input, authority);
    res.json(await connectionView(store, changed));
  });

  router.put('/:id/owner', needs('admin'), async (req, res) => {
    const { ownerId } = accessContract.newOwner.parse(req.body);
    const changed = await changeOwner(store, contract.id.parse(req.params.id), ownerId, authorityOf(res));
    res.json(await connectionView(store, changed));
  });

  router.delete('/:id', needs('admin', 'connections'), async (req, res) => {
    const id = contract.id.parse(req.params.id);
    await refuseWhileGood(store, await existing(store, id), clock.now());
    await removeConnection(store, id, authorityOf(res));
    res.status(204).end();
  });

  router.post('/:id/preflight', needs('operator'), async (req, res) => {
    const options = contract.preflightRequest.parse(req.body);
    const gone = whenGone(res);
    const findings = await preflight(contract.id.parse(req.params.id), options, gone);
    res.json({ outcome: worst(findings), findings } satisfies contract.PreflightView);
  });

  /** A dry run of what is not saved. */
  router.post('/preflight', needs('admin', 'connections'), async (req, res) => {
    const { connectionId, ...input } = accounts.trialRequest.parse(req.body);
    const current = connectionId === undefined ? null : await existing(store, connectionId);
    refuseBeyondReach(authorityOf(res), input, current);
    const gone = whenGone(res);
    const findings = await trials.connection(input, current, { writeTestRecord: false }, gone);
    res.json({ outcome: worst(findings), findings } satisfies contract.PreflightView);
  });

  router.get('/:id/plan', needs('viewer'), async (req, res) => {
    const gone = whenGone(res);
    res.json(await blastRadius(contract.id.parse(req.params.id), gone));
  });

  router.post('/:id/renewals', needs('operator'), async (req, res) => {
    const id = begunBefore(res) ?? (await startRenewal(runner, req, res));
    res
      .status(201)
      .location(`/api/v1/renewals/${id}`)
      .json(await renewalView(store, id));
  });

  router.get('/:id/renewals', needs('viewer'), async (req, res) => {
    const { limit, before } = contract.page.parse(req.query);
    const connectionId = contract.id.parse(req.params.id);
    const rows = await store.renewals.list({ connectionId, limit, ...(before === undefined ? {} : { before }) });
    res.json(await renewalItems(store, rows));
  });

  return router;
}

/** @throws AppError NOT_FOUND, CONNECTION_INCOMPLETE, RENEWAL_RUNNING, INVALID_SETTINGS */
function startRenewal(runner: App['runner'], req: Request, res: Response): Promise<string> {
  const options = contract.newRenewal.parse(req.body);
  const connectionId = contract.id.parse(req.params.id);
  return runner.start(connectionId, 'operator', options, authorityOf(res).actor, notedWithKey(res));
}

async function connectionView(store: Store, connection: Connection): Promise<contract.ConnectionView> {
  const row = await store.overview.get(connection.id, new Date().toISOString());
  return {
    ...connection,
    appliance: await pluginView(store, connection.appliance),
    issuer: await partView(store, 'issuer', connection.issuer),
    secondIssuer: connection.secondIssuer && (await partView(store, 'issuer', connection.secondIssuer)),
    dns: await partView(store, 'dns', connection.dns),
    dnsRules: await Promise.all(
      connection.dnsRules.map(async ({ suffix, use }) => ({ suffix, use: await partView(store, 'dns', use) })),
    ),
    http: await pluginView(store, connection.http),
    kept: servesNothing(connection.appliance),
    standing: row?.standing ?? 'never',
    deviation: row?.deviation ?? null,
    unreachable: row?.unreachable ?? null,
    lastRenewal: row ? lastRenewalOf(row) : null,
    lastSeen: row ? lastSeenOf(row) : null,
  };
}
