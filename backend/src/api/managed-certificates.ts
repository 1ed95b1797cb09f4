import { type Response, Router } from 'express';
import { visibleConnectionIds } from '../access/visibility.ts';
import type { App } from '../app.ts';
import { servesNothing } from '../appliances/index.ts';
import { discard } from '../certificates/discard.ts';
import { connectionFor, register } from '../certificates/register.ts';
import { untilSettled } from '../certificates/settled.ts';
import { existing } from '../connections.ts';
import { AppError } from '../domain/errors.ts';
import type { Connection, Store } from '../store/store.ts';
import * as contract from './contract/certificates.ts';
import { id } from './contract.ts';
import { whenGone } from './gone.ts';
import { authorityOf, needs } from './guard.ts';
import { begunBefore, notedWithKey } from './idempotency.ts';
import { keptView } from './kept-view.ts';
import { refuseForeignParts } from './reach.ts';

const DAY_MS = 86_400_000;

/** Certificates that are kept for download. Each is a connection whose appliance serves nothing, and has its number. */
export function managedCertificatesRouter(app: App): Router {
  const { store, clock, runner } = app;
  const router = Router();

  router.post('/', needs('operator'), async (req, res) => {
    const registration = contract.registration.parse(req.body);
    const authority = authorityOf(res);
    refuseForeignParts(authority, connectionFor(registration), null);
    const begun = begunBefore(res);
    const connection = begun
      ? await connectionOf(store, begun)
      : await register(store, registration, authority, clock.now());
    if (!begun) await startKept(app, connection, res);
    res
      .status(201)
      .location(`/api/v1/certificates/managed/${connection.id}`)
      .json(await keptView(app, connection));
  });

  router.get('/managed', needs('viewer'), async (req, res) => {
    const { page, limit, endsWithinDays, ...filter } = contract.keptListQuery.parse(req.query);
    const now = clock.now();
    const offset = (page - 1) * limit;
    const within = await visibleConnectionIds(store, authorityOf(res));
    const endsBefore =
      endsWithinDays === undefined ? undefined : new Date(now.getTime() + endsWithinDays * DAY_MS).toISOString();
    const query = {
      ...filter,
      kept: true,
      endsBefore,
      within,
      sort: 'days',
      descending: false,
      offset,
      limit,
    } as const;
    const { rows, total } = await store.overview.page({ ...query, now: now.toISOString() });
    const connections = await store.connections.some(rows.map(({ connectionId }) => connectionId));
    const byId = new Map(connections.map((connection) => [connection.id, connection]));
    const items = await Promise.all(
      rows.flatMap(({ connectionId }) => {
        const connection = byId.get(connectionId);
        return connection ? [keptView(app, connection)] : [];
      }),
    );
    const next = offset + rows.length < total && rows.length > 0 ? page + 1 : null;
    res.json({ items, total, next } satisfies contract.KeptCertificateList);
  });

  router.get('/managed/:id', needs('viewer'), async (req, res) => {
    res.json(await keptView(app, await kept(store, req.params.id)));
  });

  router.post('/managed/:id/verify', needs('operator'), async (req, res) => {
    const connection = await kept(store, req.params.id);
    const [renewal] = await store.renewals.list({ connectionId: connection.id, limit: 1 });
    if (!renewal) throw new AppError('NOT_HELD', `Nothing was ordered for "${connection.name}" yet.`);
    await runner.resume(renewal.id, null, authorityOf(res).actor);
    res.status(202).json(await keptView(app, connection));
  });

  router.post('/managed/:id/renew', needs('operator'), async (req, res) => {
    const connection = await kept(store, req.params.id);
    if (!begunBefore(res)) await startKept(app, connection, res);
    res.status(202).json(await keptView(app, connection));
  });

  router.delete('/managed/:id', needs('operator'), async (req, res) => {
    const { force } = contract.removal.parse(req.body);
    const connection = await kept(store, req.params.id);
    await discard(connection.id, { force, actor: authorityOf(res).actor }, app);
    res.status(204).end();
  });

  return router;
}

/** Begins a renewal in the name of who asks, and waits until it is known what to do. @throws AppError RENEWAL_RUNNING */
async function startKept(app: App, { id: connectionId }: Connection, res: Response): Promise<void> {
  const { actor } = authorityOf(res);
  const start = () => app.runner.start(connectionId, 'operator', undefined, actor, notedWithKey(res));
  await untilSettled(app, start, whenGone(res));
}

/** @throws AppError NOT_FOUND */
async function connectionOf(store: Store, renewalId: string): Promise<Connection> {
  const renewal = await store.renewals.get(renewalId);
  if (!renewal) throw new AppError('NOT_FOUND', `There is no renewal ${renewalId}.`);
  return await existing(store, renewal.connectionId);
}

/** @throws AppError NOT_FOUND, also for a connection that serves something */
async function kept(store: Store, text: unknown): Promise<Connection> {
  const number = id.parse(text);
  const connection = await existing(store, number);
  if (servesNothing(connection.appliance)) return connection;
  throw new AppError('NOT_FOUND', `Connection ${number} keeps nothing for download: it has a host of its own.`);
}
