import { describe, expect, it } from 'vitest';
import type { RenewalSummary } from '../api/contract.ts';
import { summaryLine } from './summary.ts';

function last(part: Partial<RenewalSummary> | null): { readonly lastRenewal: RenewalSummary | null } {
  if (part === null) return { lastRenewal: null };
  const running = { outcome: null, state: 'inspect.running', committed: false, ...part };
  // The line is made of these three alone.
  return { lastRenewal: running as RenewalSummary };
}

describe('the line below the renewals', () => {
  it.each<[Partial<RenewalSummary> | null, string]>([
    [{ outcome: 'verified', state: 'verified' }, '1 served\n'],
    [{ state: 'activate.held', committed: true }, '1 restart pending\n'],
    [{ state: 'activate.waiting', committed: true }, '1 restart pending\n'],
    [{ state: 'activate.running', committed: true }, '1 running\n'],
    [{ state: 'publish.held' }, '1 waiting for a person\n'],
    [{ outcome: 'installed-not-served', state: 'installedNotServed' }, '1 not served\n'],
    [{ outcome: 'rolled-back', state: 'rolledBack' }, '1 failed\n'],
    [{ outcome: 'failed', state: 'failed' }, '1 failed\n'],
    [{ outcome: 'not-due', state: 'notDue' }, '1 other\n'],
    [null, '1 other\n'],
  ])('counts %o', (renewal, line) => {
    expect(summaryLine([last(renewal)])).toBe(line);
  });

  it('counts every connection once, in a fixed order', () => {
    const held = last({ state: 'activate.held', committed: true });
    const served = last({ outcome: 'verified', state: 'verified' });
    const failed = last({ outcome: 'failed', state: 'failed' });

    expect(summaryLine([failed, held, served, served])).toBe('2 served, 1 restart pending, 1 failed\n');
    expect(summaryLine([])).toBe('');
  });
});
