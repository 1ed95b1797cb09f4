import type { ConnectionItem } from '../api/contract/lists.ts';
import type { RenewalSummary } from '../api/contract.ts';
import type { DiscoveredNode, TrustStoreEntry } from '../appliances/driver.ts';
import { OUTCOME_WORDS, titleOf } from '../renewal/sentences.ts';
import { shortFingerprint } from '../renewal/steps/look.ts';
import type { RenewalOutcome } from '../store/events.ts';
import { isRestartPending } from './summary.ts';

export function connectionTable(connections: readonly ConnectionItem[]): string {
  if (connections.length === 0) return 'No connections yet. Add one: certferry connections add FILE\n';
  const rows = connections.map(({ id, name, product, slot, dnsNames, lastRenewal, incomplete }) => [
    String(id),
    name,
    `${product} ${slot}`,
    dnsNames.join(' '),
    incomplete.length > 0 ? `not complete: ${incomplete[0]?.sentence}` : renewalWords(lastRenewal),
  ]);
  return table(['ID', 'NAME', 'APPLIANCE', 'NAMES', 'LAST RENEWAL'], rows);
}

function renewalWords(last: RenewalSummary | null): string {
  return last ? words(last) : 'never renewed';
}

export function statusTable(renewals: readonly RenewalSummary[]): string {
  if (renewals.length === 0) return 'No renewals yet. Start one: certferry renew ID\n';
  const rows = renewals.map((renewal) => [renewal.id, String(renewal.connectionId), renewal.startedAt, words(renewal)]);
  return table(['RENEWAL', 'CONNECTION', 'STARTED', 'STATE'], rows);
}

export function nodeTable(nodes: readonly DiscoveredNode[]): string {
  const rows = nodes.map(({ host, address, role, joined }) => [
    host,
    address ?? '',
    role,
    joined ? 'joined' : 'not joined',
  ]);
  return table(['NODE', 'ADDRESS', 'ROLE', 'STATE'], rows);
}

export function trustTable(entries: readonly TrustStoreEntry[]): string {
  const rows = entries
    .toSorted((a, b) => a.notAfter.localeCompare(b.notAfter))
    .map(({ node, store, subject, notAfter, sha256 }) => [
      node,
      store,
      subject,
      notAfter.slice(0, 10),
      shortFingerprint(sha256),
    ]);
  return table(['NODE', 'STORE', 'SUBJECT', 'VALID UNTIL', 'SHA-256'], rows);
}

function words(renewal: RenewalSummary): string {
  const { outcome, state } = renewal;
  // The API of the same version gives only outcomes that have words.
  if (outcome !== null) return OUTCOME_WORDS[outcome as RenewalOutcome];
  const [step = '', mode] = state.split('.');
  const title = titleOf(step);
  if (isRestartPending(renewal)) return `Restart pending: waits ${mode === 'held' ? 'for you' : 'for its time'}`;
  if (mode === 'held') return `${title}: waits for you`;
  return mode === 'waiting' ? `${title}: ${renewal.planned ? 'goes on' : 'tries again'} later` : title;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${[head, ...rows].map(line).join('\n')}\n`;
}
