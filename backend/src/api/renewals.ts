import { Router } from 'express';
import { z } from 'zod';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import type { RenewalRow, Store } from '../store/store.ts';
import * as contract from './contract.ts';

/** More than any renewal has: a page of history for one renewal is read at once. */
const ALL_EVENTS = 10_000;

export function renewalsRouter({ store, runner }: App): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const { limit, before, connectionId } = contract.page.parse(req.query);
    const query = {
      limit,
      ...(before === undefined ? {} : { before }),
      ...(connectionId === undefined ? {} : { connectionId }),
    };
    res.json((await store.renewals.list(query)).map(renewalSummary));
  });

  router.get('/:id', async (req, res) => {
    res.json(await renewalView(store, req.params.id));
  });

  router.post('/:id/cancel', async (req, res) => {
    await runner.cancel(req.params.id);
    res.json(await renewalView(store, req.params.id));
  });

  router.post('/:id/resume', async (req, res) => {
    await runner.resume(req.params.id);
    res.json(await renewalView(store, req.params.id));
  });

  return router;
}

export function renewalSummary({
  id,
  connectionId,
  startedAt,
  finishedAt,
  outcome,
  state,
}: RenewalRow): contract.RenewalSummary {
  return { id, connectionId, startedAt, finishedAt, outcome, state: storedState.parse(state).at };
}

/** @throws AppError NOT_FOUND */
export async function renewalView(store: Store, id: string): Promise<contract.RenewalView> {
  const row = await store.renewals.get(id);
  if (!row) throw new AppError('NOT_FOUND', `There is no renewal ${id}.`);
  const events = await store.events.read({ renewalId: id, limit: ALL_EVENTS });
  return { ...renewalSummary(row), facts: row.facts, events };
}

const storedState = z.object({ at: z.string() });
