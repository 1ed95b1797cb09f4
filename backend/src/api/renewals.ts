import { Router } from 'express';
import { visibleConnectionIds } from '../access/visibility.ts';
import type { App } from '../app.ts';
import { existing } from '../connections.ts';
import { chainPems } from '../domain/certificate.ts';
import { AppError } from '../domain/errors.ts';
import type { Facts } from '../renewal/facts.ts';
import type { RenewalRow, Store } from '../store/store.ts';
import * as contract from './contract.ts';
import { authorityOf, needs } from './guard.ts';
import { renewalItem, renewalItems } from './items.ts';
import { certificateView } from './served.ts';

/** More than any renewal has: a page of history for one renewal is read at once. */
const ALL_EVENTS = 10_000;

export function renewalsRouter({ store, runner, recordings }: App): Router {
  const router = Router();

  router.get('/', needs('viewer'), async (req, res) => {
    const { limit, before, connectionId, state } = contract.renewalQuery.parse(req.query);
    const query = {
      limit,
      within: await visibleConnectionIds(store, authorityOf(res)),
      ...(before === undefined ? {} : { before }),
      ...(connectionId === undefined ? {} : { connectionId }),
      ...(state === undefined ? {} : { state }),
    };
    res.json(await renewalItems(store, await store.renewals.list(query)));
  });

  router.get('/:id', needs('viewer'), async (req, res) => {
    res.json(await renewalView(store, req.params.id));
  });

  router.get('/:id/exchanges', needs('operator'), async (req, res) => {
    const renewal = await existingRenewal(store, req.params.id);
    const connection = await existing(store, renewal.connectionId);
    res.attachment(`certferry-recording-${renewal.id}.jsonl`).type('application/jsonl');
    res.send(await recordings.download(connection, renewal));
  });

  router.post('/:id/cancel', needs('operator'), async (req, res) => {
    await runner.cancel(req.params.id, authorityOf(res).actor);
    res.json(await renewalView(store, req.params.id));
  });

  router.post('/:id/resume', needs('operator'), async (req, res) => {
    const { confirmation } = contract.resumeRequest.parse(req.body);
    await runner.resume(req.params.id, confirmation, authorityOf(res).actor);
    res.json(await renewalView(store, req.params.id));
  });

  return router;
}

/** @throws AppError NOT_FOUND */
export async function renewalView(store: Store, id: string): Promise<contract.RenewalView> {
  const row = await existingRenewal(store, id);
  const events = await store.events.read({ renewalId: id, limit: ALL_EVENTS });
  const { chain } = row.facts as Partial<Facts>;
  return {
    ...(await renewalItem(store, row)),
    facts: row.facts,
    events,
    chain: chain ? chainPems(chain).map(certificateView) : [],
  };
}

async function existingRenewal(store: Store, id: string): Promise<RenewalRow> {
  const row = await store.renewals.get(id);
  if (row) return row;
  throw new AppError('NOT_FOUND', `There is no renewal ${id}.`);
}
