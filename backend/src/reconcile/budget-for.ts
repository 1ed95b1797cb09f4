import { type Budget, budgetOf, LONGEST_WINDOW_MS } from '../domain/budget.ts';
import { caOf } from '../domain/issuer-key.ts';
import { nameSetOf } from '../domain/name-set.ts';
import type { Issuance, IssuanceTable, LastIssued } from '../store/issuances.ts';
import type { Connection } from '../store/store.ts';
import { isInWindow } from './ari.ts';
import { BREAKER_REACH_MS, type Quarantine, quarantineOf } from './breaker.ts';
import type { AriMemory } from './memory.ts';

/** What the ledger says before another certificate is asked for. */
export interface Allowance {
  readonly budget: Budget;
  readonly quarantine: Quarantine | null;
  readonly last: LastIssued | null;
}

export interface AllowanceQuestion {
  readonly connection: Pick<Connection, 'id' | 'dnsNames'>;
  readonly issuerKey: string;
  /** What the CA said of the certificate that would be replaced; null when nothing is known. */
  readonly ari: AriMemory | null;
  readonly now: Date;
}

/** Reads the ledger. Asks nobody. */
export async function allowanceFor(
  issuances: IssuanceTable,
  { connection, issuerKey, ari, now }: AllowanceQuestion,
): Promise<Allowance> {
  const { id: connectionId, dnsNames: wantedNames } = connection;
  const reach = Math.max(LONGEST_WINDOW_MS, BREAKER_REACH_MS);
  const ledger = await issuances.since(new Date(now.getTime() - reach));
  const last = (await issuances.last(connectionId)) ?? null;
  const names = expectedNames(wantedNames, issuerKey, last);
  const renews = await issuances.known(issuerKey, names);
  const replaces = await isExempt(issuances, { issuerKey, ari, now });
  return {
    budget: budgetOf({ issuerKey, names, renews, replaces }, ledger, now),
    quarantine: quarantineOf(
      { connectionId, issuerKey, wantedNames, names, lifetimeMs: lifetimeOf(last) },
      ledger,
      now,
    ),
    last,
  };
}

/**
 * Whether an order now would answer the CA's wish. Anybody may ask for the window of any certificate, but a CA takes an order
 * for its replacement only from the account that it was issued to: https://www.rfc-editor.org/rfc/rfc9773#section-5
 */
async function isExempt(
  issuances: Pick<IssuanceTable, 'find'>,
  { issuerKey, ari, now }: Pick<AllowanceQuestion, 'issuerKey' | 'ari' | 'now'>,
): Promise<boolean> {
  if (ari === null || !isInWindow(ari, ari.certificate, now)) return false;
  return (await issuances.find(ari.certificate))?.issuerKey === issuerKey;
}

/** An appliance may add names of its own: it will do so again. */
function expectedNames(wanted: readonly string[], issuerKey: string, last: LastIssued | null): readonly string[] {
  if (!last || caOf(last.issuerKey) !== caOf(issuerKey)) return wanted;
  return nameSetOf(last.wantedNames) === nameSetOf(wanted) ? last.names : wanted;
}

function lifetimeOf(last: Pick<Issuance, 'certificate'> | null): number | null {
  return last?.certificate ? Date.parse(last.certificate.notAfter) - Date.parse(last.certificate.notBefore) : null;
}
