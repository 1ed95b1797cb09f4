import { type Response, Router } from 'express';
import type { App } from '../app.ts';
import { servesNothing } from '../appliances/index.ts';
import { fileOf } from '../certificates/files.ts';
import { FILE_KINDS } from '../certificates/formats.ts';
import { revoke } from '../certificates/revoke.ts';
import { readCertificate } from '../domain/certificate.ts';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { keyMissing, ownKeys } from '../renewal/own-keys.ts';
import { fileName, type Issued, issued } from './certificates.ts';
import * as contract from './contract/certificates.ts';
import { whenGone } from './gone.ts';
import { authorityOf, needs } from './guard.ts';

/** What is done with a certificate that was issued. */
export function certificateActionsRouter(app: App): Router {
  const { store, clock } = app;
  const router = Router();

  router.post('/:sha256/download', needs('viewer'), async (req, res) => {
    const { format, password = null } = contract.fileRequest.parse(req.body);
    const found = await issued(store, req, res);
    const kind = FILE_KINDS[format];
    const keyPem = kind.hasKey ? await keyFor(found, app, res) : null;
    const contents = { chain: found.chain, keyPem, password, alias: aliasOf(found), now: clock.now() };
    const content = await fileOf(format, contents);
    if (keyPem) await tellOfKey(found, app, res);
    res
      .set('cache-control', 'no-store')
      .type(kind.type)
      .attachment(fileName(found.row, kind.ending))
      .send(typeof content === 'string' ? Buffer.from(content) : content);
  });

  router.post('/:sha256/revoke', needs('operator'), async (req, res) => {
    const { reason } = contract.revocationRequest.parse(req.body);
    const found = await issued(store, req, res);
    const { actor } = authorityOf(res);
    const gone = whenGone(res);
    res.json((await revoke({ ...found, reason, actor }, app, gone)) satisfies contract.RevocationView);
  });

  return router;
}

/**
 * The private key, for those who may have it. That of a host stays between certferry and that host.
 *
 * @throws AppError FORBIDDEN, CONFLICT, KEY_MISSING
 */
async function keyFor({ row, chain }: Issued, { store }: App, res: Response): Promise<Secret> {
  const authority = authorityOf(res);
  if (!authority.may('operator')) {
    throw new AppError('FORBIDDEN', `A private key needs the role operator; ${authority.actor} is ${authority.role}.`);
  }
  const connection = await store.connections.get(row.connectionId);
  if (!connection || !servesNothing(connection.appliance)) {
    throw new AppError('CONFLICT', 'There is no private key to download: it stays with the host that uses it.');
  }
  const key = await ownKeys(store.vault, row.connectionId).find(readCertificate(chain.leafPem).key.spkiSha256);
  if (!key) throw keyMissing();
  return key;
}

/** Before the key leaves, so that none does unnoticed. */
async function tellOfKey({ row: { connectionId, sha256 } }: Issued, { store }: App, res: Response): Promise<void> {
  const { actor } = authorityOf(res);
  await store.events.append([{ type: 'certificate.key-downloaded', connectionId, sha256, actor }]);
}

function aliasOf({ row: { dnsNames, subject } }: Issued): string {
  return (dnsNames[0] ?? subject).replace('*', 'wildcard');
}
