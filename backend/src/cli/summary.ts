import type { ConnectionItem } from '../api/contract/lists.ts';
import type { RenewalSummary } from '../api/contract.ts';
import type { Standing } from '../store/overview.ts';

/** How the line names each standing. */
const WORDS = {
  served: 'served',
  kept: 'kept',
  'restart-pending': 'restart pending',
  held: 'waiting for a person',
  stuck: 'waiting for a person',
  running: 'running',
  retrying: 'running',
  expiring: 'expiring',
  unreachable: 'unreachable',
  'not-served': 'not served',
  failed: 'failed',
  affected: 'failed',
  expired: 'expired',
  incomplete: 'other',
  never: 'other',
  ended: 'other',
} as const satisfies Readonly<Record<Standing, string>>;

const ORDER = [...new Set(Object.values(WORDS))];

/** A person or a window is waited for before a restart, which begins with installing on some appliances. */
export function isRestartPending({ outcome, state, planned }: RenewalSummary): boolean {
  return outcome === null && (planned ? /^(install|activate)\.waiting$/ : /^(install|activate)\.held$/).test(state);
}

/** `2 served, 1 restart pending, 1 failed`: each connection by how it stands. Empty without connections. */
export function summaryLine(connections: readonly Pick<ConnectionItem, 'standing' | 'lastRenewal'>[]): string {
  const words = connections.map(wordOf);
  const parts = ORDER.flatMap((word) => {
    const number = words.filter((one) => one === word).length;
    return number > 0 ? [`${number} ${word}`] : [];
  });
  return parts.length > 0 ? `${parts.join(', ')}\n` : '';
}

function wordOf({ standing, lastRenewal }: Pick<ConnectionItem, 'standing' | 'lastRenewal'>): string {
  const asksForRestart = standing === 'held' && lastRenewal !== null && isRestartPending(lastRenewal);
  return WORDS[asksForRestart ? 'restart-pending' : standing];
}
