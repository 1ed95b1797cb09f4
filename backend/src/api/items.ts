import { productTitle } from '../appliances/product.ts';
import { readCertificate } from '../domain/certificate.ts';
import { isPracticeIssuer } from '../issuers/acme/traits.ts';
import type { Facts } from '../renewal/facts.ts';
import type { WantedCertificate } from '../store/certificates.ts';
import type { NameOfConnection, OverviewRow } from '../store/overview.ts';
import type { Connection, RenewalRow, Store } from '../store/store.ts';
import type { ConnectionItem, RenewalItem } from './contract/lists.ts';
import type { LastSeen, RenewalSummary } from './contract.ts';
import { renewalSummary } from './renewal-summary.ts';

/** What lists show of rows, with a fixed number of questions to the store. */
export async function connectionItems(store: Store, rows: readonly OverviewRow[]): Promise<readonly ConnectionItem[]> {
  const ids = rows.map(({ connectionId }) => connectionId);
  const connections = await store.connections.some(ids);
  const byId = new Map(connections.map((connection) => [connection.id, connection]));
  const wanted = await store.certificates.wanted(ids);
  return rows.flatMap((row) => {
    const connection = byId.get(row.connectionId);
    return connection ? [connectionItem(row, connection, wanted.get(row.connectionId))] : [];
  });
}

function connectionItem(
  row: OverviewRow,
  { version, dnsNames, policy, incomplete }: Connection,
  wanted: WantedCertificate | undefined,
): ConnectionItem {
  const {
    connectionId: id,
    name,
    product,
    address,
    slot,
    practice,
    automatic,
    dueAt,
    standing,
    deviation,
    unreachable,
  } = row;
  return {
    id,
    version,
    name,
    product,
    productTitle: productTitle(product),
    address,
    slot,
    dnsNames,
    practice,
    incomplete,
    automatic,
    dueAt,
    activation: policy.activation,
    standing,
    deviation,
    unreachable,
    lastRenewal: lastRenewalOf(row),
    lastSeen: lastSeenOf(row),
    wanted: wanted ? { ...wanted, servedBy: servedBy(row, wanted) } : null,
  };
}

function servedBy({ seen }: OverviewRow, wanted: WantedCertificate): number {
  return seen?.endpoints.filter(({ sha256 }) => sha256 === wanted.sha256).length ?? 0;
}

export function lastRenewalOf({ connectionId, lastRenewal }: OverviewRow): RenewalSummary | null {
  return lastRenewal && { connectionId, ...lastRenewal };
}

export function lastSeenOf({ seen }: OverviewRow): LastSeen | null {
  return seen && { notAfter: seen.notAfter, at: seen.at, answered: seen.answered, endpoints: seen.endpoints.length };
}

export async function renewalItems(store: Store, rows: readonly RenewalRow[]): Promise<readonly RenewalItem[]> {
  const names = await store.overview.names(rows.map(({ connectionId }) => connectionId));
  return rows.map((row) => named(row, names.get(row.connectionId)));
}

export async function renewalItem(store: Store, row: RenewalRow): Promise<RenewalItem> {
  const names = await store.overview.names([row.connectionId]);
  return named(row, names.get(row.connectionId));
}

function named(row: RenewalRow, connection: NameOfConnection | undefined): RenewalItem {
  return {
    ...renewalSummary(row),
    connectionName: connection?.name ?? 'a connection that was removed',
    connectionRemoved: connection?.removed ?? true,
    practice: isForPractice(row.facts),
  };
}

/** By the CA that was asked, or by what came of it. */
function isForPractice({ target, chain }: Partial<Facts>): boolean {
  return target?.practice === true || (chain !== undefined && isPracticeIssuer(readCertificate(chain.leafPem).issuer));
}
