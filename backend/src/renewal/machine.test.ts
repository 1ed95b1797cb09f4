import { describe, expect, it } from 'vitest';
import { AppError } from '../domain/errors.ts';
import type { Goal } from './facts.ts';
import {
  effectOf,
  initialState,
  MACHINE_VERSION,
  type MachineEvent,
  type MachineState,
  nextState,
  readState,
  stepStates,
} from './machine.ts';
import type { StepName } from './step-names.ts';

const failure = { code: 'APPLIANCE_UNREACHABLE', message: 'no answer' } as const;
const failed = (step: StepName): MachineEvent => ({
  type: 'FAIL',
  step,
  failure,
  retryAt: null,
});

function after(...events: readonly MachineEvent[]): MachineState {
  return events.reduce((state, event) => {
    const next = nextState(state, event);
    if (!next) throw new Error(`${event.type} is not taken in ${state.at}`);
    return next;
  }, initialState());
}

/** The state of a step on the way that most renewals go. */
function reach(step: string, goal: Goal = 'serve'): MachineState {
  let state = initialState(goal);
  while (state.at !== `${step}.running`)
    state = nextState(state, { type: 'DONE' }) ?? raise(`${step} is never reached`);
  return state;
}

function raise(message: string): never {
  throw new Error(message);
}

const done = (times: number): MachineEvent[] => Array.from({ length: times }, () => ({ type: 'DONE' }));

describe('a renewal whose goal is less than to be served', () => {
  it.each([
    ['issue', 'issued'],
    ['validate', 'validated'],
  ] as const)('%s ends %s after the clean-up, whether or not it succeeded', (goal, end) => {
    const cleaning = reach('cleanUp', goal);

    expect(nextState(cleaning, { type: 'DONE' })?.at).toBe(end);
    expect(nextState(cleaning, failed('cleanUp'))?.at).toBe(end);
  });
});

describe('the order of a renewal', () => {
  it('runs every step once and ends verified', () => {
    const order: string[] = [];
    let state: MachineState | null = initialState();

    while (state && effectOf(state).kind === 'step') {
      order.push(state.at);
      state = nextState(state, { type: 'DONE' });
    }

    expect(order).toEqual([
      'inspect.running',
      'request.running',
      'order.running',
      'publish.running',
      'propagate.running',
      'issue.running',
      'cleanUp.running',
      'install.running',
      'activate.running',
      'verify.running',
    ]);
    expect(state?.at).toBe('verified');
  });

  it('ends at once when nothing is due', () => {
    const state = after({ type: 'STOP', why: 'Valid for 80 more days' });

    expect(effectOf(state)).toEqual({ kind: 'end', outcome: 'not-due' });
  });

  it('waits for an instant, counts tries and runs the same step again', () => {
    const waiting = after({ type: 'FAIL', step: 'inspect', failure, retryAt: '2026-12-01T00:00:00.000Z' });
    const again = nextState(waiting, { type: 'WAKE' });

    expect(effectOf(waiting)).toEqual({ kind: 'sleep', step: 'inspect', until: '2026-12-01T00:00:00.000Z' });
    expect(again).toMatchObject({ at: 'inspect.running', context: { attempt: 2, resumeAt: null } });
  });

  it('holds for a person and tells the step that it was released', () => {
    const held = after(...done(3), { type: 'HOLD', ask: 'Publish it', confirm: null });
    const released = nextState(held, { type: 'RELEASE' });

    expect(effectOf(held)).toEqual({ kind: 'hold', step: 'publish', ask: 'Publish it', confirm: null, until: null });
    expect(released).toMatchObject({ at: 'publish.running', context: { released: true } });
    expect(nextState(held, { type: 'WAKE' })).toBeNull();
  });
});

describe('a hold with an end', () => {
  const until = '2026-11-29T12:00:00.000Z';
  const expired = { code: 'CHALLENGE_NOT_PLACED', message: 'Nobody said so.' } as const;
  const held = () => after(...done(3), { type: 'HOLD', ask: 'Publish it', confirm: null, until });

  it('says when it ends, also after it was stored', () => {
    const again = readState(JSON.parse(JSON.stringify(held())), MACHINE_VERSION);

    expect(effectOf(again)).toMatchObject({ kind: 'hold', step: 'publish', until });
  });

  it('cleans up and fails when nobody came', () => {
    const failed = nextState(held(), { type: 'FAIL', step: 'publish', failure: expired, retryAt: null });

    expect(failed).toMatchObject({ at: 'cleanUpAfterFailure.running', context: { failure: expired } });
  });

  it('has no end any more once it was released', () => {
    expect(nextState(held(), { type: 'RELEASE' })).toMatchObject({ context: { resumeAt: null, released: true } });
  });
});

describe('a goal without a host', () => {
  it('ends when the certificate is kept', () => {
    let state: MachineState | null = initialState('keep');

    while (state && effectOf(state).kind === 'step') state = nextState(state, { type: 'DONE' });

    expect(state && effectOf(state)).toEqual({ kind: 'end', outcome: 'kept' });
  });
});

describe('a wait that a person skips', () => {
  const until = '2026-12-01T00:00:00.000Z';

  it('tells the step that it is early, when the step itself named the instant', () => {
    const waiting = after({ type: 'WAIT', until, why: 'the window is closed' });

    expect(waiting.context.planned).toBe(true);
    expect(nextState(waiting, { type: 'SKIP' })).toMatchObject({ at: 'inspect.running', context: { early: true } });
    expect(nextState(waiting, { type: 'WAKE' })).toMatchObject({ at: 'inspect.running', context: { early: false } });
  });

  it('is another try and no more, after a failure', () => {
    const waiting = after({ type: 'FAIL', step: 'inspect', failure, retryAt: until });

    expect(nextState(waiting, { type: 'SKIP' })).toMatchObject({ at: 'inspect.running', context: { early: false } });
  });

  it('is forgotten with the step', () => {
    const state = after({ type: 'WAIT', until, why: 'not yet' }, { type: 'SKIP' }, { type: 'DONE' });

    expect(state).toMatchObject({ at: 'request.running', context: { early: false, planned: false } });
  });

  it('lets each question have an answer of its own', () => {
    const state = after(...done(3), { type: 'HOLD', ask: 'First', confirm: null }, { type: 'RELEASE' });

    expect(nextState(state, { type: 'HOLD', ask: 'Second', confirm: null })?.context.released).toBe(false);
  });
});

describe('a certificate that was issued earlier', () => {
  it('is installed and verified without another order', () => {
    const state = after({ type: 'REUSE' });

    expect(state.at).toBe('reuse.running');
    expect(nextState(state, { type: 'DONE' })?.at).toBe('install.running');
  });

  it('is looked for at the beginning only', () => {
    expect(nextState(reach('request'), { type: 'REUSE' })).toBeNull();
  });
});

describe('failures', () => {
  it('removes the records and looks at what is served before it ends', () => {
    const cleaning = after(...done(5), { type: 'FAIL', step: 'issue', failure, retryAt: null });
    const assessing = nextState(cleaning, { type: 'DONE' });

    expect(effectOf(cleaning)).toMatchObject({ step: 'cleanUp', state: 'cleanUpAfterFailure' });
    expect(assessing?.at).toBe('assess.running');
    expect(assessing && nextState(assessing, { type: 'DONE' })).toMatchObject({
      at: 'failed',
      context: { failedStep: 'issue', failure },
    });
  });

  it('keeps the first cause when clearing up fails too', () => {
    const other = { code: 'DNS_UNREACHABLE', message: 'no DNS' } as const;
    const state = after(
      failed('inspect'),
      { type: 'FAIL', step: 'cleanUp', failure: other, retryAt: null },
      { type: 'FAIL', step: 'assess', failure: other, retryAt: null },
    );

    expect(state).toMatchObject({ at: 'failed', context: { failure, failedStep: 'inspect' } });
  });

  it('installs the certificate although a record could not be removed', () => {
    const state = after(...done(6), failed('cleanUp'));

    expect(state).toMatchObject({ at: 'install.running', context: { failure: null } });
  });

  it('lets what is served decide when the restart failed', () => {
    const verifying = after(...done(8), failed('activate'));

    expect(nextState(verifying, { type: 'DONE' })).toMatchObject({ at: 'verified', context: { failure: null } });
    expect(nextState(verifying, failed('verify'))).toMatchObject({ at: 'rollBack.running' });
  });
});

describe('what was not seen served', () => {
  const rollingBack = after(...done(7), { type: 'COMMIT' }, ...done(2), failed('verify'));

  it('ends rolled back when the old certificate is back, with the reason for it', () => {
    const end = nextState(rollingBack, { type: 'DONE' });

    expect(end).toMatchObject({ at: 'rolledBack', context: { failedStep: 'verify', failure } });
    expect(end && effectOf(end)).toEqual({ kind: 'end', outcome: 'rolled-back' });
  });

  it('stays installed where nothing can be put back, and says why', () => {
    const end = nextState(rollingBack, { type: 'STOP', why: 'The key is on the appliance.' });

    expect(end).toMatchObject({ at: 'installedNotServed', context: { note: 'The key is on the appliance.', failure } });
  });

  it('stays installed where putting back fails, and tells both failures', () => {
    const other = { code: 'APPLIANCE_REFUSED', message: 'disk full' } as const;

    const end = nextState(rollingBack, { type: 'FAIL', step: 'rollBack', failure: other, retryAt: null });

    expect(end).toMatchObject({
      at: 'installedNotServed',
      context: { failure, note: 'disk full', failedStep: 'verify' },
    });
  });

  it('is put back without anybody being able to cancel it', () => {
    expect(nextState(rollingBack, { type: 'CANCEL' })).toBeNull();
  });
});

describe('cancelling', () => {
  it.each(['inspect', 'request', 'order', 'publish', 'propagate', 'issue', 'cleanUp', 'install'])(
    'is possible in %s',
    (step) => {
      const cancelling = nextState(reach(step), { type: 'CANCEL' });

      expect(cancelling?.at).toBe('cleanUpAfterFailure.running');
      expect(cancelling && nextState(nextState(cancelling, { type: 'DONE' }) ?? cancelling, { type: 'DONE' })?.at).toBe(
        'cancelled',
      );
    },
  );

  it.each(['activate', 'verify'])('is refused in %s', (step) => {
    expect(nextState(reach(step), { type: 'CANCEL' })).toBeNull();
  });

  it('is refused in install once the certificate is handed over', () => {
    const committed = after(...done(7), { type: 'COMMIT' });

    expect(committed).toMatchObject({ at: 'install.running', context: { committed: true } });
    expect(nextState(committed, { type: 'CANCEL' })).toBeNull();
  });

  it('is refused while the renewal is already ending', () => {
    expect(nextState(after(failed('inspect')), { type: 'CANCEL' })).toBeNull();
  });

  it('leaves no point of no return outside of install', () => {
    const elsewhere = stepStates().filter(({ state }) => state !== 'install');

    for (const { state } of elsewhere) {
      expect(nextState({ ...initialState(), at: `${state}.running` }, { type: 'COMMIT' }), state).toBeNull();
    }
  });
});

describe('stored states', () => {
  it('come back as they were', () => {
    const state = after(...done(2), { type: 'FAIL', step: 'install', failure, retryAt: '2026-12-01T00:00:00.000Z' });

    expect(readState(JSON.parse(JSON.stringify(state)), MACHINE_VERSION)).toEqual(state);
  });

  it.each([
    ['another version', initialState(), MACHINE_VERSION + 1],
    ['a state that does not exist', { ...initialState(), at: 'baking.running' }, MACHINE_VERSION],
    ['a mode that does not exist', { ...initialState(), at: 'install.dreaming' }, MACHINE_VERSION],
    ['no state at all', null, MACHINE_VERSION],
  ])('of %s are refused', (_what, stored, version) => {
    const read = () => readState(JSON.parse(JSON.stringify(stored)), version);

    expect(read).toThrow(AppError);
    expect(read).toThrow(expect.objectContaining({ code: 'SNAPSHOT_UNREADABLE' }));
  });
});
