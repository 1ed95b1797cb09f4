import { Router } from 'express';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { exportConnections } from '../transfer/export.ts';
import { parseConnectionsFile } from '../transfer/file.ts';
import { importConnections } from '../transfer/import.ts';
import { isSealed, openedText, sealedText } from '../transfer/sealed.ts';
import * as contract from './contract/transfer.ts';
import { authorityOf, needs } from './guard.ts';
import { proveAgain } from './proof.ts';
import { loginLimit } from './rate-limit.ts';

/** All connections as a file, and back. Stands before the routes of one connection. */
export function transferRouter(app: App): Router {
  const { store, clock, runner } = app;
  const router = Router();
  const limit = loginLimit(app);

  router.get('/export', needs('admin'), async (_req, res) => {
    res.attachment('certferry-connections.json').json(await exportConnections(store, false, clock.now()));
  });

  router.post('/export', needs('admin'), limit, async (req, res) => {
    const { passphrase, ...proof } = contract.exportRequest.parse(req.body);
    await proveAgain(app, req, res, proof);
    const file = await exportConnections(store, true, clock.now());
    const sealed = await sealedText(JSON.stringify(file), passphrase);
    await store.events.append([{ type: 'access.secrets-exported', actor: authorityOf(res).actor }]);
    res.attachment('certferry-connections.age').type('text/plain').send(sealed);
  });

  router.post('/import', needs('admin'), async (req, res) => {
    const { file: given, passphrase, dryRun } = contract.importRequest.parse(req.body);
    const file = parseConnectionsFile(await contentOf(given, passphrase));
    const { actor, userId: ownerId } = authorityOf(res);
    const items = await importConnections(store, file, { dryRun, by: { actor, ownerId } });
    if (!dryRun) await runner.reconsider();
    res.json({ dryRun, items } satisfies contract.ImportView);
  });

  return router;
}

async function contentOf(given: string | object, passphrase: Secret | undefined): Promise<unknown> {
  if (typeof given !== 'string') return given;
  if (!isSealed(given)) return fromJson(given);
  if (!passphrase) throw new AppError('BAD_REQUEST', 'The file is encrypted: give its passphrase.');
  return fromJson(await openedText(given, passphrase));
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // Without the words of the parser, which quote what may be a secret.
    throw new AppError('BAD_REQUEST', 'The file is neither JSON nor encrypted by age.', { cause });
  }
}
