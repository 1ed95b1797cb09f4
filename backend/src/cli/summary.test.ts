import { describe, expect, it } from 'vitest';
import type { RenewalSummary } from '../api/contract.ts';
import type { Standing } from '../store/overview.ts';
import { isRestartPending, summaryLine } from './summary.ts';

function renewal(state: string, planned = false): RenewalSummary {
  const instants = { startedAt: '2026-01-01T00:00:00Z', finishedAt: null, resumeAt: null };
  const rest = { outcome: null, note: null, committed: false, oldStillServed: null };
  return { id: 'r', connectionId: 1, state, planned, ...instants, ...rest };
}

function standing(as: Standing, lastRenewal: RenewalSummary | null = null) {
  return { standing: as, lastRenewal };
}

describe('the line below the renewals', () => {
  it.each<[Standing, RenewalSummary | null, string]>([
    ['served', null, '1 served\n'],
    ['restart-pending', renewal('install.waiting', true), '1 restart pending\n'],
    ['held', renewal('activate.held'), '1 restart pending\n'],
    ['held', renewal('publish.held'), '1 waiting for a person\n'],
    ['stuck', null, '1 waiting for a person\n'],
    ['retrying', renewal('activate.waiting'), '1 running\n'],
    ['unreachable', null, '1 unreachable\n'],
    ['affected', null, '1 failed\n'],
    ['ended', null, '1 other\n'],
  ])('counts what is %s', (as, lastRenewal, line) => {
    expect(summaryLine([standing(as, lastRenewal)])).toBe(line);
  });

  it('counts every connection once, in a fixed order', () => {
    const held = standing('held', renewal('activate.held'));
    const connections = [standing('failed'), held, standing('served'), standing('served')];

    expect(summaryLine(connections)).toBe('2 served, 1 restart pending, 1 failed\n');
    expect(summaryLine([])).toBe('');
  });
});

it('a restart is pending while a person or the window is waited for, and not between two tries', () => {
  const states = [renewal('install.held'), renewal('activate.waiting', true), renewal('activate.waiting')];

  expect(states.map(isRestartPending)).toEqual([true, true, false]);
});
