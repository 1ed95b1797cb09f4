import { type Generated, sql } from 'kysely';
import type { RevocationReason } from '../../domain/revocation.ts';
import type { CertificateQuery, CertificateRow, CertificateTable, WantedCertificate } from '../certificates.ts';
import type { SeenEndpoint } from '../overview.ts';
import type { Scope } from './scope.ts';
import { fromJson, type JsonText } from './tables.ts';
import { isWithin } from './within.ts';

export interface CertificatesTable {
  seq: Generated<number>;
  sha256: string;
  connection_id: number;
  renewal_id: string;
  serial: string;
  subject: string;
  issuer: string;
  dns_names: JsonText;
  not_before: string;
  not_after: string;
  key_kind: string;
  issued_at: string;
  search: string;
}

export class KyselyCertificates implements CertificateTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async page({ search = '', connectionId, current, revoked, sort, within = null, offset, limit }: CertificateQuery) {
    let query = this.#joined();
    for (const word of search.toLowerCase().split(/\s+/)) {
      if (word === '') continue;
      // A fingerprint may be pasted as it is shown elsewhere.
      const wanted = /^([0-9a-f]{2}:)+[0-9a-f]{2}$/.test(word) ? word.replaceAll(':', '') : word;
      query = query.where(
        sql<boolean>`(instr(certificates.search, ${wanted}) > 0 or instr(lower(overview.name), ${wanted}) > 0)`,
      );
    }
    if (connectionId !== undefined) query = query.where('certificates.connection_id', '=', connectionId);
    if (within !== null) query = query.where(isWithin('certificates.connection_id', within));
    if (current !== undefined) query = query.where(sql<boolean>`${CURRENT} = ${Number(current)}`);
    if (revoked !== undefined) query = query.where('revocations.at', revoked ? 'is not' : 'is', null);
    const { total } = await query
      .clearSelect()
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    if (sort === 'end') query = query.orderBy('certificates.not_after');
    const rows = await query.orderBy('certificates.seq', 'desc').limit(limit).offset(offset).execute();
    return { rows: rows.map(toCertificate), total };
  }

  async get(sha256: string): Promise<CertificateRow | undefined> {
    const row = await this.#joined().where('certificates.sha256', '=', sha256).executeTakeFirst();
    return row && toCertificate(row);
  }

  async wanted(connectionIds: readonly number[]): Promise<ReadonlyMap<number, WantedCertificate>> {
    const rows = await this.#scope.db
      .selectFrom('overview')
      .leftJoin('certificates', 'certificates.sha256', 'overview.wanted')
      .select(['overview.connection_id', 'overview.wanted', 'certificates.issuer'])
      .where('overview.connection_id', 'in', connectionIds)
      .execute();
    const known = rows.flatMap(({ connection_id, wanted: sha256, issuer }) =>
      sha256 === null ? [] : [[connection_id, { sha256, issuer }] as const],
    );
    return new Map(known);
  }

  #joined() {
    return this.#scope.db
      .selectFrom('certificates')
      .leftJoin('overview', 'overview.connection_id', 'certificates.connection_id')
      .leftJoin('revocations', 'revocations.sha256', 'certificates.sha256')
      .leftJoin('fallbacks', 'fallbacks.sha256', 'certificates.sha256')
      .selectAll('certificates')
      .select(['overview.name', 'overview.removed', 'overview.endpoints', 'overview.seen_at', 'overview.kept'])
      .select(['revocations.at as revoked_at', 'revocations.reason', 'revocations.actor', CURRENT.as('current')])
      .select(['fallbacks.sha256 as fallback', 'fallbacks.used_at', 'fallbacks.lost_at']);
  }
}

/** As `IssuanceTable.last` says. */
const CURRENT = sql<number>`(fallbacks.sha256 is null or fallbacks.used_at is not null) and not exists (
  select 1 from certificates as later left join fallbacks as other on other.sha256 = later.sha256
  where later.connection_id = certificates.connection_id and (other.sha256 is null or other.used_at is not null)
  and (coalesce(other.used_at, later.issued_at), later.seq) >
    (coalesce(fallbacks.used_at, certificates.issued_at), certificates.seq))`;

interface JoinedRow extends Omit<CertificatesTable, 'seq'> {
  name: string | null;
  removed: number | null;
  endpoints: string | null;
  seen_at: string | null;
  kept: number | null;
  revoked_at: string | null;
  reason: string | null;
  actor: string | null;
  current: number;
  fallback: string | null;
  used_at: string | null;
  lost_at: string | null;
}

function toCertificate(row: JoinedRow): CertificateRow {
  const endpoints = row.endpoints === null ? [] : fromJson<readonly SeenEndpoint[]>(row.endpoints);
  return {
    sha256: row.sha256,
    serial: row.serial,
    subject: row.subject,
    issuer: row.issuer,
    dnsNames: fromJson(row.dns_names),
    notBefore: row.not_before,
    notAfter: row.not_after,
    keyKind: row.key_kind,
    connectionId: row.connection_id,
    connectionName: row.name ?? 'a connection that was removed',
    connectionRemoved: row.removed !== 0,
    renewalId: row.renewal_id,
    issuedAt: row.issued_at,
    current: row.current === 1,
    fallback: fallbackOf(row),
    servedAt: endpoints.filter(({ sha256 }) => sha256 === row.sha256).map(({ name }) => name),
    seenAt: row.seen_at,
    kept: row.kept === 1,
    revoked: revokedOf(row),
  };
}

function fallbackOf({ fallback, used_at, lost_at }: JoinedRow): CertificateRow['fallback'] {
  if (fallback === null) return null;
  if (used_at !== null) return 'used';
  return lost_at === null ? 'ready' : 'lost';
}

function revokedOf({ revoked_at, reason, actor }: JoinedRow): CertificateRow['revoked'] {
  if (revoked_at === null || reason === null || actor === null) return null;
  // Written from the same type, by one table alone.
  return { at: revoked_at, reason: reason as RevocationReason, actor };
}
