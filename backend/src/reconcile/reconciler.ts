import pLimit from 'p-limit';
import { originIn } from '../domain/due.ts';
import { AppError } from '../domain/errors.ts';
import { caOf } from '../domain/issuer-key.ts';
import { spreadOf } from '../domain/spread.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { effectOf, readState } from '../renewal/machine.ts';
import type { DomainEvent, StoredEvent, WatchEvent } from '../store/events.ts';
import type { LastIssued } from '../store/issuances.ts';
import type { Connection, RenewalRow, Store } from '../store/store.ts';
import type { WatchRow } from '../store/watches.ts';
import { emergencyFrom } from '../windows/emergency.ts';
import { afterChange, afterEnd, afterStart } from './absorb.ts';
import { type AriAnswer, afterAsking, caInstantOf, shouldAsk } from './ari.ts';
import { allowanceFor } from './budget-for.ts';
import { tellCure } from './cure.ts';
import { type Choice, decide, type Start } from './decide.ts';
import { endingOf } from './ending.ts';
import { explain } from './explain.ts';
import type { Eyes, LookedAtIssuer, View } from './eyes.ts';
import type { Candidate } from './failover.ts';
import { type AriMemory, emptyMemory, readMemory, toRow, type WatchMemory, withoutFuture } from './memory.ts';
import { missingWords } from './missing-words.ts';
import {
  afterLook,
  judgeSeen,
  type Look,
  type Observation,
  SILENCE_TOLD_AFTER_MS,
  tellExpiry,
  type WatchNews,
} from './observe.ts';
import { refusedElsewhere } from './refused-logins.ts';
import { keptFor, NOTHING_KEPT, rivalsAt } from './rivals.ts';
import type { WatchState } from './states.ts';

/** What the reconciler needs of the store. */
export interface ReconcilerStore extends Pick<Store, 'watches' | 'issuances' | 'fallbacks' | 'settings'> {
  readonly connections: Pick<Store['connections'], 'get' | 'all'>;
  readonly renewals: Pick<Store['renewals'], 'get' | 'unfinished'>;
  readonly events: Pick<Store['events'], 'append' | 'read'>;
  transaction<T>(work: (tx: ReconcilerStore) => Promise<T>): Promise<T>;
}

export interface ReconcilerDeps {
  readonly store: ReconcilerStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  readonly eyes: Eyes;
  /** Begins a renewal in the name of the schedule and returns its id. @throws AppError RENEWAL_RUNNING, NOT_FOUND */
  start(connectionId: number, start: Start): Promise<string>;
  /** When the renewal window of the connection is open next: `from` itself when it is open then, null when never. */
  opensAt(connection: Connection, from: Date): Promise<Date | null>;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Milliseconds between two looks at a connection of which nothing else is known. */
  readonly lookEveryMs: number;
}

/** Where the reader of the event log goes on after a restart. */
const CURSOR = 'reconciler.cursor';
const PAGE = 200;

const WAITS_FOR_WINDOW: readonly WatchState[] = ['window-shut', 'never-open', 'emergency-ahead', 'emergency-asks'];

/** Connections that are looked at at the same time. */
const LOOKS_AT_ONCE = 8;

/** After a downtime many are due: so many renewals are begun in so many milliseconds, what ends first going first. */
const STARTS = 5;
const STARTS_WITHIN_MS = 5 * 60_000;

/** Nothing is looked at more often, whatever happens. */
const SHORTEST_PAUSE_MS = 30_000;

/** Looks are spread by a tenth in both directions, each connection always alike. */
const JITTER = 0.1;

/** Of a connection for which no certificate is to be asked: the ledger need not be read. */
const UNASKED = { budget: { ca: '', source: null, lines: [] }, quarantine: null, kept: NOTHING_KEPT } as const;

/** What a look brought, with what was remembered of the CA's window. */
interface Seen {
  readonly look: Look;
  readonly issuer: View['issuer'] | null;
  readonly second: View['second'];
  readonly takesFallback: boolean;
  readonly ari: AriMemory | null;
}

/**
 * Compares what every endpoint serves with what is wanted, at the times that the store holds, and begins renewals. It
 * decides nothing by itself: what was seen goes through pure functions (observe, decide), and all it remembers is a row.
 */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  /** By connection. */
  readonly #inspections = new Map<number, Promise<void>>();
  /** What changes a row waits for its turn; looking does not. */
  readonly #oneAtATime = pLimit(1);
  readonly #starts: number[] = [];
  #adopted = false;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
  }

  /** Takes in what happened since, and looks at every connection whose time has come. Resolves when all of that is over. */
  async tick(signal: AbortSignal): Promise<void> {
    await this.#oneAtATime(() => this.#absorbAll());
    await this.#hurryWhatIsTooFar();
    const begun = new Map<number, Promise<void>>();
    while (!signal.aborted) {
      const rows = await this.#dueNow(begun);
      if (rows.length === 0) break;
      for (const row of rows) begun.set(row.connectionId, this.#begin(row, signal));
      if (this.#inspections.size >= LOOKS_AT_ONCE) await Promise.race(this.#inspections.values());
    }
    await Promise.all(begun.values());
  }

  /** Openings have changed: who waits for one is looked at now. */
  async reconsider(): Promise<void> {
    const { store, clock } = this.#deps;
    await this.#oneAtATime(async () => {
      const waiting = (await store.watches.all()).filter((row) => {
        const state = readMemory(row)?.decision?.state;
        return state !== undefined && WAITS_FOR_WINDOW.includes(state);
      });
      await store.watches.hurry({ ids: waiting.map(({ connectionId }) => connectionId) }, clock.now());
    });
  }

  /** No look is put off for longer than usual: a later time was made by a clock that was wrong. */
  async #hurryWhatIsTooFar(): Promise<void> {
    const { store, clock, lookEveryMs } = this.#deps;
    const now = clock.now();
    await store.watches.hurry({ after: new Date(now.getTime() + 2 * lookEveryMs) }, now);
  }

  /** When something is to be done next: now, when something happened since the last round. Null: there are no connections. */
  async nextAt(): Promise<Date | null> {
    const { store, clock } = this.#deps;
    const unread = await store.events.read({ after: await this.#cursor(), limit: 1 });
    if (unread.length > 0) return clock.now();
    const at = await store.watches.nextAt();
    return at === null ? null : new Date(at);
  }

  /** Without those of this round, each of which has its one look even if it cannot be stored. */
  async #dueNow(begun: ReadonlyMap<number, unknown>): Promise<readonly WatchRow[]> {
    const busy = this.#inspections.size;
    const rows = await this.#deps.store.watches.due(this.#deps.clock.now(), LOOKS_AT_ONCE + busy + begun.size);
    const idle = rows.filter(({ connectionId: id }) => !this.#inspections.has(id) && !begun.has(id));
    return idle.slice(0, Math.max(LOOKS_AT_ONCE - busy, 0));
  }

  #begin(row: WatchRow, signal: AbortSignal): Promise<void> {
    const inspection = this.#inspect(row, signal).finally(() => this.#inspections.delete(row.connectionId));
    this.#inspections.set(row.connectionId, inspection);
    return inspection;
  }

  /** Never rejects. */
  async #inspect(row: WatchRow, signal: AbortSignal): Promise<void> {
    try {
      await this.#lookAndConclude(row, signal);
    } catch (err) {
      if (signal.aborted) return;
      const { log, store } = this.#deps;
      log.error({ connectionId: row.connectionId, err }, 'looking at a connection failed by a defect');
      const nextAt = this.#usualNext(row.connectionId).toISOString();
      await store.watches.put({ ...row, nextAt }).catch((cause: unknown) => log.error({ err: cause }, 'not stored'));
    }
  }

  async #lookAndConclude(row: WatchRow, signal: AbortSignal): Promise<void> {
    const { store, log } = this.#deps;
    const connection = await store.connections.get(row.connectionId);
    if (!connection) return await store.watches.remove(row.connectionId);
    const memory = readMemory(row);
    if (!memory) log.warn({ connectionId: connection.id }, 'what was remembered of a connection cannot be read');
    const blind =
      connection.incomplete.length > 0 || (memory?.running && !(await this.#rests(memory.running.renewalId)));
    const seen = blind ? null : await this.#see(connection, memory?.ari ?? null, signal);
    if (!signal.aborted) await this.#oneAtATime(() => this.#conclude(connection.id, seen));
  }

  async #see(connection: Connection, ari: AriMemory | null, signal: AbortSignal): Promise<Seen> {
    const at = () => this.#deps.clock.now().toISOString();
    try {
      await using view = await this.#deps.eyes.open(connection);
      const look = { at: at(), endpoints: await view.look(signal), trouble: null };
      const { issuer, second, takesFallback } = view;
      return { look, issuer, second, takesFallback, ari: await this.#askCa(view, look, ari, signal) };
    } catch (err) {
      if (!(err instanceof AppError)) throw err;
      const look = { at: at(), endpoints: [], trouble: err.message };
      return { look, issuer: null, second: null, takesFallback: false, ari };
    }
  }

  /** The CA is asked about the certificate that ends first. */
  async #askCa(view: View, look: Look, ari: AriMemory | null, signal: AbortSignal): Promise<AriMemory | null> {
    const { store, clock, random, log } = this.#deps;
    const [certificate] = look.endpoints
      .flatMap(({ certificate: one }) => (one === null || one === 'unreadable' || one.selfSigned ? [] : [one]))
      .sort((a, b) => a.notAfter.localeCompare(b.notAfter));
    if (!certificate || !shouldAsk(ari, certificate.sha256, clock.now())) return ari;
    const origin = (await store.issuances.find(certificate.sha256))?.issuerKey ?? null;
    const answer: AriAnswer = await view.renewalWindow(certificate, origin, signal).catch((err: unknown) => {
      if (!(err instanceof AppError)) throw err;
      log.info({ code: err.code, reason: err.message }, 'the CA did not say when it wants a certificate renewed');
      return 'failed' as const;
    });
    return afterAsking(ari, { certificate: certificate.sha256, answer, now: clock.now(), random });
  }

  /** `seen` is null while a renewal is under way, whose restarts are no alarm, and when there is nothing yet to look at. */
  async #conclude(id: number, seen: Seen | null): Promise<void> {
    const { store, clock } = this.#deps;
    // While nobody looked here, somebody may have started a renewal or changed the connection.
    await this.#absorbAll();
    const [connection, row] = [await store.connections.get(id), await store.watches.get(id)];
    if (!connection || !row) return;
    const now = clock.now();
    const remembered = (await this.#withoutEnded(readMemory(row))) ?? emptyMemory(new Date(connection.createdAt));
    const before = withoutFuture(remembered, now);
    if (before !== remembered) this.#deps.log.warn({ connectionId: id }, 'what was remembered came from the future');
    if (!before.running && connection.incomplete.length > 0) {
      const choice = { state: 'incomplete', until: null, why: missingWords(connection), start: null } as const;
      return await this.#remember(connection, { memory: before, news: [], choice });
    }
    if (seen && before.running) return await this.#watchMeanwhile(connection, before, seen);
    if (!seen) {
      // Its end was lost: there is something to look at, now.
      if (!before.running)
        return await store.watches.put(toRow(id, before, new Date(now.getTime() + SHORTEST_PAUSE_MS)));
      const choice = { state: 'renewing', until: null, why: 'A renewal is under way' } as const;
      return await this.#remember(connection, { memory: before, news: [], choice: { ...choice, start: null } });
    }
    const looked = afterLook({ ...before, ari: seen.ari }, seen.look);
    const { memory, choice } = await this.#choose(connection, looked.memory, seen);
    const expiry = tellExpiry(memory, now);
    const cure = tellCure(before, expiry.memory, choice);
    const news = [...looked.news, ...expiry.news, ...cure.news];
    await this.#remember(connection, { memory: cure.memory, news, choice });
  }

  /** A renewal that waits for hours or weeks restarts nothing meanwhile: what is served is still watched. */
  async #rests(renewalId: string): Promise<boolean> {
    const row = await this.#deps.store.renewals.get(renewalId);
    return row !== undefined && isResting(row);
  }

  /** Silence and the end of what is served are told as always; another certificate than before may be on its way. */
  async #watchMeanwhile(connection: Connection, before: WatchMemory, seen: Seen): Promise<void> {
    const { memory: looked, news } = afterLook({ ...before, expected: null, ari: seen.ari }, seen.look);
    const { memory } = await this.#judge(connection, { ...looked, expected: before.expected }, seen);
    const expiry = tellExpiry(memory, this.#deps.clock.now());
    const choice = { state: 'renewing', until: null, why: 'A renewal is under way', start: null } as const;
    await this.#remember(connection, { memory: expiry.memory, news: [...news, ...expiry.news], choice });
  }

  async #choose(
    connection: Connection,
    looked: WatchMemory,
    seen: Seen,
  ): Promise<{ readonly memory: WatchMemory; readonly choice: Choice }> {
    const { store, clock } = this.#deps;
    const { issuer, second, takesFallback, look } = seen;
    const now = clock.now();
    if (!issuer) {
      return { memory: looked, choice: { state: 'silent', until: null, why: look.trouble ?? '', start: null } };
    }
    const { memory, last, fallback } = await this.#judge(connection, looked, seen);
    const keepsFallback = takesFallback && connection.policy.fallback;
    const candidate = async (one: LookedAtIssuer, isAsked = false): Promise<Candidate> => {
      const allowance = memory.verdict?.due || isAsked ? await this.#allowanceOf(connection, memory, one.key) : UNASKED;
      return { issuer: one, ...allowance };
    };
    const mayBegin = memory.verdict?.due || keepsFallback;
    const choice = decide({
      refusedElsewhere: mayBegin ? await refusedElsewhere(store, connection, memory.changedAt) : null,
      ...{ now, connection, memory, last, fallback, keepsFallback, ...(await candidate(issuer)) },
      second: second && (await candidate(second, keepsFallback)),
      opensAt: await this.#deps.opensAt(connection, now),
      emergencyAt: emergencyFrom(firstEnd(memory), connection.policy.emergency ?? null),
      turnAt: this.#turnAt(now),
    });
    return { memory, choice };
  }

  /** By what was seen. Unchanged memory where the connection cannot be used as it is. */
  async #judge(connection: Connection, looked: WatchMemory, { issuer, second }: Seen) {
    const { store, clock } = this.#deps;
    const last = (await store.issuances.last(connection.id)) ?? null;
    const fallback = (await store.fallbacks.ready(connection.id)) ?? null;
    if (!issuer) return { memory: looked, last, fallback };
    const wishes = {
      wantedNames: connection.dnsNames,
      issuer,
      other: second,
      origins: await this.#originsOf(looked),
      usualIssuer: usualIssuer(last, issuer.key),
      daysBefore: connection.policy.daysBefore,
      spread: spreadOf(String(connection.id)),
      caInstant: caInstantOf(looked.ari),
    };
    const known = { ...looked, ca: caOf(issuer.key), fallback: fallback && lifeOf(fallback) };
    return { memory: judgeSeen(known, wishes, clock.now()), last, fallback };
  }

  /** What others are about to order is looked for only where the CA's limits do not suffice for everybody. */
  async #allowanceOf(connection: Connection, memory: WatchMemory, issuerKey: string) {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const allowance = await allowanceFor(store.issuances, { connection, issuerKey, ari: memory.ari, now });
    const isShared = allowance.budget.lines.some(({ limit, applies }) => applies && limit === 'registered-domain');
    if (!isShared) return { ...allowance, kept: NOTHING_KEPT };
    const own = { connectionId: connection.id, ca: caOf(issuerKey), endsAt: firstEnd(memory) };
    return { ...allowance, kept: keptFor(own, await rivalsAt(store, issuerKey, now), now) };
  }

  async #originsOf({ certificates }: WatchMemory) {
    const { issuances } = this.#deps.store;
    const found = await Promise.all(certificates.map(({ sha256 }) => issuances.find(sha256)));
    return new Map(
      found.flatMap((one) => (one?.certificate ? [[one.certificate.sha256, originIn(one)] as const] : [])),
    );
  }

  /** Begins what was chosen, and stores the row together with what there is to tell. */
  async #remember(
    connection: Connection,
    { memory, news, choice }: { memory: WatchMemory; news: readonly WatchNews[]; choice: Choice },
  ): Promise<void> {
    const { store, clock } = this.#deps;
    const { id } = connection;
    const now = clock.now();
    const running = choice.start ? await this.#start(id, choice.start) : memory.running;
    const quarantine = tellQuarantine(memory, choice, now);
    const decision = {
      state: choice.state,
      at: now.toISOString(),
      until: choice.until?.toISOString() ?? null,
      why: choice.why,
      issuer: choice.issuer ?? 'first',
    };
    const decided = { ...quarantine.memory, running, decision };
    const { memory: remembered, news: told } = tellStuck(decided, connection, now);
    const events = [...news, ...quarantine.news, ...told].map((one) => ({ ...one, connectionId: id }) as WatchEvent);
    await store.transaction(async (tx) => {
      await tx.watches.put(toRow(id, remembered, this.#nextOf(id, remembered, now)));
      await tx.events.append(events);
    });
  }

  async #start(id: number, start: Start): Promise<WatchMemory['running']> {
    const { log, clock } = this.#deps;
    try {
      const renewalId = await this.#deps.start(id, start);
      this.#starts.push(clock.now().getTime());
      return { renewalId, deploys: start.deploys };
    } catch (err) {
      // Somebody was quicker; the event log will tell.
      if (!(err instanceof AppError)) throw err;
      log.info({ connectionId: id, code: err.code }, 'the schedule could not begin a renewal');
      return null;
    }
  }

  /** The instant at which another renewal may begin. */
  #turnAt(now: Date): Date {
    while ((this.#starts[0] ?? Number.POSITIVE_INFINITY) <= now.getTime() - STARTS_WITHIN_MS) this.#starts.shift();
    const [first] = this.#starts;
    return first === undefined || this.#starts.length < STARTS ? now : new Date(first + STARTS_WITHIN_MS);
  }

  #nextOf(id: number, { decision, ari, unreachable, verdict, running }: WatchMemory, now: Date): Date {
    const usual = this.#usualNext(id);
    if (running) return usual;
    const soon = [
      decision?.until,
      ari?.askAgainAt,
      verdict?.due ? null : verdict?.from,
      unreachable && !unreachable.told ? later(unreachable.since, SILENCE_TOLD_AFTER_MS) : null,
    ].flatMap((at) => (at ? [Date.parse(at)] : []));
    const next = Math.min(usual.getTime(), ...soon.filter((at) => at > now.getTime()));
    return new Date(Math.max(next, now.getTime() + SHORTEST_PAUSE_MS));
  }

  #usualNext(id: number): Date {
    const { clock, lookEveryMs } = this.#deps;
    return new Date(clock.now().getTime() + lookEveryMs * (1 - JITTER + 2 * JITTER * spreadOf(`look ${id}`)));
  }

  /** A renewal whose end nobody told, as after a backup was put back, must not keep its connection from being watched. */
  async #withoutEnded(memory: WatchMemory | null): Promise<WatchMemory | null> {
    if (!memory?.running) return memory;
    const row = await this.#deps.store.renewals.get(memory.running.renewalId);
    return row && row.finishedAt === null ? memory : { ...memory, running: null };
  }

  /** Everything that happened since, once: rows and cursor are stored together. */
  async #absorbAll(): Promise<void> {
    const { store } = this.#deps;
    if (!this.#adopted) await this.#adopt();
    this.#adopted = true;
    for (;;) {
      const after = await this.#cursor();
      const page = await store.events.read({ after, limit: PAGE });
      const last = page.at(-1);
      if (!last) return;
      await store.transaction(async (tx) => {
        for (const stored of page) await absorb(tx, stored, this.#deps.clock.now());
        await tx.settings.put(CURSOR, last.seq);
      });
    }
  }

  /** Connections that nobody watches yet: those of an earlier version, and those whose row was lost. */
  async #adopt(): Promise<void> {
    const { store, clock } = this.#deps;
    const known = new Set((await store.watches.all()).map(({ connectionId }) => connectionId));
    for (const { id } of await store.connections.all()) {
      if (!known.has(id)) await store.watches.put(toRow(id, emptyMemory(clock.now()), clock.now()));
    }
  }

  async #cursor(): Promise<number> {
    return Number((await this.#deps.store.settings.get(CURSOR)) ?? 0);
  }
}

type Watched = Extract<
  DomainEvent,
  {
    readonly type:
      | 'connection.changed'
      | 'renewal.started'
      | 'renewal.finished'
      | 'connection.created'
      | 'connection.removed'
      | 'certificate.revoked';
  }
>;

function isWatched(event: DomainEvent): event is Watched {
  return (
    event.type.startsWith('connection.') ||
    event.type === 'certificate.revoked' ||
    event.type === 'renewal.started' ||
    event.type === 'renewal.finished'
  );
}

/** What one event means for what is remembered. Reading it again changes nothing. */
async function absorb(tx: ReconcilerStore, stored: StoredEvent, now: Date): Promise<void> {
  const { event, seq, at } = stored;
  if (!isWatched(event)) return;
  const id = event.connectionId;
  if (event.type === 'connection.removed') return await tx.watches.remove(id);
  const row = await tx.watches.get(id);
  const known = row ? readMemory(row) : null;
  if (known && known.seq >= seq) return;
  if (!known && !(await tx.connections.get(id))) return;
  const memory = { ...(known ?? emptyMemory(new Date(at))), seq };
  switch (event.type) {
    case 'connection.created':
    case 'connection.changed':
      return await tx.watches.put(toRow(id, afterChange(memory, new Date(at)), now));
    case 'certificate.revoked':
      return await tx.watches.put(toRow(id, { ...memory, shelved: null }, now));
    case 'renewal.started':
      return await tx.watches.put(toRow(id, afterStart(memory, event.renewalId), row ? new Date(row.nextAt) : now));
    case 'renewal.finished': {
      const ending = endingOf(stored, event, await tx.renewals.get(event.renewalId), await tx.issuances.last(id));
      return await tx.watches.put(toRow(id, afterEnd(memory, ending), now));
    }
  }
}

/** It waits for a person, or for an instant that it named: nothing happens to the appliance before. */
function isResting({ state: stored, machineVersion }: Pick<RenewalRow, 'state' | 'machineVersion'>): boolean {
  try {
    const state = readState(stored, machineVersion);
    const { kind } = effectOf(state);
    return kind === 'hold' || (kind === 'sleep' && state.context.planned);
  } catch {
    return false;
  }
}

function lifeOf({ certificate: { sha256, notAfter } }: LastIssued): WatchMemory['fallback'] {
  return { sha256, notAfter };
}

function usualIssuer(last: LastIssued | null, issuerKey: string): string | null {
  return last && caOf(last.issuerKey) === caOf(issuerKey) ? last.certificate.issuer : null;
}

function tellQuarantine(memory: WatchMemory, { state, until, why }: Choice, now: Date): Observation {
  if (state !== 'quarantined' || !until) {
    const over = memory.quarantinedUntil !== null && new Date(memory.quarantinedUntil) <= now;
    return { memory: over ? { ...memory, quarantinedUntil: null } : memory, news: [] };
  }
  const told = until.toISOString();
  const message = `No certificate is asked for before ${told}: ${why}`;
  const news = memory.quarantinedUntil === null ? [{ type: 'watch.quarantined' as const, until: told, message }] : [];
  return { memory: { ...memory, quarantinedUntil: told }, news };
}

/** Of these nobody hears otherwise: no renewal fails, because none begins. */
const STUCK: readonly WatchState[] = ['incurable', 'never-open', 'emergency-asks', 'given-up'];

/** Nothing new is known in these. */
const UNDECIDED: readonly WatchState[] = ['silent', 'renewing', 'unseen'];

function tellStuck(memory: WatchMemory, connection: Connection, now: Date): Observation {
  const { stuck, decision } = memory;
  const state = decision?.state ?? 'unseen';
  if (STUCK.includes(state)) {
    const { sentence } = explain({ memory, nextAt: null }, connection, null, now);
    const news = stuck === state ? [] : [{ type: 'watch.stuck' as const, message: sentence }];
    return { memory: { ...memory, stuck: state }, news };
  }
  if (stuck === null || UNDECIDED.includes(state)) return { memory, news: [] };
  return { memory: { ...memory, stuck: null }, news: [{ type: 'watch.freed' }] };
}

/** ISO 8601; null when nothing was seen. */
function firstEnd({ certificates }: WatchMemory): string | null {
  return certificates.map(({ notAfter }) => notAfter).sort()[0] ?? null;
}

function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
