import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../backend/src/domain/errors.ts';
import { effectOf, initialState, type MachineState, stepStates } from '../../backend/src/renewal/machine.ts';
import { OUTCOME_WORDS } from '../../backend/src/renewal/sentences.ts';
import { STEP_NAMES } from '../../backend/src/renewal/step-names.ts';
import { steps } from '../../backend/src/renewal/steps/index.ts';
import { lookOfRenewal } from '../../frontend/src/words/judge.ts';
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
    const rests = at.startsWith('activate.') ? 'Restart pending' : MODES[mode as keyof typeof MODES].word;
    expect(look.word).toBe(mode === 'running' ? steps[step].title : rests);
  });

  it('are green for what was seen served, and for nothing else', () => {
    const green = Object.entries(OUTCOMES).filter(([, { tone }]) => tone === 'served');

    expect(green.map(([outcome]) => outcome)).toEqual(['verified']);
  });
});
