import { type Request, type Response, Router } from 'express';
import type { App } from '../app.ts';
import { existing } from '../connections.ts';
import { AppError } from '../domain/errors.ts';
import type { StepPeers } from '../renewal/step.ts';
import type { Connection } from '../store/store.ts';
import * as contract from './contract.ts';
import { whenGone } from './gone.ts';
import { needs } from './guard.ts';

/** What the appliance of a connection says of its cluster and of its trust stores. Changes nothing. */
export function clusterRouter(app: App): Router {
  const router = Router();

  router.get('/:id/nodes', needs('viewer'), async (req, res) => {
    await ask(app, req, res, ({ appliance }, _connection, signal) => {
      if (!appliance.cluster) throw new AppError('NOT_FOUND', 'This appliance does not know its cluster.');
      return appliance.cluster.discover(signal);
    });
  });

  router.get('/:id/snapshots', needs('viewer'), async (req, res) => {
    await ask(app, req, res, ({ appliance }, _connection, signal) => {
      if (!appliance.twin) throw new AppError('NOT_FOUND', 'The lab cannot simulate this appliance.');
      return appliance.twin.snapshots(signal);
    });
  });

  router.get('/:id/trust', needs('viewer'), async (req, res) => {
    await ask(app, req, res, ({ appliance }, { slot }, signal) => {
      if (!appliance.trust?.view) throw new AppError('NOT_FOUND', 'This appliance does not show its trust stores.');
      return appliance.trust.view(slot, signal);
    });
  });

  return router;
}

async function ask<T>(
  app: App,
  req: Request<{ id: string }>,
  res: Response,
  question: (peers: StepPeers, connection: Connection, signal: AbortSignal) => Promise<T>,
): Promise<void> {
  const connection = await existing(app.store, contract.id.parse(req.params.id));
  const gone = whenGone(res);
  await using peers = await app.peersOf(connection);
  res.json(await question(peers, connection, gone));
}
