import type { ConnectionView, RenewalSummary } from '../api/contract.ts';

/** What a connection's last renewal comes to, what needs a person first. Every connection counts in one of them. */
const GROUPS = [
  ['not served', ({ outcome }) => outcome === 'installed-not-served'],
  ['failed', ({ outcome }) => outcome === 'failed' || outcome === 'rolled-back'],
  ['restart pending', isRestartPending],
  ['waiting for a person', ({ outcome, state }) => outcome === null && state.endsWith('.held')],
  ['running', ({ outcome }) => outcome === null],
  ['served', ({ outcome }) => outcome === 'verified'],
  ['kept', ({ outcome }) => outcome === 'kept'],
] as const satisfies readonly (readonly [string, (renewal: RenewalSummary) => boolean])[];

const ORDER = [
  'served',
  'kept',
  'restart pending',
  'waiting for a person',
  'running',
  'not served',
  'failed',
  'other',
] as const;

/** Installed, and not restarted yet: a person, a window or the next try is waited for. */
export function isRestartPending({ outcome, state, committed }: RenewalSummary): boolean {
  return outcome === null && committed && /^activate\.(held|waiting)$/.test(state);
}

/** `2 served, 1 restart pending, 1 failed`: each connection by its last renewal. Empty without connections. */
export function summaryLine(connections: readonly Pick<ConnectionView, 'lastRenewal'>[]): string {
  const groups = connections.map(({ lastRenewal }) => groupOf(lastRenewal));
  const parts = ORDER.flatMap((group) => {
    const number = groups.filter((one) => one === group).length;
    return number > 0 ? [`${number} ${group}`] : [];
  });
  return parts.length > 0 ? `${parts.join(', ')}\n` : '';
}

function groupOf(renewal: RenewalSummary | null): (typeof ORDER)[number] {
  const found = renewal && GROUPS.find(([, belongs]) => belongs(renewal));
  return found ? found[0] : 'other';
}
