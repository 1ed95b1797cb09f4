import type { Clock } from '../plugins/plugin.ts';
import { agrees, contentOf, isConsistent } from './answers.ts';
import type { PropagationHistory, TypicalWait } from './history.ts';
import type { ChallengeLocation, ChallengeResolver, PropagationPolicy, ServerAnswer } from './resolver.ts';
import { isResolverAhead } from './serials.ts';

export interface WatchedRecord {
  readonly fqdn: string;
  /** Null: whatever is there, as long as everybody has the same. */
  readonly value: string | null;
  readonly location: ChallengeLocation;
}

export interface WatchOptions {
  readonly policy: PropagationPolicy;
  /** Null: until all agree. */
  readonly deadline: Date | null;
  /** False when the records were not published just now: how long it takes would be learnt wrongly. */
  readonly learn: boolean;
  /** The records were published just now: resolvers that nobody precedes are not asked at once. Default: as `learn`. */
  readonly fresh?: boolean;
  /** What an earlier watch of the same records saw last: whoever showed one then still does since then. */
  readonly earlier?: readonly RecordSight[];
}

export interface WatchDeps {
  readonly resolver: Pick<ChallengeResolver, 'look'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly history?: PropagationHistory;
}

/** The state of all records at one instant. Plain JSON. */
export interface PropagationReport {
  readonly records: readonly RecordSight[];
  readonly agreed: boolean;
  /** Milliseconds since the watch began. */
  readonly elapsedMs: number;
  /** What was learnt about the slowest of the zones; null when nothing is known. */
  readonly typical: TypicalWait | null;
}

export interface RecordSight {
  readonly fqdn: string;
  readonly zone: string;
  readonly value: string | null;
  readonly answers: readonly ServerSight[];
  readonly agreed: boolean;
}

export interface ServerSight extends ServerAnswer {
  /** ISO 8601: since when it shows the record without a break; null while it does not. */
  readonly since: string | null;
}

/** Milliseconds from the beginning of one round of questions to the next: fast at first, then slower. */
const FIRST_PAUSE_MS = 150;
export const LONGEST_PAUSE_MS = 1_500;
const GROWTH = 1.4;

/** How long to hold back where only resolvers are asked: at first nothing is known, and nobody waits for ever. */
const HOLD_BACK_MS = 5_000;
const LONGEST_HOLD_BACK_MS = 60_000;

/**
 * Watches records until all servers agree or the deadline has passed, and reports whenever something changed.
 * The last report is the outcome. What resolvers hear too early they remember (RFC 2308): they are asked once the name
 * servers agree, or, where nobody else is asked, when the record should be there by what was learnt; and once more at the
 * deadline, for the diagnosis.
 *
 * Not for the mode `wait-only`, in which nobody is asked.
 *
 * @throws The signal's reason.
 */
export async function* watchRecords(
  watched: readonly WatchedRecord[],
  { policy, deadline, learn, fresh = learn, earlier: before = [] }: WatchOptions,
  deps: WatchDeps,
): AsyncGenerator<PropagationReport, void> {
  const { clock, signal, history } = deps;
  const started = clock.now().getTime();
  const views = watched.map((record) => new RecordView(record, policy, deps, sightOf(record, before)));
  const typical = history ? await slowest(history, zonesOf(watched)) : null;
  let told: string | null = null;
  const holdBack = fresh && policy.mode === 'resolvers' ? holdBackMs(typical) : 0;
  if (holdBack > 0) await clock.sleepUntil(earlier(new Date(started + holdBack), deadline), signal);
  const lessons = new Lessons(zonesOf(watched), holdBack > 0);
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS)) {
    const begun = clock.now();
    const isLast = deadline !== null && begun >= deadline;
    const records = await Promise.all(views.map((view) => view.look(isLast)));
    const agreed = records.every((record) => record.agreed);
    const elapsedMs = clock.now().getTime() - started;
    const learnt = lessons.of(records);
    if (history && learn) await Promise.all(learnt.map((zone) => history.record(zone, elapsedMs)));
    const state = stateOf(records);
    if (state !== told) yield { records, agreed, elapsedMs, typical };
    told = state;
    if (agreed || isLast) return;
    await clock.sleepUntil(earlier(new Date(begun.getTime() + pause), deadline), signal);
  }
}

/** Which zones can be learnt from: each once, when all of its own records agree for the first time. */
class Lessons {
  readonly #open: Set<string>;
  #heldBack: boolean;

  /** `heldBack`: agreement at the first look may have come any time before, and teaches nothing. */
  constructor(zones: readonly string[], heldBack: boolean) {
    this.#open = new Set(zones);
    this.#heldBack = heldBack;
  }

  of(records: readonly RecordSight[]): readonly string[] {
    const done = [...this.#open].filter((zone) => records.every((record) => record.zone !== zone || record.agreed));
    for (const zone of done) this.#open.delete(zone);
    const learnt = this.#heldBack ? [] : done;
    this.#heldBack = false;
    return learnt;
  }
}

function holdBackMs(typical: TypicalWait | null): number {
  return typical ? Math.min(typical.medianMs, LONGEST_HOLD_BACK_MS) : HOLD_BACK_MS;
}

function earlier(instant: Date, deadline: Date | null): Date {
  return deadline && deadline < instant ? deadline : instant;
}

/** One record and what is known of each server that is asked for it. */
class RecordView {
  readonly #record: WatchedRecord;
  readonly #policy: PropagationPolicy;
  readonly #deps: WatchDeps;
  readonly #since = new Map<string, string>();
  /** Asking them again could only take time. */
  #withoutRoute: readonly ServerAnswer[] = [];

  constructor(record: WatchedRecord, policy: PropagationPolicy, deps: WatchDeps, earlier: RecordSight | undefined) {
    this.#record = record;
    this.#policy = policy;
    this.#deps = deps;
    for (const answer of earlier?.answers ?? []) if (answer.since) this.#since.set(keyOf(answer), answer.since);
  }

  async look(isLast: boolean): Promise<RecordSight> {
    const { fqdn, value, location } = this.#record;
    const answers = await this.#ask(isLast);
    const agreed = this.#agree(answers);
    return { fqdn, zone: location.zone, value, answers: answers.map((answer) => this.#sight(answer)), agreed };
  }

  async #ask(isLast: boolean): Promise<readonly ServerAnswer[]> {
    if (this.#policy.mode !== 'both') return this.#look(this.#policy.mode);
    const authoritative = await this.#look('authoritative');
    if (!isLast && !this.#agree(authoritative)) return authoritative;
    const resolvers = await this.#look('resolvers');
    // The zone may have changed in between, which is no reason to call a resolver another view.
    const isAhead = isResolverAhead([...authoritative, ...resolvers]);
    return [...(isAhead ? await this.#look('authoritative') : authoritative), ...resolvers];
  }

  async #look(mode: PropagationPolicy['mode']): Promise<readonly ServerAnswer[]> {
    const { fqdn, value, location } = this.#record;
    if (mode === 'resolvers') return this.#deps.resolver.look(fqdn, value, location, this.#deps.signal, this.#as(mode));
    const isOut = new Set(this.#withoutRoute.map(keyOf));
    const servers = location.servers.filter((server) => !isOut.has(keyOf({ kind: 'authoritative', server })));
    const answers = await this.#deps.resolver.look(
      fqdn,
      value,
      { ...location, servers },
      this.#deps.signal,
      this.#as(mode),
    );
    this.#withoutRoute = [...this.#withoutRoute, ...answers.filter(({ reason }) => reason === 'no-route')];
    return [...answers.filter(({ reason }) => reason !== 'no-route'), ...this.#withoutRoute];
  }

  #as(mode: PropagationPolicy['mode']): PropagationPolicy {
    return { ...this.#policy, mode };
  }

  #agree(answers: readonly ServerAnswer[]): boolean {
    return this.#record.value === null ? isConsistent(answers) : agrees(answers);
  }

  #sight(answer: ServerAnswer): ServerSight {
    const key = keyOf(answer);
    if (answer.state !== 'seen') this.#since.delete(key);
    else if (!this.#since.has(key)) this.#since.set(key, this.#deps.clock.now().toISOString());
    return { ...answer, since: this.#since.get(key) ?? null };
  }
}

function keyOf({ kind, server }: Pick<ServerAnswer, 'kind' | 'server'>): string {
  return `${kind} ${server.name} ${server.address} ${server.port}`;
}

/** Equal as long as nothing changed that is worth telling: how long an answer took is not. */
function stateOf(records: readonly RecordSight[]): string {
  const said = records.map(({ agreed, answers }) => [
    agreed,
    answers.map((answer) => [keyOf(answer), answer.state, answer.detail, answer.soaSerial, contentOf(answer)]),
  ]);
  return JSON.stringify(said);
}

function sightOf({ fqdn, value }: WatchedRecord, sights: readonly RecordSight[]): RecordSight | undefined {
  return sights.find((sight) => sight.fqdn === fqdn && sight.value === value);
}

function zonesOf(watched: readonly WatchedRecord[]): readonly string[] {
  return [...new Set(watched.map(({ location }) => location.zone))];
}

async function slowest(history: PropagationHistory, zones: readonly string[]): Promise<TypicalWait | null> {
  const all = await Promise.all(zones.map((zone) => history.typical(zone)));
  return all.reduce((worst, one) => (one && (!worst || one.slowestMs > worst.slowestMs) ? one : worst), null);
}
