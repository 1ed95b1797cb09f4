import { describe, expect, it } from 'vitest';
import type { ConnectionView } from '../api/types.ts';
import { RestartLines } from '../bulk/bulk-confirm.tsx';
import { textOf } from '../testing/rendered.tsx';
import { CHOICES, offeredChoices, usualChoice } from './goal-choice.tsx';

function connection(activation: 'ask' | 'automatic', restartCalendar: number | null = null, kept = false) {
  return { policy: { activation, restartCalendar } as ConnectionView['policy'], kept };
}

describe('how far a renewal goes', () => {
  it.each([
    ['keep', connection('ask', null, true), false],
    ['install', connection('ask'), false],
    ['install', connection('automatic', 3), false],
    ['later', connection('ask', 3), true],
    ['window', connection('automatic', 3), true],
    ['now', connection('automatic'), true],
  ] as const)('is %s as %j says, where it restarts: %j', (usual, given, restarts) => {
    expect(usualChoice(given, restarts)).toBe(usual);
  });

  it('promises no restart where there is none', () => {
    const words = offeredChoices('install', undefined).map(
      (name) => `${CHOICES[name].label} ${CHOICES[name].description}`,
    );

    expect(offeredChoices('install', undefined)).toEqual(['install', 'issue']);
    expect(words.join(' ')).not.toMatch(/waits for your go|Issue, install, restart/);
  });

  const none = { testDirectory: false, fallback: null };
  const ready = { sha256: 'aa', notAfter: '2027-01-30T00:00:00.000Z' };

  it.each([
    ['window', { ...none, testDirectory: true }, ['window', 'now', 'later', 'issue', 'validate']],
    ['later', none, ['now', 'later', 'issue']],
    ['install', { ...none, fallback: { ready: null, whyNot: null } }, ['install', 'issue', 'fallback']],
    ['install', { ...none, fallback: { ready, whyNot: null } }, ['install', 'issue', 'useFallback']],
    ['install', { ...none, fallback: { ready: null, whyNot: 'It keeps no key.' } }, ['install', 'issue']],
    ['keep', { ...none, testDirectory: true }, ['keep', 'validate']],
  ] as const)('is offered beside %s, by %j: %j', (usual, plan, offered) => {
    expect(offeredChoices(usual, plan)).toEqual(offered);
  });
});

describe('what a bulk interrupts', () => {
  it('is told by when it happens', () => {
    const text = textOf(<RestartLines atOnce={2} inWindow={1} asking={1} />);

    expect(text).toContain('2 connections restart the services behind the certificate at once');
    expect(text).toContain('1 connection waits with the restart until the window opens');
    expect(text).toContain('1 connection stops before the restart and asks you');
  });

  it('is nothing where nothing is restarted', () => {
    expect(textOf(<RestartLines atOnce={0} inWindow={0} asking={0} />)).toBe('Nothing is restarted.');
    expect(textOf(<RestartLines atOnce={0} inWindow={0} asking={3} />)).toContain('No service is restarted before');
  });
});
