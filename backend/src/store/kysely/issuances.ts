import { type Selectable, sql } from 'kysely';
import type { CertificateChain } from '../../domain/certificate.ts';
import { caOf } from '../../domain/issuer-key.ts';
import { nameSetOf } from '../../domain/name-set.ts';
import type { Issuance, IssuanceTable, LastIssued, NewIssuance } from '../issuances.ts';
import type { Scope } from './scope.ts';
import { fromJson, type IssuancesTable, toJson } from './tables.ts';

/** Without `chain`: several kilobytes that only one reader wants. */
const COLUMNS = [
  'at',
  'kind',
  'connection_id',
  'renewal_id',
  'issuer_key',
  'profile',
  'names',
  'wanted_names',
  'domains',
  'renews',
  'replaces',
  'certificate',
] as const;

type Row = Pick<Selectable<IssuancesTable>, (typeof COLUMNS)[number]> & { readonly revoked?: number };

/** All that a certificate needs to be installed. */
export const COMPLETE = [...COLUMNS.map((column) => `issuances.${column}` as const), 'issuances.chain'] as const;

type CompleteRow = Row & Pick<Selectable<IssuancesTable>, 'chain'>;

export const REVOKED = sql<number>`exists (select 1 from revocations where revocations.sha256 = issuances.sha256)`;

export class KyselyIssuances implements IssuanceTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async record(issuance: NewIssuance): Promise<void> {
    const { issuerKey, names, certificate, chain } = issuance;
    const renews = await this.known(issuerKey, names);
    await this.#scope.db
      .insertInto('issuances')
      .values({
        at: issuance.at,
        kind: issuance.kind,
        connection_id: issuance.connectionId,
        renewal_id: issuance.renewalId,
        issuer_key: issuerKey,
        ca: caOf(issuerKey),
        profile: issuance.profile,
        names: toJson(names),
        name_set: nameSetOf(names),
        wanted_names: toJson(issuance.wantedNames),
        domains: toJson(issuance.domains),
        renews: renews ? 1 : 0,
        replaces: issuance.replaces ? 1 : 0,
        sha256: certificate?.sha256 ?? null,
        certificate: certificate && toJson(certificate),
        chain: chain && toJson(chain),
      })
      .onConflict((row) => row.doNothing())
      .execute();
  }

  async since(at: Date): Promise<readonly Issuance[]> {
    const rows = await this.#scope.db
      .selectFrom('issuances')
      .select(COLUMNS)
      .where('at', '>=', at.toISOString())
      .orderBy('seq')
      .execute();
    return rows.map(toIssuance);
  }

  async last(connectionId: number): Promise<LastIssued | undefined> {
    const row = await this.#scope.db
      .selectFrom('issuances')
      .leftJoin('fallbacks', 'fallbacks.sha256', 'issuances.sha256')
      .select([...COMPLETE, REVOKED.as('revoked')])
      .where('issuances.connection_id', '=', connectionId)
      .where('kind', '=', 'certificate')
      .where((is) => is.or([is('fallbacks.sha256', 'is', null), is('used_at', 'is not', null)]))
      .orderBy(sql`coalesce(used_at, at)`, 'desc')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && toLastIssued(row);
  }

  async find(sha256: string): Promise<Issuance | undefined> {
    const row = await this.#scope.db
      .selectFrom('issuances')
      .select([...COLUMNS, REVOKED.as('revoked')])
      .where('sha256', '=', sha256)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && toIssuance(row);
  }

  async chainOf(sha256: string): Promise<CertificateChain | undefined> {
    const row = await this.#scope.db
      .selectFrom('issuances')
      .select('chain')
      .where('sha256', '=', sha256)
      .where('chain', 'is not', null)
      .limit(1)
      .executeTakeFirst();
    return row?.chain ? fromJson(row.chain) : undefined;
  }

  async chainsFrom(issuerKey: string, limit: number): Promise<readonly CertificateChain[]> {
    const rows = await this.#scope.db
      .selectFrom('issuances')
      .select('chain')
      .where('ca', '=', caOf(issuerKey))
      .where('kind', '=', 'certificate')
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.flatMap(({ chain }) => (chain === null ? [] : [fromJson<CertificateChain>(chain)]));
  }

  async known(issuerKey: string, names: readonly string[]): Promise<boolean> {
    const row = await this.#scope.db
      .selectFrom('issuances')
      .select('seq')
      .where('ca', '=', caOf(issuerKey))
      .where('name_set', '=', nameSetOf(names))
      .where('kind', '=', 'certificate')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }
}

/** Undefined when it is no certificate. */
export function toLastIssued(row: CompleteRow): LastIssued | undefined {
  if (!row.certificate || !row.chain) return undefined;
  return { ...toIssuance(row), certificate: fromJson(row.certificate), chain: fromJson(row.chain) };
}

function toIssuance(row: Row): Issuance {
  return {
    at: row.at,
    kind: row.kind,
    connectionId: row.connection_id,
    renewalId: row.renewal_id,
    issuerKey: row.issuer_key,
    profile: row.profile,
    names: fromJson(row.names),
    wantedNames: fromJson(row.wanted_names),
    domains: fromJson(row.domains),
    renews: row.renews === 1,
    replaces: row.replaces === 1,
    certificate: row.certificate === null ? null : fromJson(row.certificate),
    ...(row.revoked === 1 && { revoked: true }),
  };
}
