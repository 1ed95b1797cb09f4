import type { Kysely } from 'kysely';
import type { Digester } from '../overview.ts';
import { toConnection } from './connections.ts';
import { writeCertificate, writeConnection, writeRenewal, writeWatch } from './overview-rows.ts';
import { toRenewal } from './renewals.ts';
import type { Tables } from './tables.ts';
import { toWatch } from './watches.ts';

/** Summarises the connections that were stored before there were summaries. */
export async function completeOverview(db: Kysely<Tables>, digester: Digester): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const missing = await tx
      .selectFrom('connections')
      .selectAll()
      .where('id', 'not in', ({ selectFrom }) => selectFrom('overview').select('connection_id'))
      .execute();
    for (const row of missing) {
      await writeConnection(tx, toConnection(row), digester);
      await summariseRenewals(tx, row.id, digester);
      const watch = await tx.selectFrom('watches').selectAll().where('connection_id', '=', row.id).executeTakeFirst();
      if (watch) await writeWatch(tx, toWatch(watch), digester);
    }
  });
}

async function summariseRenewals(db: Kysely<Tables>, connectionId: number, digester: Digester): Promise<void> {
  const rows = await db
    .selectFrom('renewals')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .orderBy('seq')
    .execute();
  for (const row of rows) {
    const renewal = toRenewal(row);
    await writeRenewal(db, { ...renewal, seq: row.seq }, digester);
    const certificate = digester.certificate(renewal.facts);
    const { id: renewalId, startedAt: issuedAt } = renewal;
    if (certificate) await writeCertificate(db, certificate, { connectionId, renewalId, issuedAt });
  }
}
