import { assign, getInitialSnapshot, setup, transition } from 'xstate';
import { z } from 'zod';
import type { Failure } from '../domain/errors.ts';
import { AppError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Goal } from './facts.ts';
import { STEP_NAMES, type StepName } from './step-names.ts';

/**
 * The order of a renewal, and what happens between the steps. Nothing else decides it.
 *
 *   inspect → request → order → publish → propagate → issue → cleanUp → install → activate → verify → verified
 *      ├─ reuse: a certificate issued earlier is good, but not served everywhere → install → activate → verify
 *      └─ not due                                           └→ issued | kept | validated  (no way back ↑) └─→ rollBack
 *   rollBack, where the certificate before can be put back → rolledBack; where it cannot, or that fails → installedNotServed
 *   a failure, or a cancellation before the point of no return: cleanUpAfterFailure → assess → failed | cancelled
 *
 * The machine is pure: it holds no promise and no timer. The runner stores every state before it does what the
 * state asks for (`effectOf`), so a crash repeats at most the step that was running. That also avoids two limits of
 * stored xstate actors: delayed transitions are not restored (statelyai/xstate#5331), and an invoked promise
 * starts before its state can be on disk. See docs/adr/0004-pure-machine.md.
 */

/** Raised whenever a stored state of an earlier version can no longer be read by this one. */
export const MACHINE_VERSION = 1;

export interface MachineContext {
  /** 1 on the first try of the current step. */
  readonly attempt: number;
  /** ISO 8601; set while waiting, and while held when that has an end. */
  readonly resumeAt: string | null;
  /** Why it waits, or what a person is asked. */
  readonly note: string | null;
  /** What a person has to type to release the hold; null: nothing. */
  readonly confirm: string | null;
  /** A person released the hold of the current step. */
  readonly released: boolean;
  /** Waiting for an instant that the step named, and not for another try. */
  readonly planned: boolean;
  /** A person did not want to wait for that instant. */
  readonly early: boolean;
  /** Past the point of no return. */
  readonly committed: boolean;
  readonly cancelled: boolean;
  readonly goal: Goal;
  /** What decided that the renewal did not succeed. */
  readonly failure: Failure | null;
  readonly failedStep: StepName | null;
}

export type MachineEvent =
  | { readonly type: 'DONE' }
  /** A certificate that was issued earlier is still good: only what is missing is done. */
  | { readonly type: 'REUSE' }
  | { readonly type: 'STOP'; readonly why: string }
  | { readonly type: 'WAIT'; readonly until: string; readonly why: string }
  /** With `until` it ends by itself then, as a FAIL. */
  | { readonly type: 'HOLD'; readonly ask: string; readonly confirm: string | null; readonly until?: string | null }
  | { readonly type: 'FAIL'; readonly step: StepName; readonly failure: Failure; readonly retryAt: string | null }
  /** The instant of a wait has come, or what it was derived from has changed. */
  | { readonly type: 'WAKE' }
  /** A person does not want to wait for it. */
  | { readonly type: 'SKIP' }
  | { readonly type: 'RELEASE' }
  | { readonly type: 'COMMIT' }
  | { readonly type: 'CANCEL' };

const base = setup({
  types: { context: {} as MachineContext, events: {} as MachineEvent, input: {} as { readonly goal: Goal } },
  guards: {
    mayRetry: ({ event }) => event.type === 'FAIL' && event.retryAt !== null,
    mayCancel: ({ context }) => !context.committed,
    isCancelled: ({ context }) => context.cancelled,
    onlyIssues: ({ context }) => context.goal === 'issue' || context.goal === 'fallback',
    onlyKeeps: ({ context }) => context.goal === 'keep',
    onlyValidates: ({ context }) => context.goal === 'validate',
    always: () => true,
    never: () => false,
  },
  actions: {
    enter: assign({
      attempt: 1,
      resumeAt: null,
      note: null,
      confirm: null,
      released: false,
      planned: false,
      early: false,
    }),
    rest: assign(({ event }) => {
      if (event.type === 'STOP') return { note: event.why };
      // Each question needs a release of its own.
      if (event.type === 'WAIT') return { resumeAt: event.until, note: event.why, planned: true, released: false };
      if (event.type === 'HOLD') {
        return { resumeAt: event.until ?? null, note: event.ask, confirm: event.confirm, released: false };
      }
      return {};
    }),
    retryLater: assign(({ context, event }) => {
      if (event.type !== 'FAIL') return {};
      return { attempt: context.attempt + 1, resumeAt: event.retryAt, note: event.failure.message, planned: false };
    }),
    wake: assign({ resumeAt: null, note: null, planned: false }),
    // Trying again at once does not mean that a window no longer counts.
    skip: assign(({ context }) => ({
      resumeAt: null,
      note: null,
      planned: false,
      early: context.early || context.planned,
    })),
    release: assign({ resumeAt: null, note: null, confirm: null, released: true }),
    commit: assign({ committed: true }),
    /** A failure that does not decide how the renewal ends, and that its conclusion tells. */
    remark: assign(({ event }) => (event.type === 'FAIL' ? { note: event.failure.message } : {})),
    absolve: assign({ failure: null, failedStep: null }),
    fail: assign(({ context, event }) => {
      // The first failure is the cause; what goes wrong after it is told by its event.
      if (event.type !== 'FAIL' || context.failedStep !== null) return {};
      return { failure: event.failure, failedStep: event.step };
    }),
    cancel: assign({
      cancelled: true,
      failure: { code: 'CANCELLED', message: 'Cancelled by an operator before anything was installed.' } as const,
    }),
  },
});

interface StepRoutes {
  readonly next: string;
  /** Where a failure leads that is not tried again. */
  readonly fail?: string;
  /** Where "nothing to do" leads. */
  readonly stop?: string;
  readonly cancellable?: boolean;
  /** The step may find that a certificate issued earlier is good. */
  readonly reuses?: boolean;
  /** With it a renewal ends whose goal is less than to be served. */
  readonly completesIssuance?: boolean;
  /** The step holds the point of no return. */
  readonly commits?: boolean;
  /** False where a failure does not decide how the renewal ends. */
  readonly decisive?: boolean;
  /** Such a failure is nevertheless told in the conclusion. */
  readonly remarked?: boolean;
}

/** One step: running, and the two ways of resting. */
function step({
  next,
  fail = 'cleanUpAfterFailure',
  stop = 'notDue',
  cancellable = true,
  reuses = false,
  completesIssuance = false,
  commits = false,
  decisive = true,
  remarked = false,
}: StepRoutes) {
  const ends = completesIssuance
    ? ([
        { target: '#renewal.issued', guard: 'onlyIssues' },
        { target: '#renewal.kept', guard: 'onlyKeeps' },
        { target: '#renewal.validated', guard: 'onlyValidates' },
      ] as const)
    : [];
  const cancel = {
    target: '#renewal.cleanUpAfterFailure',
    guard: cancellable ? 'mayCancel' : 'never',
    actions: 'cancel',
  } as const;
  return base.createStateConfig({
    initial: 'running',
    entry: 'enter',
    states: {
      running: {
        on: {
          DONE: [...ends, { target: `#renewal.${next}` }],
          STOP: { target: `#renewal.${stop}`, actions: 'rest' },
          REUSE: { target: '#renewal.reuse', guard: reuses ? 'always' : 'never' },
          WAIT: { target: 'waiting', actions: 'rest' },
          HOLD: { target: 'held', actions: 'rest' },
          FAIL: [
            { target: 'waiting', guard: 'mayRetry', actions: 'retryLater' },
            ...ends,
            { target: `#renewal.${fail}`, actions: decisive ? 'fail' : remarked ? 'remark' : [] },
          ],
          COMMIT: { guard: commits ? 'mayCancel' : 'never', actions: 'commit' },
          CANCEL: cancel,
        },
      },
      waiting: {
        on: {
          WAKE: { target: 'running', actions: 'wake' },
          SKIP: { target: 'running', actions: 'skip' },
          CANCEL: cancel,
        },
      },
      held: {
        on: {
          RELEASE: { target: 'running', actions: 'release' },
          FAIL: { target: `#renewal.${fail}`, actions: decisive ? 'fail' : [] },
          CANCEL: cancel,
        },
      },
    },
  });
}

export const renewalMachine = base.createMachine({
  id: 'renewal',
  context: ({ input: { goal } }) => ({
    attempt: 1,
    resumeAt: null,
    note: null,
    confirm: null,
    released: false,
    planned: false,
    early: false,
    committed: false,
    cancelled: false,
    goal,
    failure: null,
    failedStep: null,
  }),
  initial: 'inspect',
  states: {
    inspect: step({ next: 'request', reuses: true }),
    reuse: step({ next: 'install' }),
    request: step({ next: 'order' }),
    order: step({ next: 'publish' }),
    publish: step({ next: 'propagate' }),
    propagate: step({ next: 'issue' }),
    issue: step({ next: 'cleanUp' }),
    // A record that cannot be removed is no reason to keep a good certificate from the appliance.
    cleanUp: step({ next: 'install', fail: 'install', decisive: false, completesIssuance: true }),
    install: step({ next: 'activate', commits: true }),
    // Whatever the restart said, what is served decides.
    activate: step({ next: 'verify', fail: 'verify', cancellable: false }),
    verify: step({ next: 'verified', fail: 'rollBack', cancellable: false }),
    // That it cannot be done, or failed, changes nothing of what verification said.
    rollBack: step({
      next: 'rolledBack',
      stop: 'installedNotServed',
      fail: 'installedNotServed',
      cancellable: false,
      decisive: false,
      remarked: true,
    }),
    cleanUpAfterFailure: step({ next: 'assess', fail: 'assess', cancellable: false, decisive: false }),
    assess: step({ next: 'ended', fail: 'ended', cancellable: false, decisive: false }),
    ended: { always: [{ guard: 'isCancelled', target: 'cancelled' }, { target: 'failed' }] },
    verified: { type: 'final', entry: 'absolve' },
    installedNotServed: { type: 'final' },
    rolledBack: { type: 'final' },
    notDue: { type: 'final' },
    issued: { type: 'final' },
    kept: { type: 'final', entry: 'absolve' },
    validated: { type: 'final' },
    failed: { type: 'final' },
    cancelled: { type: 'final' },
  },
});

export type Outcome =
  | 'verified'
  | 'installed-not-served'
  | 'rolled-back'
  | 'issued'
  | 'kept'
  | 'validated'
  | 'failed'
  | 'cancelled'
  | 'not-due';

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  verified: 'verified',
  installedNotServed: 'installed-not-served',
  rolledBack: 'rolled-back',
  notDue: 'not-due',
  issued: 'issued',
  kept: 'kept',
  validated: 'validated',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** A state of the machine as the runner and the store see it. Plain JSON. */
export interface MachineState {
  /** `install.waiting`, or a final state: `verified`. */
  readonly at: string;
  readonly context: MachineContext;
}

/** What a state asks the runner to do next. */
export type Effect =
  | { readonly kind: 'step'; readonly state: string; readonly step: StepName }
  | { readonly kind: 'sleep'; readonly step: StepName; readonly until: string }
  | {
      readonly kind: 'hold';
      readonly step: StepName;
      readonly ask: string;
      readonly confirm: string | null;
      /** ISO 8601: when it ends by itself; null: never. */
      readonly until: string | null;
    }
  | { readonly kind: 'end'; readonly outcome: Outcome };

export function initialState(goal: Goal = 'serve'): MachineState {
  return fromSnapshot(getInitialSnapshot(renewalMachine, { goal }));
}

/** The state after `event`; null when the machine does not take it in this state. */
export function nextState(state: MachineState, event: MachineEvent): MachineState | null {
  const snapshot = toSnapshot(state);
  if (!snapshot.can(event)) return null;
  const [next] = transition(renewalMachine, snapshot, event);
  return fromSnapshot(next);
}

export function effectOf(state: MachineState): Effect {
  const outcome = OUTCOMES[state.at];
  if (outcome) return { kind: 'end', outcome };
  const [name = '', mode] = state.at.split('.');
  const step = stepOf(name);
  const { resumeAt, note, confirm } = state.context;
  if (mode === 'waiting' && resumeAt !== null) return { kind: 'sleep', step, until: resumeAt };
  if (mode === 'held') return { kind: 'hold', step, ask: note ?? '', confirm, until: resumeAt };
  return { kind: 'step', state: name, step };
}

/** Every state that runs a step, in the machine's order, with the step it runs. */
export function stepStates(): readonly { readonly state: string; readonly step: StepName }[] {
  return Object.entries(renewalMachine.config.states ?? {})
    .filter(([, config]) => config.initial === 'running')
    .map(([state]) => ({ state, step: stepOf(state) }));
}

/**
 * Every state that a renewal can rest in: each step in its three modes, and each end. Read from the machine itself, so that no
 * list can forget one; a state that is left in the moment it is entered is none.
 */
export function machineStates(): readonly string[] {
  return Object.entries(renewalMachine.config.states ?? {}).flatMap(([state, { states, always }]) => {
    if (states) return Object.keys(states).map((mode) => `${state}.${mode}`);
    return always === undefined ? [state] : [];
  });
}

const storedState = z.object({
  at: z.string().refine((at) => isKnownState(at), 'names a state that this version does not have'),
  context: z.object({
    attempt: z.number().int(),
    resumeAt: z.string().nullable(),
    note: z.string().nullable(),
    confirm: z.string().nullable(),
    released: z.boolean(),
    planned: z.boolean().default(false),
    early: z.boolean().default(false),
    committed: z.boolean(),
    cancelled: z.boolean(),
    goal: z.enum(['serve', 'issue', 'keep', 'validate', 'fallback']).default('serve'),
    failure: z.custom<Failure | null>(),
    failedStep: z.enum(STEP_NAMES).nullable(),
  }),
});

/** @throws AppError SNAPSHOT_UNREADABLE when another version stored something this one does not know. */
export function readState(stored: Json, version: number): MachineState {
  if (version !== MACHINE_VERSION) {
    throw new AppError(
      'SNAPSHOT_UNREADABLE',
      `The renewal was stored by machine version ${version}, this is version ${MACHINE_VERSION}.`,
    );
  }
  const parsed = storedState.safeParse(stored);
  if (!parsed.success) throw new AppError('SNAPSHOT_UNREADABLE', z.prettifyError(parsed.error));
  return parsed.data;
}

function isKnownState(at: string): boolean {
  if (at in OUTCOMES) return true;
  const [state, mode = ''] = at.split('.');
  return stepStates().some((known) => known.state === state) && ['running', 'waiting', 'held'].includes(mode);
}

/** A state bears the name of its step; the clean-up after a failure is the same step in another place. */
function stepOf(state: string): StepName {
  if (state === 'cleanUpAfterFailure') return 'cleanUp';
  const step = STEP_NAMES.find((name) => name === state);
  if (!step) throw new AppError('SNAPSHOT_UNREADABLE', `There is no step for the state "${state}".`);
  return step;
}

function toSnapshot(state: MachineState) {
  const [outer = '', inner] = state.at.split('.');
  const value = inner === undefined ? outer : { [outer]: inner };
  return renewalMachine.resolveState({ value: value as never, context: state.context });
}

function fromSnapshot(snapshot: { readonly value: unknown; readonly context: MachineContext }): MachineState {
  const { value, context } = snapshot;
  if (typeof value === 'string') return { at: value, context };
  const [[outer, inner] = ['', '']] = Object.entries(value as Record<string, string>);
  return { at: `${outer}.${inner}`, context };
}
