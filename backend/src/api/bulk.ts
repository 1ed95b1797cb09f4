import { Router } from 'express';
import type { Authority } from '../access/authority.ts';
import { visibleConnectionIds } from '../access/visibility.ts';
import type { App } from '../app.ts';
import { restartOf } from '../appliances/index.ts';
import { productTitle } from '../appliances/product.ts';
import { AppError } from '../domain/errors.ts';
import { groupBy } from '../domain/group.ts';
import type { BulkAction } from '../store/bulk.ts';
import type { OverviewRow } from '../store/overview.ts';
import type { Connection, Store, Within } from '../store/store.ts';
import * as contract from './contract/lists.ts';
import { authorityOf, needs } from './guard.ts';

const SHOWN_ITEMS = 500;
const SHOWN_NAMES = 5;
/** Connections that are read at once. */
const CHUNK = 500;

/** One thing for many connections: what it would do, asking for it, and how far it is. */
export function bulkRouter({ store, bulk }: App): Router {
  const router = Router();

  router.post('/', needs('operator'), async (req, res) => {
    const { action, connectionIds } = contract.bulkRequest.parse(req.body);
    const authority = authorityOf(res);
    refuseBeyondRole(authority, action);
    const within = await visibleConnectionIds(store, authority);
    refuseUnseen(connectionIds, within);
    const id = await bulk.ask(action, connectionIds, authority.actor);
    res
      .status(202)
      .location(`/api/v1/bulk/${id}`)
      .json(await bulkView(store, id, within));
  });

  router.post('/plan', needs('operator'), async (req, res) => {
    const { action, connectionIds } = contract.bulkRequest.parse(req.body);
    const authority = authorityOf(res);
    refuseBeyondRole(authority, action);
    refuseUnseen(connectionIds, await visibleConnectionIds(store, authority));
    res.json(await planOf(store, { action, connectionIds }));
  });

  router.get('/:id', needs('viewer'), async (req, res) => {
    res.json(await bulkView(store, req.params.id, await visibleConnectionIds(store, authorityOf(res))));
  });

  /** What has begun goes on to its end. */
  router.post('/:id/stop', needs('operator'), async (req, res) => {
    const within = await visibleConnectionIds(store, authorityOf(res));
    await store.bulk.stop(req.params.id, within);
    res.json(await bulkView(store, req.params.id, within));
  });

  return router;
}

/** Switching on and off changes a connection, which operators may not. @throws AppError FORBIDDEN */
function refuseBeyondRole(authority: Authority, action: BulkAction): void {
  if ((action !== 'enable' && action !== 'disable') || authority.may('admin')) return;
  throw new AppError('FORBIDDEN', `This needs the role admin; ${authority.actor} is ${authority.role}.`);
}

/** What is not seen is answered as what is not there. @throws AppError NOT_FOUND */
function refuseUnseen(connectionIds: readonly number[], within: Within): void {
  if (within === null) return;
  const seen = new Set(within);
  const unseen = connectionIds.find((id) => !seen.has(id));
  if (unseen !== undefined) throw new AppError('NOT_FOUND', `There is no connection ${unseen}.`);
}

/** As far as its connections are seen. @throws AppError NOT_FOUND */
async function bulkView(store: Store, id: string, within: Within): Promise<contract.BulkView> {
  const items = await store.bulk.items(id, within, SHOWN_ITEMS);
  const [first] = items;
  if (!first) throw new AppError('NOT_FOUND', `Nothing was asked for under ${id}.`);
  return {
    id,
    action: first.action,
    actor: first.actor,
    askedAt: first.askedAt,
    counts: await store.bulk.counts(id, within),
    items: items.map(({ seq: _, bulkId, action, actor, askedAt, ...item }) => item),
  };
}

type Asked = ReturnType<typeof contract.bulkRequest.parse>;

async function planOf(store: Store, { action, connectionIds }: Asked): Promise<contract.BulkPlan> {
  const connections = await existingOf(store, connectionIds);
  const rows = await rowsOf(store, connectionIds);
  const groups = groupBy(rows, ({ product, slot }) => `${product} ${slot}`);
  const appliances = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ title: productTitle(first.product), slot: first.slot, count: group.length }] : [];
  });
  const running = new Set(rows.filter(isUnderWay).map(({ connectionId }) => connectionId));
  const restarts = connections.filter(({ id, incomplete }) => !running.has(id) && incomplete.length === 0).map(before);
  const waiting = (what: BeforeRestart) => restarts.filter((one) => one === what).length;
  return {
    total: rows.length,
    running: running.size,
    asking: waiting('person'),
    inWindow: waiting('window'),
    atOnce: waiting('nothing'),
    practice: rows.filter(({ practice }) => practice).length,
    incomplete: connections.filter(({ incomplete }) => incomplete.length > 0).length,
    already: rows.filter(({ automatic }) => automatic === (action === 'enable')).length,
    appliances: appliances.sort((a, b) => b.count - a.count),
    names: rows.slice(0, SHOWN_NAMES).map(({ name }) => name),
  };
}

function isUnderWay({ lastRenewal }: OverviewRow): boolean {
  return lastRenewal !== null && lastRenewal.finishedAt === null;
}

/** What a restart waits for. */
type BeforeRestart = 'person' | 'window' | 'nothing';

/** Null where nothing is restarted. Who is asked is asked first, whatever the window says. */
function before({ appliance, slot, policy }: Connection): BeforeRestart | null {
  const kind = restartOf(appliance, slot);
  if (kind === 'none') return null;
  if (kind === 'typed' || policy.activation === 'ask') return 'person';
  return policy.restartCalendar === null ? 'nothing' : 'window';
}

async function existingOf(store: Store, ids: readonly number[]): Promise<readonly Connection[]> {
  const found: Connection[] = [];
  for (let at = 0; at < ids.length; at += CHUNK) {
    found.push(...(await store.connections.some(ids.slice(at, at + CHUNK))));
  }
  return found;
}

async function rowsOf(store: Store, ids: readonly number[]): Promise<readonly OverviewRow[]> {
  const rows: OverviewRow[] = [];
  const now = new Date().toISOString();
  for (let at = 0; at < ids.length; at += CHUNK)
    rows.push(...(await store.overview.some(ids.slice(at, at + CHUNK), now)));
  return rows;
}
