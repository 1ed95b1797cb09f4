import { affordableAt } from '../domain/budget.ts';
import { dueFrom, type Lifetime, type WantedIssuer } from '../domain/due.ts';
import { isWorn } from '../domain/fallback.ts';
import { caOf } from '../domain/issuer-key.ts';
import { nameSetOf } from '../domain/name-set.ts';
import { spreadOf } from '../domain/spread.ts';
import type { WhichIssuer } from '../domain/which-issuer.ts';
import type { LastIssued } from '../store/issuances.ts';
import type { Connection } from '../store/store.ts';
import { caInstantOf } from './ari.ts';
import { type Candidate, instantOf, type Turn, type TurnQuestion, turnOf } from './failover.ts';
import type { Setback, WatchMemory } from './memory.ts';
import { refusedLogin } from './refused-logins.ts';
import type { WatchState } from './states.ts';

/** Everything that a decision is made of. Gathered by the reconciler; no I/O below this line. */
export interface Situation extends TurnQuestion {
  readonly now: Date;
  readonly connection: Pick<Connection, 'id' | 'dnsNames' | 'policy'>;
  readonly memory: WatchMemory;
  readonly last: LastIssued | null;
  /** The login that the appliance refused to another connection with the same account; null: none. */
  readonly refusedElsewhere: Setback | null;
  /** The certificate that is kept ready; null: there is none. */
  readonly fallback: LastIssued | null;
  /** The policy wants one kept ready, and the host can have one. */
  readonly keepsFallback: boolean;
  /** When the renewal window opens, `now` when it is open or there is none; null: never. */
  readonly opensAt: Date | null;
  /** From when on so little life is left that the window no longer holds it up; null: never. */
  readonly emergencyAt: Date | null;
  /** When the next renewal may be begun, so that not all begin at once; `now` when this one may. */
  readonly turnAt: Date;
}

export interface Choice {
  readonly state: WatchState;
  /** When it may change by itself; null: when something else happens. */
  readonly until: Date | null;
  /** For people, without a full stop. */
  readonly why: string;
  readonly start: Start | null;
  /** Which CA it is about, when it is about asking one; the first unless said otherwise. */
  readonly issuer?: WhichIssuer;
}

export interface Start {
  readonly goal: 'serve' | 'validate' | 'fallback';
  /** SHA-256 of the issued certificate that is to be put to use; null: one is to be issued. */
  readonly deploys: string | null;
  /** `deploys` is what is kept ready. Should its key be gone, a certificate is issued. */
  readonly useFallback?: true;
  readonly issuer: WhichIssuer;
}

/** What should be done, if nothing stood against it. */
interface Wish {
  readonly why: string;
  readonly deploys: string | null;
  /** `deploys` is what is kept ready. */
  readonly fallsBack?: true;
  /** A certificate would be asked for. */
  readonly issues: boolean;
  /** Of which CA, and not before when. */
  readonly turn: Turn;
}

/** Returns what stands against it, or null to let the next gate speak. */
type Gate = (situation: Situation, wish: Wish) => Omit<Choice, 'start'> | null;

/** Read in order; the first that is shut decides. What only a person can open comes before what time opens. */
const GATES: readonly Gate[] = [
  manual,
  justChanged,
  loginRefused,
  paused,
  unanswered,
  backingOff,
  givenUp,
  incurable,
  settling,
  quarantined,
  overBudget,
  windowShut,
  queued,
];

/** Those that also stand against a certificate that nothing needs yet. */
const PREPARING_GATES: readonly Gate[] = [
  manual,
  justChanged,
  loginRefused,
  paused,
  backingOff,
  quarantined,
  overBudget,
  windowShut,
  queued,
];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** People look first: the dry run comes before the first renewal by the schedule. */
export const GRACE_MS = 15 * MINUTE_MS;

/** For a certificate that is not served: after so many attempts in a row a person has to look. */
const DEPLOYMENT_ATTEMPTS = 3;

/** So often the appliance refuses a certificate before the one that is kept ready is tried. */
const REFUSALS_BEFORE_FALLBACK = 2;

/** No second certificate is asked for before this part of the life of the last, at most a day. */
const SETTLING_PART = 1 / 5;

/** Before anybody has looked. */
export const UNSEEN: Choice = { state: 'unseen', until: null, why: 'Nobody has looked yet', start: null };

export function decide(situation: Situation): Choice {
  const { memory, now } = situation;
  const { verdict } = memory;
  if (memory.running) return { state: 'renewing', until: null, why: 'A renewal is under way', start: null };
  if (!verdict) return notSeen(memory);
  const held = heldCertificate(situation);
  const unused = held === null ? null : unusedOf(held, situation);
  if (unused !== null && isShelved(situation)) return shelved(memory);
  if (held !== null && unused === null && isOnlyRemembered(held, memory)) return wellAsFarAsSeen(situation, held);
  const wish = wishOf(situation, unused);
  if (!wish) return preparing(situation) ?? fresh(situation);
  const { issuer } = wish.turn;
  // What puts a certificate to use asks no CA.
  const about = { issuer: wish.issues ? issuer : 'first' } as const;
  const shut = firstShut(GATES, situation, wish);
  if (shut) return { ...shut, start: null, ...about };
  const validateFirst = issuer === 'second' ? memory.validateSecondFirst : memory.validateFirst;
  const { hasTestDirectory } = askedOf(situation, wish).issuer;
  const goal = wish.issues && validateFirst && hasTestDirectory ? 'validate' : 'serve';
  return {
    state: startingAs(situation, wish, goal),
    until: now,
    why: wish.why,
    start: { goal, deploys: wish.deploys, issuer, ...(wish.fallsBack && { useFallback: true }) },
    ...about,
  };
}

function firstShut(gates: readonly Gate[], situation: Situation, wish: Wish): ReturnType<Gate> {
  for (const gate of gates) {
    const shut = gate(situation, wish);
    if (shut) return shut;
  }
  return null;
}

function startingAs(situation: Situation, { issues, fallsBack }: Wish, goal: Start['goal']): WatchState {
  const { memory, last, opensAt, now } = situation;
  if (fallsBack) return 'falling-back';
  if (goal === 'validate') return 'validating';
  if (opensAt === null || opensAt > now) return 'emergency';
  return issues && last !== null && memory.fruitless === last.certificate.sha256 ? 'fruitless' : 'starting';
}

function notSeen({ unreachable, lookedAt }: WatchMemory): Choice {
  if (lookedAt === null) return UNSEEN;
  return { state: 'silent', until: null, why: unreachable?.message ?? 'It has no endpoint to look at', start: null };
}

/** Repairs cheaper than issuing come first. */
function wishOf(situation: Situation, unused: string | null): Wish | null {
  const { verdict } = situation.memory;
  const turn = turnOf(situation);
  const fallback = fallbackFor(situation, unused, turn);
  if (fallback !== null) {
    return { why: verdict?.message ?? '', deploys: fallback, fallsBack: true, issues: false, turn };
  }
  if (unused !== null) {
    const why = 'A certificate that was issued is not served everywhere';
    return { why, deploys: unused, issues: false, turn: NO_TURN };
  }
  return verdict?.due ? { why: verdict.message, deploys: null, issues: true, turn } : null;
}

/**
 * SHA-256 of the certificate that is kept ready, when it is its turn: what is in use ended or was revoked, the first CA
 * cannot be asked for reasons of its own, or the appliance does not take what that one issued.
 */
function fallbackFor(situation: Situation, unused: string | null, turn: Turn): string | null {
  const { verdict } = situation.memory;
  const ready = readyFallback(situation);
  if (ready === null || !verdict?.due) return null;
  if (unused !== null) return isRefused(unused, situation.memory) ? ready.sha256 : null;
  const isLost = verdict.reason === 'expired' || verdict.reason === 'revoked';
  return isLost || turn.issuer === 'second' ? ready.sha256 : null;
}

function isRefused(sha256: string, { setbacks: { deploy } }: WatchMemory): boolean {
  return (
    deploy?.code === 'APPLIANCE_REJECTED_CERTIFICATE' &&
    deploy.certificate === sha256 &&
    deploy.count >= REFUSALS_BEFORE_FALLBACK
  );
}

/** What is kept ready, when it is good and as wanted now. Of a revoked certificate it must not have the key. */
function readyFallback(situation: Situation): Lifetime | null {
  const { fallback, connection, memory, now } = situation;
  if (!fallback || fallback.revoked || !isAsWanted(fallback, situation)) return null;
  if (memory.verdict?.reason === 'revoked' && connection.policy.reuseKey) return null;
  return isGood(fallback.certificate, connection, memory, now) ? fallback.certificate : null;
}

/** Gets what the policy wants kept ready while nothing else is to be done; null when that is not the time, or it is there. */
function preparing(situation: Situation): Choice | null {
  const { keepsFallback, memory, now } = situation;
  const ready = readyFallback(situation);
  if (!keepsFallback || (ready !== null && !isWorn(ready, now))) return null;
  const turn = { issuer: 'second', readyAt: instantOf(memory.setbacks.second?.notBefore) } as const;
  const wish: Wish = { why: NOT_READY, deploys: null, issues: true, turn };
  const calm = fresh(situation);
  const shut = firstShut(PREPARING_GATES, situation, wish);
  if (shut) {
    const until = [calm.until, shut.until].filter((at) => at !== null).sort((a, b) => a.getTime() - b.getTime())[0];
    const remark = ready === null ? `; ${NOT_READY} (${WHY_NOT_READY[shut.state] ?? shut.why})` : '';
    return { ...calm, until: until ?? null, why: `${calm.why}${remark}` };
  }
  const start = { goal: 'fallback', deploys: null, issuer: 'second' } as const;
  return { state: 'preparing', until: now, why: calm.why, start, issuer: 'second' };
}

const NOT_READY = 'a fallback certificate is not ready yet';

/** Where the reason of a gate would only repeat that none is ready. */
const WHY_NOT_READY: Partial<Readonly<Record<WatchState, string>>> = {
  manual: 'the schedule may not renew this connection',
  'just-changed': 'the connection was changed a moment ago',
  'window-shut': 'the renewal window is shut',
  'never-open': 'the renewal window does not open',
  'emergency-ahead': 'the renewal window is shut',
  'emergency-asks': 'the renewal window is shut',
  queued: 'others go first',
};

function askedOf(situation: Situation, { turn }: Wish): Candidate {
  return turn.issuer === 'second' && situation.second ? situation.second : situation;
}

/** What puts a certificate to use asks no CA. */
const NO_TURN: Turn = { issuer: 'first', readyAt: null };

function isShelved({ memory: { shelved }, last, now }: Situation): boolean {
  return shelved !== null && shelved.renewalId === last?.renewalId && now < new Date(shelved.until);
}

/** The last certificate, when it is good and as wanted now. */
function heldCertificate(situation: Situation): Lifetime | null {
  const { memory, last, connection, now } = situation;
  if (!last || last.revoked || !isAsWanted(last, situation)) return null;
  if (memory.fruitless === last.certificate.sha256) return null;
  return isGood(last.certificate, connection, memory, now) ? last.certificate : null;
}

/** SHA-256 of `held`, when it is not served by every endpoint that answers, or never came so far. */
function unusedOf({ sha256, notBefore }: Lifetime, { memory }: Situation): string | null {
  const others = memory.endpoints.filter((one) => !one.kept && one.silence === null && one.sha256 !== sha256);
  if (others.length === 0) return wasInterrupted(sha256, memory) ? sha256 : null;
  // Somebody put a later one there, and nothing speaks against it: that is told, not undone.
  const later = others.every((one) => {
    const seen = memory.certificates.find((certificate) => certificate.sha256 === one.sha256);
    return seen !== undefined && seen.notBefore > notBefore;
  });
  return later && memory.verdict?.due === false ? null : sha256;
}

/** The renewal that was to put it to use failed before it restarted anything. */
function wasInterrupted(sha256: string, { setbacks: { deploy }, endpoints }: WatchMemory): boolean {
  const elsewhere = endpoints.some((one) => one.sha256 !== sha256);
  return elsewhere && deploy?.certificate === sha256 && deploy.class !== 'deployment';
}

/** What makes a renewal due was seen before `held` was issued, on endpoints that do not answer since. */
function isOnlyRemembered({ sha256 }: Lifetime, { verdict, endpoints }: WatchMemory): boolean {
  if (!verdict?.due || verdict.certificate === sha256) return false;
  return endpoints.every((one) => one.silence !== null || one.sha256 === sha256);
}

function wellAsFarAsSeen({ connection, memory }: Situation, held: Lifetime): Choice {
  const why = 'What was issued last is good, and no endpoint that answers serves anything else';
  return { state: 'fresh', until: dueTimeOf(held, connection, memory), why, start: null };
}

/** What the second CA issued is as good as what the first one does: changing over is no reason to change back at once. */
function isAsWanted(last: LastIssued, { issuer, second, connection }: Situation): boolean {
  return (
    [issuer, second?.issuer].some((one) => one && isFrom(last, one)) &&
    nameSetOf(last.wantedNames) === nameSetOf(connection.dnsNames)
  );
}

function isFrom({ issuerKey, profile }: LastIssued, issuer: WantedIssuer): boolean {
  return caOf(issuerKey) === caOf(issuer.key) && profile === issuer.profile;
}

function isGood(
  certificate: Lifetime,
  connection: Pick<Connection, 'id' | 'policy'>,
  memory: WatchMemory,
  now: Date,
): boolean {
  return now < dueTimeOf(certificate, connection, memory);
}

function dueTimeOf(
  certificate: Lifetime,
  { id, policy }: Pick<Connection, 'id' | 'policy'>,
  { ari }: WatchMemory,
): Date {
  const caInstant = caInstantOf(ari);
  return dueFrom({ daysBefore: policy.daysBefore, spread: spreadOf(String(id)), caInstant }, certificate);
}

function shelved({ shelved }: WatchMemory): Choice {
  const until = shelved && new Date(shelved.until);
  return {
    state: 'shelved',
    until,
    why: 'A certificate was issued, and a person did not want it installed',
    start: null,
  };
}

function fresh({ memory: { verdict }, last, second }: Situation): Choice {
  const isSeconds = last && second && verdict?.certificate === last.certificate.sha256 && isFrom(last, second.issuer);
  const remark = isSeconds ? ', issued by the second CA; the next regular renewal asks the first one again' : '';
  return {
    state: 'fresh',
    until: verdict?.from ? new Date(verdict.from) : null,
    why: `${verdict?.message ?? ''}${remark}`,
    start: null,
  };
}

function manual({ connection }: Situation, { why }: Wish): ReturnType<Gate> {
  return connection.policy.automatic ? null : { state: 'manual', until: null, why };
}

function justChanged({ memory, now }: Situation, { why }: Wish): ReturnType<Gate> {
  const until = new Date(Date.parse(memory.changedAt) + GRACE_MS);
  return now < until ? { state: 'just-changed', until, why } : null;
}

function loginRefused({ memory, refusedElsewhere }: Situation): ReturnType<Gate> {
  const refused = refusedLogin(memory) ?? refusedElsewhere;
  return refused ? { state: 'login-refused', until: null, why: refused.message } : null;
}

function paused({ memory, now }: Situation, { why }: Wish): ReturnType<Gate> {
  const { paused } = memory;
  if (!paused || new Date(paused.until) <= now) return null;
  return {
    state: 'paused',
    until: new Date(paused.until),
    why: `${why}; the last renewal began nothing: ${paused.why}`,
  };
}

/** A first certificate, and nobody was there to prove its names: each try would be an order that nobody minds. */
function unanswered({ memory }: Situation): ReturnType<Gate> {
  const { issue } = memory.setbacks;
  return issue && isUnanswered(issue, memory) ? { state: 'unanswered', until: null, why: issue.message } : null;
}

function isUnanswered(setback: Setback, { endpoints }: WatchMemory): boolean {
  return setback.class === 'person' && endpoints.every(({ kept, sha256 }) => kept && sha256 === null);
}

/** The ladder has a date for these too, and the schedule does not begin by itself then. */
export function isLeftToPeople(setback: Setback, memory: WatchMemory): boolean {
  return isExhausted(setback) || isUnanswered(setback, memory);
}

function backingOff({ memory, now }: Situation, wish: Wish): ReturnType<Gate> {
  const setback = setbackFor(memory, wish);
  const until = wish.issues ? wish.turn.readyAt : setback?.notBefore ? new Date(setback.notBefore) : null;
  if (!until || until <= now) return null;
  if (setback && isExhausted(setback)) return null;
  return { state: 'backing-off', until, why: (setback ?? memory.setbacks.issue)?.message ?? wish.why };
}

function givenUp({ memory }: Situation, wish: Wish): ReturnType<Gate> {
  const setback = setbackFor(memory, wish);
  return setback && isExhausted(setback) ? { state: 'given-up', until: null, why: setback.message } : null;
}

function setbackFor({ setbacks }: WatchMemory, { deploys, fallsBack, turn }: Wish): Setback | null {
  if (fallsBack) return setbacks.deploy?.certificate === deploys ? setbacks.deploy : null;
  if (deploys !== null) return setbacks.deploy;
  return turn.issuer === 'second' ? setbacks.second : setbacks.issue;
}

/** A restart that did not help is repeated by the schedule twice, a day apart, and then left to a person. */
function isExhausted(setback: Setback): boolean {
  return setback.class === 'deployment' && setback.count >= DEPLOYMENT_ATTEMPTS;
}

const CURED_BY_ANOTHER: readonly string[] = ['expired', 'revoked', 'ca-window', 'expires-soon', 'unreadable'];

/** What is wrong with the certificate that was just issued as wanted will be wrong with the next one too. */
function incurable(situation: Situation, { issues }: Wish): ReturnType<Gate> {
  const { last, memory } = situation;
  const { verdict } = memory;
  if (!issues || !last || !verdict || CURED_BY_ANOTHER.includes(verdict.reason)) return null;
  if (verdict.certificate !== last.certificate.sha256 || !isAsWanted(last, situation)) return null;
  return { state: 'incurable', until: null, why: verdict.message };
}

function settling(situation: Situation, { issues, why }: Wish): ReturnType<Gate> {
  const { memory, last, now } = situation;
  if (!issues || !last || last.revoked || !isAsWanted(last, situation)) return null;
  const { notBefore, notAfter } = last.certificate;
  const life = Date.parse(notAfter) - Date.parse(notBefore);
  const expired = memory.verdict?.reason === 'expired';
  const wait = Math.min(expired ? HOUR_MS : DAY_MS, Math.max(life, 0) * SETTLING_PART);
  const until = new Date(Date.parse(last.at) + Math.max(wait, MINUTE_MS));
  return now < until ? { state: 'settling', until, why } : null;
}

function quarantined(situation: Situation, wish: Wish): ReturnType<Gate> {
  const { quarantine } = askedOf(situation, wish);
  return wish.issues && quarantine ? { state: 'quarantined', ...quarantine } : null;
}

function overBudget(situation: Situation, wish: Wish): ReturnType<Gate> {
  const { now } = situation;
  const { budget, kept: spokenFor } = askedOf(situation, wish);
  const wait = wish.issues ? affordableAt(budget, spokenFor, now) : null;
  if (!wait || wait.at <= now) return null;
  const { what, of, used, max } = wait.line;
  const others = wait.kept > 0 ? `, and ${wait.kept} are kept for others that are ordering or end sooner` : '';
  const why = `${used} of the ${max} ${what}${of === null ? '' : ` (${of})`} that ${budget.ca} allows are used${others}`;
  return { state: 'over-budget', until: wait.at, why };
}

function windowShut(situation: Situation, { why }: Wish): ReturnType<Gate> {
  const { opensAt, emergencyAt, connection, now } = situation;
  if (opensAt !== null && opensAt <= now) return null;
  if (emergencyAt === null || (opensAt !== null && opensAt <= emergencyAt)) {
    return opensAt === null ? { state: 'never-open', until: null, why } : { state: 'window-shut', until: opensAt, why };
  }
  if (now < emergencyAt) return { state: 'emergency-ahead', until: emergencyAt, why };
  return connection.policy.emergency?.mode === 'ask' ? { state: 'emergency-asks', until: opensAt, why } : null;
}

function queued({ turnAt, now }: Situation, { why }: Wish): ReturnType<Gate> {
  return now < turnAt ? { state: 'queued', until: turnAt, why } : null;
}
