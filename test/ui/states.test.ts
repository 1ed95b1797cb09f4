import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../backend/src/domain/errors.ts';
import { effectOf, initialState, type MachineState, stepStates } from '../../backend/src/renewal/machine.ts';
import { OUTCOME_WORDS } from '../../backend/src/renewal/sentences.ts';
import { STEP_NAMES } from '../../backend/src/renewal/step-names.ts';
import { steps } from '../../backend/src/renewal/steps/index.ts';
import { STANDINGS, type Standing } from '../../backend/src/store/overview.ts';
import { SHOWN_COUNTS } from '../../frontend/src/dashboard/shown-counts.ts';
import { goWords } from '../../frontend/src/renewal/go-words.ts';
import { lookAside, lookOfRenewal, looksOfConnection } from '../../frontend/src/words/judge.ts';
import { MODES, OUTCOMES, REMEDIES, STEP_SUBJECTS } from '../../frontend/src/words/states.ts';

/** What the daemon can be in, and what the interface has a word, an icon and a colour for, must be the same. */

const words = { steps: Object.values(steps).map(({ name, title }) => ({ name, title })) };
const summary = {
  id: 'r',
  connectionId: 1,
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
  outcome: null,
  note: null,
  resumeAt: null,
  planned: false,
  committed: false,
  oldStillServed: null,
};

describe('the words for states', () => {
  it('cover every outcome', () => {
    expect(Object.keys(OUTCOMES).sort()).toEqual(Object.keys(OUTCOME_WORDS).sort());
  });

  it('cover every error code', () => {
    expect(Object.keys(REMEDIES).sort()).toEqual(Object.keys(ERRORS).sort());
  });

  it('cover every step', () => {
    expect(Object.keys(STEP_SUBJECTS).sort()).toEqual([...STEP_NAMES].sort());
  });

  const states = stepStates().flatMap(({ state, step }) =>
    Object.keys(MODES).map((mode) => ({ at: `${state}.${mode}`, step, mode })),
  );

  it.each(states)('cover $at, a state of the machine', ({ at, step, mode }) => {
    const state: MachineState = { ...initialState(), at };

    const look = lookOfRenewal({ ...summary, state: at }, words);

    expect(effectOf(state)).toMatchObject({ step });
    const isRestart = mode === 'held' && /^(install|activate)\./.test(at);
    const rests = isRestart ? 'Restart pending' : MODES[mode as keyof typeof MODES].word;
    expect(look.word).toBe(mode === 'running' ? steps[step].title : rests);
  });

  it('are green for what was seen served, and for nothing else', () => {
    const green = Object.entries(OUTCOMES).filter(([, { tone }]) => tone === 'served');

    expect(green.map(([outcome]) => outcome)).toEqual(['verified']);
  });

  it.each([
    ['install.waiting', true, 'Restart pending'],
    ['activate.waiting', true, 'Restart pending'],
    ['install.waiting', false, /^Tries again at /],
    ['activate.waiting', false, /^Tries again at /],
    ['propagate.waiting', true, /^Waits until /],
  ])('tell by %s, planned: %s, what is waited for', (state, planned, word) => {
    const look = lookOfRenewal({ ...summary, state, planned, resumeAt: '2026-01-03T02:00:00Z' }, words);

    expect(look).toMatchObject({ word: expect.stringMatching(word), tone: 'pending' });
  });
});

describe('the words for a connection', () => {
  const silence = { since: '2026-01-01T00:00:00Z', told: true, message: 'no answer' };

  function firstLook(standing: Standing, outcome: string | null = null) {
    const lastRenewal = { ...summary, outcome, state: outcome ?? 'order.running' };
    return looksOfConnection({ standing, lastRenewal, unreachable: null }, words)[0];
  }

  it.each(STANDINGS)('are green for what was seen served, and not for %s after whatever renewal', (standing) => {
    const tones = Object.keys(OUTCOMES).map((outcome) => firstLook(standing, outcome).tone);
    // What makes it stand so is the renewal; these never come of one that went well.
    const judged = ['held', 'failed', 'retrying', 'running'].includes(standing) ? [] : tones;

    expect(judged.some((tone) => tone === 'served')).toBe(standing === 'served');
  });

  it('are red where somebody is needed', () => {
    const red = ['affected', 'expired', 'not-served', 'stuck', 'unreachable'] as const;

    expect(red.map((standing) => firstLook(standing, 'verified').tone)).toEqual(red.map(() => 'person'));
  });

  it('say since when it does not answer, amber until that is an alarm', () => {
    const base = { standing: 'unreachable', lastRenewal: null } as const;
    const [early] = looksOfConnection({ ...base, unreachable: { ...silence, told: false } }, words);
    const [late] = looksOfConnection({ ...base, unreachable: silence }, words);

    expect(early).toEqual({ word: 'Unreachable since 1 Jan 2026', tone: 'pending' });
    expect(late.tone).toBe('person');
  });

  it('are two where two things are true', () => {
    const lastRenewal = { ...summary, state: 'activate.waiting', planned: true };
    const expired = looksOfConnection({ standing: 'expired', lastRenewal, unreachable: null }, words);
    const failed = { ...summary, state: 'failed', outcome: 'failed', oldStillServed: true };
    const dark = looksOfConnection({ standing: 'failed', lastRenewal: failed, unreachable: silence }, words);
    const held = looksOfConnection({ standing: 'restart-pending', lastRenewal, unreachable: silence }, words);
    const runs = { ...summary, state: 'activate.running' };
    const restarting = looksOfConnection({ standing: 'running', lastRenewal: runs, unreachable: silence }, words);

    expect(expired.map(({ word }) => word)).toEqual(['Expired', 'Restart pending']);
    expect(dark.map(({ word }) => word)).toEqual(['Failed, service intact', 'Unreachable since 1 Jan 2026']);
    expect(held.map(({ word }) => word)).toEqual(['Restart pending', 'Unreachable since 1 Jan 2026']);
    expect(restarting).toHaveLength(1);
  });

  it('tell a renewal that changed nothing beside how it stands', () => {
    const lastRenewal = { ...summary, state: 'cancelled', outcome: 'cancelled' };

    expect(firstLook('served', 'cancelled').word).toBe('Served');
    expect(lookAside({ standing: 'served', lastRenewal, unreachable: null })?.word).toBe('Cancelled');
    expect(lookAside({ standing: 'ended', lastRenewal, unreachable: null })).toBeNull();
  });

  it('are counted on the dashboard for every standing', () => {
    const filters = SHOWN_COUNTS.map(({ filter }) => new URLSearchParams(filter).get('state'));

    // Counted among those that failed.
    expect(STANDINGS.filter((standing) => !filters.includes(standing))).toEqual(['affected']);
  });
});

describe('the button of a hold', () => {
  const inWindow = { asked: 'in-window', allowed: null } as const;
  const atOnce = { asked: 'at-once', allowed: null } as const;
  const target = (restartCalendar: number | null) => ({ target: { restartCalendar } as never });

  it.each([
    ['activate', target(null), 'Restart now'],
    ['activate', { ...target(1), permission: inWindow }, 'Allow the restart, in its window'],
    ['activate', { ...target(1), permission: atOnce }, 'Restart now'],
    ['install', target(null), 'Install and restart now'],
    ['install', { ...target(1), permission: inWindow }, 'Allow the restart, in its window'],
    ['publish', {}, 'The records are there, go on'],
    ['publish', { tokens: [{ token: {} as never, placed: false }] }, 'The files are there, go on'],
    ['cleanUp', {}, 'The records are removed, go on'],
  ] as const)('of %s says what pressing it means', (name, facts, word) => {
    expect(goWords(facts, { name, confirm: null })).toBe(word);
  });

  it('promises nothing where a name is typed first', () => {
    expect(goWords(target(1), { name: 'install', confirm: 'node' })).toBe('Go on');
  });
});
