import { readCertificate } from '../domain/certificate.ts';
import { reserveOf } from '../domain/due.ts';
import { AppError } from '../domain/errors.ts';
import type { IssuerTraits } from '../domain/issuer-traits.ts';
import { spreadOf } from '../domain/spread.ts';
import type { Clock } from '../plugins/plugin.ts';
import { readMemory, type WatchMemory } from '../reconcile/memory.ts';
import { missingWords } from '../reconcile/missing-words.ts';
import type { Facts } from '../renewal/facts.ts';
import type { Connection, Store } from '../store/store.ts';
import type { Openings } from '../windows/openings.ts';
import { type Plan, type PlanSubject, planYear, type Unplannable, type Validity, type Window } from './plan.ts';
import { SCENARIOS } from './scenarios.ts';

interface PlannerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly windows: Openings;
  /** @throws AppError INVALID_SETTINGS, VAULT_DAMAGED */
  traitsOf(connection: Connection): Promise<IssuerTraits>;
  /** Restarts in a renewal of a connection that was never renewed, at most. Asks nobody. @throws AppError INVALID_SETTINGS, VAULT_DAMAGED */
  mostRestarts(connection: Connection): Promise<number>;
}

/** Renewals to look through for a certificate that was seen. */
const LOOK_BACK = 5;

/** @throws AppError BAD_REQUEST when there is no such scenario. */
export async function planAll(scenarioId: string, deps: PlannerDeps): Promise<Plan> {
  const scenario = SCENARIOS.find(({ id }) => id === scenarioId);
  if (!scenario) {
    const known = SCENARIOS.map(({ id }) => id).join(', ');
    throw new AppError('BAD_REQUEST', `There is no scenario "${scenarioId}". There are ${known}.`);
  }
  const connections = await deps.store.connections.all();
  const subjects = await Promise.all(connections.map((connection) => subjectOf(connection, deps)));
  return await planYear(subjects, scenario, deps.clock.now());
}

/** What is wrong with one connection does not keep the others from being planned. */
async function subjectOf(connection: Connection, deps: PlannerDeps): Promise<PlanSubject | Unplannable> {
  const { id: connectionId, name, incomplete } = connection;
  if (incomplete.length > 0) return { connectionId, name, problem: `Not complete: ${missingWords(connection)}.` };
  try {
    return await completeSubject(connection, deps);
  } catch (err) {
    if (!(err instanceof AppError)) throw err;
    return { connectionId, name, problem: `Nothing can be foreseen: ${err.message}` };
  }
}

async function completeSubject(
  connection: Connection,
  { store, windows, traitsOf, mostRestarts }: PlannerDeps,
): Promise<PlanSubject> {
  const { id, name, policy } = connection;
  const watch = await store.watches.get(id);
  const memory = watch ? readMemory(watch) : null;
  const past = await store.renewals.list({ connectionId: id, limit: LOOK_BACK });
  const facts = past.map((row) => row.facts as Partial<Facts>);
  return {
    connectionId: id,
    name,
    validity: (memory && validitySeen(memory)) ?? facts.map(validityIn).find((validity) => validity !== null) ?? null,
    isDue: memory?.verdict?.due ?? false,
    automatic: policy.automatic,
    reserveMs: (lifetimeMs) => reserveOf({ daysBefore: policy.daysBefore, spread: spreadOf(String(id)) }, lifetimeMs),
    traits: await traitsOf(connection),
    renewalWindow: windowOf(policy.renewalCalendar, windows),
    restartWindow: windowOf(policy.restartCalendar, windows),
    emergency: policy.emergency,
    restarts: facts.map(restartsIn).find((count) => count !== null) ?? (await mostRestarts(connection)),
  };
}

function windowOf(calendarId: number | null, windows: Openings): Window | null {
  return calendarId === null ? null : (from) => windows.next(calendarId, from);
}

/** Of the certificate that ends first of those that were last seen; null when none was. */
function validitySeen({ certificates }: WatchMemory): Validity | null {
  return certificates.toSorted((a, b) => a.notAfter.localeCompare(b.notAfter))[0] ?? null;
}

/** Null when a renewal did not come so far. */
function restartsIn({ planned, activation }: Partial<Facts>): number | null {
  return (planned ?? activation)?.length ?? null;
}

/** Of the certificate that a renewal left in place, as far as it knows. */
function validityIn({ target, served, chain, installed }: Partial<Facts>): Validity | null {
  if (chain && target?.goal === 'keep') return readCertificate(chain.leafPem);
  if (chain && served && served.length > 0) return readCertificate(chain.leafPem);
  return installed && installed !== 'unreadable' ? installed : null;
}
