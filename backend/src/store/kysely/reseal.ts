import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { AuditedRequest } from '../audit.ts';
import { KyselyAudit } from './audit.ts';
import { openTables } from './open.ts';
import { StoreScope } from './scope.ts';
import { Sealer } from './seal.ts';
import type { Tables } from './tables.ts';
import { contextOf } from './vault.ts';

interface ResealOptions {
  readonly file: string;
  readonly from: Secret;
  readonly to: Secret;
  readonly clock: Clock;
  readonly beforeCommit: () => void;
}

/**
 * Seals every secret of the database with the key `to`, in one transaction that writes it down in the audit. Returns how many
 * there are. Nothing else may have the database open.
 *
 * @throws AppError VAULT_KEY_MISMATCH when `from` is not its key; VAULT_DAMAGED; INVALID_SETTINGS. Nothing was changed then.
 */
export async function resealDatabase({ file, from, to, clock, beforeCommit }: ResealOptions): Promise<number> {
  const { db, database, sealer } = await openTables({ file, masterKey: from });
  const scope = new StoreScope(db);
  try {
    // What the old key opens is not left behind in pages that are no longer used.
    database.pragma('secure_delete = on');
    return await scope.transaction(async (inner) => {
      const entries = await resealAll(inner.db, sealer, new Sealer(to));
      await new KyselyAudit(inner, clock, new AsyncLocalStorage<AuditedRequest>()).append({
        actor: 'local operator',
        role: 'admin',
        address: null,
        action: 'vault.rotate',
        subject: 'vault',
        outcome: 'done',
        detail: { entries },
      });
      beforeCommit();
      return entries;
    });
  } finally {
    await scope.close();
  }
}

/** Rewrites the database and empties its write-ahead log, which may still hold what an earlier key opens. */
export async function compactDatabase(file: string, masterKey: Secret): Promise<void> {
  const { db, database } = await openTables({ file, masterKey });
  try {
    database.exec('vacuum');
    database.pragma('wal_checkpoint(truncate)');
  } finally {
    await db.destroy();
  }
}

async function resealAll(db: Kysely<Tables>, from: Sealer, to: Sealer): Promise<number> {
  const rows = await db.selectFrom('vault').selectAll().execute();
  for (const row of rows) {
    const text = from.open(row, contextOf(row));
    if (text === null)
      throw new AppError('VAULT_DAMAGED', `The stored secrets of "${row.name}" were changed outside certferry.`);
    const label = { ...row, key_id: to.keyId };
    const columns = { key_id: to.keyId, ...to.seal(text, contextOf(label)) };
    if (to.open(columns, contextOf(label)) !== text)
      throw new AppError('INTERNAL', `The secrets of "${row.name}" cannot be read back with the new key.`);
    await db.updateTable('vault').set(columns).where('name', '=', row.name).execute();
  }
  await db.updateTable('vault_key').set({ key_id: to.keyId }).execute();
  return rows.length;
}
