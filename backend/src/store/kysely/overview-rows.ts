import { type Generated, type GeneratedAlways, type Kysely, type Selectable, sql } from 'kysely';
import type { Account } from '../accounts.ts';
import type {
  CertificateDigest,
  ConnectionDigest,
  Digester,
  OverviewRow,
  Seen,
  SeenEndpoint,
  Standing,
  Unreachable,
  WatchDigest,
} from '../overview.ts';
import type { Connection, Part, PluginRef, RenewalRow } from '../store.ts';
import type { WatchRow } from '../watches.ts';
import { settle } from './standing.ts';
import { fromJson, type JsonText, type Tables, toJson } from './tables.ts';

export interface OverviewTable {
  connection_id: number;
  name: string;
  product: string;
  address: string | null;
  slot: string;
  search: string;
  practice: number;
  kept: Generated<number>;
  incomplete: number;
  automatic: number;
  days_before: number | null;
  next_at: string | null;
  next_why: string | null;
  due_from: string | null;
  removed: Generated<number>;
  renewal_seq: number | null;
  renewal_id: string | null;
  started_at: string | null;
  finished_at: string | null;
  outcome: string | null;
  state: string | null;
  note: string | null;
  resume_at: string | null;
  planned: Generated<number>;
  committed: Generated<number>;
  old_still_served: number | null;
  wanted: string | null;
  seen_at: string | null;
  not_after: string | null;
  due_at: GeneratedAlways<string | null>;
  answered: number | null;
  endpoints: JsonText | null;
  deviation: string | null;
  unreachable_since: string | null;
  unreachable_told: Generated<number>;
  unreachable_message: string | null;
  asks: WatchDigest['asks'];
  stands: Generated<Standing>;
}

/** For a store that is opened without one: enough to list connections by name. */
export const PLAIN_DIGESTER: Digester = {
  connection: ({ appliance }) => plainConnection(appliance),
  practice: () => false,
  renewal: () => ({
    state: '',
    note: null,
    resumeAt: null,
    planned: false,
    committed: false,
    oldStillServed: null,
    served: false,
    wanted: null,
    seen: null,
  }),
  watch: () => null,
  certificate: () => null,
};

function plainConnection({ plugin, settings: { host } }: Connection['appliance']): ConnectionDigest {
  return { product: plugin, address: typeof host === 'string' ? host : null, kept: false };
}

/** What the row of a connection says of the connection itself. */
export async function writeConnection(db: Kysely<Tables>, connection: Connection, digester: Digester): Promise<void> {
  const { product, address, kept } = digester.connection(connection);
  const { id, name, slot, dnsNames, policy, issuer, incomplete } = connection;
  const columns = {
    name,
    product,
    address,
    slot,
    search: [name, address ?? '', slot, product, ...dnsNames].join('\n').toLowerCase(),
    practice: Number(await isForPractice(db, issuer, digester)),
    kept: Number(kept),
    incomplete: Number(incomplete.length > 0),
    automatic: Number(policy.automatic),
    days_before: policy.daysBefore,
  };
  await db
    .insertInto('overview')
    .values({ connection_id: id, ...columns })
    .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(columns))
    .execute();
  await settle(db, id);
}

async function isForPractice(db: Kysely<Tables>, issuer: Part, digester: Digester): Promise<boolean> {
  if (!('account' in issuer)) return digester.practice(issuer);
  const account = await db.selectFrom('accounts').select('ref').where('id', '=', issuer.account).executeTakeFirst();
  return account !== undefined && digester.practice(fromJson<PluginRef>(account.ref));
}

/** What the rows of all who use an issuer say of it. */
export async function writeIssuer(
  db: Kysely<Tables>,
  { id, ref }: Pick<Account, 'id' | 'ref'>,
  digester: Digester,
): Promise<void> {
  await db
    .updateTable('overview')
    .set({ practice: Number(digester.practice(ref)) })
    .where('connection_id', 'in', ({ selectFrom }) =>
      selectFrom('connections').select('id').where(sql<number>`issuer ->> '$.account'`, '=', id),
    )
    .execute();
}

export async function markRemoved(db: Kysely<Tables>, connectionId: number): Promise<void> {
  await db.updateTable('overview').set({ removed: 1 }).where('connection_id', '=', connectionId).execute();
}

/** What the row of a connection says of its last renewal; nothing when `row` is an earlier one. */
export async function writeRenewal(
  db: Kysely<Tables>,
  row: RenewalRow & { readonly seq: number },
  digester: Digester,
): Promise<void> {
  const { seen, served, wanted, planned, committed, oldStillServed, state, note, resumeAt } = digester.renewal(row);
  await db
    .updateTable('overview')
    .set({
      renewal_seq: row.seq,
      renewal_id: row.id,
      started_at: row.startedAt,
      finished_at: row.finishedAt,
      outcome: row.outcome,
      state,
      note,
      resume_at: resumeAt,
      planned: Number(planned),
      committed: Number(committed),
      old_still_served: oldStillServed === null ? null : Number(oldStillServed),
      // One that put nothing there leaves what is wanted as it was.
      ...(wanted === null ? {} : { wanted }),
      // What was seen before says nothing of what this one put there.
      ...(served ? { deviation: null, asks: null, ...unreachableColumns(null) } : {}),
    })
    .where('connection_id', '=', row.connectionId)
    .where(({ or, eb }) => or([eb('renewal_seq', 'is', null), eb('renewal_seq', '<=', row.seq)]))
    .execute();
  if (seen) await writeSeen(db, row.connectionId, seen);
  await settle(db, row.connectionId);
}

/** What the row of a connection says of what the schedule knows; nothing when that cannot be read. */
export async function writeWatch(db: Kysely<Tables>, row: WatchRow, digester: Digester): Promise<void> {
  const digest = digester.watch(row);
  if (!digest) return;
  const { lookedAt, seen, dueFrom, next, deviation, unreachable, asks } = digest;
  const { connectionId } = row;
  await db
    .updateTable('overview')
    .set({ next_at: next?.at ?? null, next_why: next?.why ?? null })
    .where('connection_id', '=', connectionId)
    .execute();
  if (lookedAt !== null) {
    await unlessSeenSince(db, connectionId, lookedAt)
      .set({ due_from: dueFrom, deviation, asks, ...unreachableColumns(unreachable) })
      .execute();
  }
  if (seen) await writeSeen(db, connectionId, seen);
  await settle(db, connectionId);
}

function unreachableColumns(unreachable: Unreachable | null) {
  return {
    unreachable_since: unreachable?.since ?? null,
    unreachable_told: Number(unreachable?.told ?? false),
    unreachable_message: unreachable?.message ?? null,
  };
}

async function writeSeen(db: Kysely<Tables>, connectionId: number, seen: Seen): Promise<void> {
  const { at, notAfter, answered, endpoints } = seen;
  await unlessSeenSince(db, connectionId, at)
    .set({ seen_at: at, not_after: notAfter, answered, endpoints: toJson(endpoints) })
    .execute();
}

/** Changes nothing when somebody has looked after `at`. */
function unlessSeenSince(db: Kysely<Tables>, connectionId: number, at: string) {
  return db
    .updateTable('overview')
    .where('connection_id', '=', connectionId)
    .where(({ or, eb }) => or([eb('seen_at', 'is', null), eb('seen_at', '<=', at)]));
}

/** One that is known already, because an earlier renewal was issued it, stays with that. */
export async function writeCertificate(
  db: Kysely<Tables>,
  certificate: CertificateDigest,
  { connectionId, renewalId, issuedAt }: { connectionId: number; renewalId: string; issuedAt: string },
): Promise<void> {
  const { sha256, serial, subject, issuer, dnsNames, notBefore, notAfter, keyKind } = certificate;
  await db
    .insertInto('certificates')
    .values({
      sha256,
      connection_id: connectionId,
      renewal_id: renewalId,
      serial,
      subject,
      issuer,
      dns_names: toJson(dnsNames),
      not_before: notBefore,
      not_after: notAfter,
      key_kind: keyKind,
      issued_at: issuedAt,
      search: [subject, issuer, serial, sha256, ...dnsNames].join('\n').toLowerCase(),
    })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute();
}

export function toOverviewRow(row: Selectable<OverviewTable> & { standing: Standing }): OverviewRow {
  return {
    connectionId: row.connection_id,
    name: row.name,
    product: row.product,
    address: row.address,
    slot: row.slot,
    practice: row.practice === 1,
    automatic: row.automatic === 1,
    dueAt: row.due_at,
    standing: row.standing,
    deviation: row.stands === 'not-served' ? row.deviation : null,
    unreachable: unreachableOf(row),
    lastRenewal: lastRenewal(row),
    seen: seenOf(row),
  };
}

function unreachableOf(row: Selectable<OverviewTable>): Unreachable | null {
  const { unreachable_since: since, unreachable_told: told, unreachable_message: message } = row;
  return since === null ? null : { since, told: told === 1, message: message ?? '' };
}

function lastRenewal(row: Selectable<OverviewTable>): OverviewRow['lastRenewal'] {
  if (row.renewal_id === null || row.started_at === null) return null;
  return {
    id: row.renewal_id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    state: row.state ?? '',
    note: row.note,
    resumeAt: row.resume_at,
    planned: row.planned === 1,
    committed: row.committed === 1,
    oldStillServed: row.old_still_served === null ? null : row.old_still_served === 1,
  };
}

function seenOf({ seen_at, not_after, answered, endpoints }: Selectable<OverviewTable>): OverviewRow['seen'] {
  if (seen_at === null || not_after === null || endpoints === null) return null;
  const all = fromJson<readonly SeenEndpoint[]>(endpoints);
  return { at: seen_at, notAfter: not_after, answered: answered ?? 0, endpoints: all };
}
