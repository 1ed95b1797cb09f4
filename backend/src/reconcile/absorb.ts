import type { ErrorCode, Failure } from '../domain/errors.ts';
import type { WhichIssuer } from '../domain/which-issuer.ts';
import type { StepName } from '../renewal/step-names.ts';
import type { RenewalOutcome } from '../store/events.ts';
import { classOf, isRefusedByCa, phaseOf } from './failure-class.ts';
import { nextAttemptAt } from './ladder.ts';
import { lifeLeftMs, NO_SETBACKS, type Setback, type WatchMemory } from './memory.ts';

/** How a renewal ended, as far as the schedule has to know. */
export interface Ending {
  readonly renewalId: string;
  readonly at: Date;
  readonly outcome: RenewalOutcome;
  readonly message: string;
  /** What decided that it did not succeed. */
  readonly failure: Failure | null;
  readonly failedStep: StepName | null;
  /** SHA-256 of the certificate that it was issued or took up; null when it came to none. */
  readonly certificate: string | null;
  /** It ran against the CA's test directory. */
  readonly validated: boolean;
  /** Which CA of the connection it asked. */
  readonly issuer: WhichIssuer;
  /** It was to get a certificate that is kept ready. */
  readonly prepared: boolean;
}

/** A person changed the connection, or a credential of it: what stood in the way may be gone. */
export function afterChange(memory: WatchMemory, at: Date): WatchMemory {
  return {
    ...memory,
    changedAt: at.toISOString(),
    setbacks: NO_SETBACKS,
    paused: null,
    fruitless: null,
    shelved: null,
  };
}

export function afterStart(memory: WatchMemory, renewalId: string): WatchMemory {
  const known = memory.running?.renewalId === renewalId ? memory.running : null;
  return { ...memory, running: known ?? { renewalId, deploys: null } };
}

/** What the next attempt has to know of this one. */
export function afterEnd(memory: WatchMemory, ending: Ending): WatchMemory {
  const deploys = memory.running?.renewalId === ending.renewalId ? memory.running.deploys : null;
  const rested = { ...memory, running: null };
  switch (ending.outcome) {
    case 'verified':
    case 'kept':
      return succeeded(rested, ending);
    case 'validated':
      return released(rested, ending);
    case 'issued':
      return withoutSetback(ending.prepared ? rested : shelve(rested, ending), ending);
    case 'cancelled':
      return pause(ending.certificate === null ? rested : shelve(rested, ending), ending, 'it was cancelled');
    case 'not-due':
      return pause({ ...rested, fruitless: deploys ?? memory.fruitless }, ending, ending.message);
    case 'failed':
      return isOfTestDirectory(ending) ? released(rested, ending) : failed(rested, ending, deploys);
    case 'installed-not-served':
    case 'rolled-back':
      return failed(rested, ending, deploys);
  }
}

function succeeded(memory: WatchMemory, { certificate }: Ending): WatchMemory {
  return {
    ...memory,
    setbacks: NO_SETBACKS,
    validateFirst: false,
    validateSecondFirst: false,
    paused: null,
    shelved: null,
    fruitless: null,
    told: null,
    expected: certificate ?? memory.expected,
  };
}

/** Of a test directory that cannot be asked nothing is learned of the real one: that is asked next, as if it had validated. */
const NO_ANSWER: readonly ErrorCode[] = [
  'ISSUER_UNREACHABLE',
  'ISSUER_FAILED',
  'ISSUER_NOT_TRUSTED',
  'ISSUER_RATE_LIMITED',
  'ISSUER_ACCOUNT',
];

function isOfTestDirectory({ validated, failure }: Ending): boolean {
  return validated && failure !== null && NO_ANSWER.includes(failure.code);
}

/** The ladder goes on where it was if the real attempt fails too, but that attempt need not wait. */
function released(memory: WatchMemory, { at, issuer }: Ending): WatchMemory {
  const { slot, flag } = OF_ISSUER[issuer];
  const setback = memory.setbacks[slot];
  const ready = setback && { ...setback, notBefore: at.toISOString() };
  return { ...memory, [flag]: false, setbacks: { ...memory.setbacks, [slot]: ready } };
}

function withoutSetback(memory: WatchMemory, { issuer }: Ending): WatchMemory {
  const { slot, flag } = OF_ISSUER[issuer];
  return { ...memory, [flag]: false, setbacks: { ...memory.setbacks, [slot]: null } };
}

/** What is remembered of each CA, apart from the other. */
const OF_ISSUER = {
  first: { slot: 'issue', flag: 'validateFirst' },
  second: { slot: 'second', flag: 'validateSecondFirst' },
} as const;

const DAY_MS = 86_400_000;
const PART_OF_LIFE = 1 / 4;

function pause(memory: WatchMemory, { at }: Ending, why: string): WatchMemory {
  const life = lifeLeftMs(memory, at);
  const wait = life === null || life <= 0 ? DAY_MS : Math.min(DAY_MS, life * PART_OF_LIFE);
  return { ...memory, paused: { until: new Date(at.getTime() + wait).toISOString(), why } };
}

/**
 * A person had it issued and not installed. The schedule respects that until what is served becomes due; where it was due
 * already, until half of the rest of its life is over.
 */
function shelve(memory: WatchMemory, { renewalId, at }: Ending): WatchMemory {
  const from = memory.verdict?.from ? Date.parse(memory.verdict.from) : at.getTime();
  const rest = Math.max(lifeLeftMs(memory, at) ?? 0, 0);
  const until = from > at.getTime() ? from : at.getTime() + rest / 2;
  return { ...memory, shelved: { renewalId, until: new Date(until).toISOString() } };
}

function failed(memory: WatchMemory, ending: Ending, deploys: string | null): WatchMemory {
  const failure = ending.failure ?? ({ code: 'INTERNAL', message: ending.message } as const);
  const phase = phaseOf(ending.failedStep);
  const { slot: ofIssuer, flag } = OF_ISSUER[ending.issuer];
  const slot = deploys !== null || phase === 'deploy' ? 'deploy' : ofIssuer;
  const kind = ending.outcome === 'failed' ? classOf(failure.code) : 'deployment';
  const certificate = slot === 'deploy' ? (ending.certificate ?? deploys) : null;
  const earlier = memory.setbacks[slot];
  const count = (earlier?.certificate === certificate ? earlier.count : 0) + 1;
  const notBefore = nextAttemptAt({
    class: kind,
    count,
    now: ending.at,
    lifeLeftMs: lifeLeftMs(memory, ending.at),
    retryAfterMs: failure.retryAfterMs ?? null,
  });
  // Whatever came after it, the way to the CA is clear.
  const wasIssued = ending.certificate !== null && ending.certificate !== deploys;
  const setback: Setback = {
    class: kind,
    phase,
    code: failure.code,
    message: failure.message,
    count,
    at: ending.at.toISOString(),
    renewalId: ending.renewalId,
    certificate,
    notBefore: notBefore?.toISOString() ?? null,
  };
  return {
    ...memory,
    setbacks: { ...memory.setbacks, ...(wasIssued ? { [ofIssuer]: null } : {}), [slot]: setback },
    [flag]: memory[flag] || (!ending.validated && isRefusedByCa(setback)),
  };
}
