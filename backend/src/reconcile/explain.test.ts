import { describe, expect, it } from 'vitest';
import { initialState, type MachineState, machineStates } from '../renewal/machine.ts';
import type { Connection } from '../store/store.ts';
import { explain, SENTENCES } from './explain.ts';
import { emptyMemory, type WatchMemory } from './memory.ts';
import { WATCH_STATES, type WatchState } from './states.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const later = '2026-11-23T03:12:00.000Z';
const emergency = { daysLeft: 5, mode: 'automatic' } as const;
const connection = {
  id: 7,
  policy: { automatic: true, daysBefore: null, emergency },
  incomplete: [],
} as unknown as Connection;
const draft = { ...connection, incomplete: [{ part: 'issuer', sentence: 'Choose a certificate authority.' }] } as const;

function remembering(state: WatchState): WatchMemory {
  const setback = {
    class: 'dns',
    phase: 'prove',
    code: 'DNS_DENIED',
    message: 'The key was refused.',
    count: 3,
    at: now.toISOString(),
    renewalId: 'r1',
    certificate: null,
    notBefore: later,
  } as const;
  return {
    ...emptyMemory(now),
    lookedAt: now.toISOString(),
    setbacks: {
      issue: setback,
      second: null,
      deploy: { ...setback, class: 'deployment', code: 'SERVED_CERTIFICATE_DIFFERS' },
    },
    decision: { state, at: now.toISOString(), until: later, why: 'Expires in 20 days' },
  };
}

function sentence(state: WatchState): string {
  const of = state === 'incomplete' ? draft : connection;
  return explain({ memory: remembering(state), nextAt: later }, of, null, now).sentence;
}

describe('explain', () => {
  it('has a sentence for every state of the reconciler, and no two alike', () => {
    const sentences = WATCH_STATES.map(sentence);

    expect(Object.keys(SENTENCES)).toEqual([...WATCH_STATES]);
    for (const one of sentences) expect(one).toMatch(/^[A-Z][^\n]{20,}\.$/);
    for (const one of sentences) expect(one).not.toMatch(/undefined|null|NaN|\.\.|\(\)/);
    expect(new Set(sentences).size).toBe(WATCH_STATES.length);
  });

  it.each(machineStates())('has a sentence for a renewal that is at %s', (at) => {
    const { context } = initialState();
    const state: MachineState = { at, context: { ...context, resumeAt: later, note: 'DNS is slow' } };

    const { sentence: said, state: of } = explain(
      { memory: remembering('renewing'), nextAt: later },
      connection,
      { id: 'r1', state },
      now,
    );

    expect(of).toBe('renewing');
    expect(said).toMatch(/^Renewal r1 (is under way|waits|has ended)[^\n]{5,}\.$/);
  });

  it('has states of the machine to tell of', () => {
    expect(machineStates().length).toBeGreaterThan(40);
  });

  it('says why, what is next, when, and who decided', () => {
    const {
      sentence: said,
      nextAt,
      facts,
    } = explain({ memory: remembering('backing-off'), nextAt: later }, connection, null, now);

    expect(said).toBe(
      'Due, but 3 attempts in a row failed because of the DNS service (The DNS service refused the credentials or the change: The key was refused); the schedule tries again at 2026-11-23 03:12 UTC.',
    );
    expect({ nextAt, decidedBy: facts.decidedBy }).toEqual({ nextAt: later, decidedBy: 'lifetime' });
  });

  it('says that nothing is known of a connection that nobody looked at', () => {
    expect(explain({ memory: null, nextAt: null }, connection, null, now)).toMatchObject({
      state: 'unseen',
      sentence: 'Nothing is known yet: it is looked at within a minute.',
    });
  });

  it.each([
    ['before anybody looked', null],
    ['after', remembering('incomplete')],
    ['when it was complete once', remembering('fresh')],
  ])('names what a draft lacks, %s', (_when, memory) => {
    expect(explain({ memory, nextAt: later }, draft, null, now)).toMatchObject({
      state: 'incomplete',
      nextAt: null,
      sentence: 'Not complete, so nothing is looked at or renewed until it is: Choose a certificate authority.',
    });
  });

  it('takes a draft that was completed for one that nobody has looked at', () => {
    const view = { memory: remembering('incomplete'), nextAt: later };

    expect(explain(view, connection, null, now).state).toBe('unseen');
  });

  it('notices that the schedule stands still', () => {
    const late = new Date('2026-11-24T00:00:00.000Z');

    const { sentence: said } = explain({ memory: remembering('fresh'), nextAt: later }, connection, null, late);

    expect(said).toContain('the schedule of the daemon stands still');
  });
});
