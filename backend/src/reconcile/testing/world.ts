import { createHash } from 'node:crypto';
import type { CertificateFacts } from '../../domain/certificate.ts';
import { AppError, type Failure } from '../../domain/errors.ts';
import { registeredDomainsOf } from '../../domain/name-set.ts';
import type { WhichIssuer } from '../../domain/which-issuer.ts';
import type { RenewalWindow } from '../../issuers/issuer.ts';
import { FakeClock } from '../../plugins/testing/fake-clock.ts';
import type { Goal } from '../../renewal/facts.ts';
import { initialState, MACHINE_VERSION } from '../../renewal/machine.ts';
import type { StepName } from '../../renewal/step-names.ts';
import type { DomainEvent, RenewalOutcome } from '../../store/events.ts';
import type { Connection, JsonObject, NewConnection } from '../../store/store.ts';
import type { Start } from '../decide.ts';
import { type Explanation, explain } from '../explain.ts';
import type { Eyes } from '../eyes.ts';
import { readMemory, type WatchMemory } from '../memory.ts';
import { Reconciler, type ReconcilerDeps } from '../reconciler.ts';
import type { WatchState } from '../states.ts';
import { MemoryStore } from './memory-store.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** How a renewal of the world goes. The default: a new certificate, served at once. */
export interface Course {
  readonly outcome: RenewalOutcome | 'running';
  readonly failure?: Failure;
  readonly step?: StepName;
  /** Whether the CA signed; by default when the outcome needs it and nothing issued earlier is put to use. */
  readonly issues?: boolean;
}

export interface WorldStart extends Start {
  readonly at: Date;
  readonly connectionId: number;
}

/**
 * Connections, a CA and renewals that take no time, for tests of the schedule on a fake clock.
 */
export class World {
  readonly clock = new FakeClock();
  readonly store = new MemoryStore(this.clock);
  readonly log: string[] = [];
  readonly starts: WorldStart[] = [];
  /** What was decided, in order, each as often as it was stored. */
  readonly decided: WatchState[] = [];
  /** By connection: what its endpoint serves; a text: why it does not answer. */
  readonly served = new Map<number, CertificateFacts | 'unreadable' | string>();
  reconciler: Reconciler;
  readonly deps: ReconcilerDeps;

  lifeDays = 90;
  issuerKey = 'acme:acme-v02.api.letsencrypt.org:12345678';
  profile: string | null = null;
  /** Key of the second CA of every connection; null: there is none. */
  secondKey: string | null = null;
  hasTestDirectory = true;
  /** Names that the CA leaves out. */
  forgets: readonly string[] = [];
  course: (start: WorldStart) => Course = () => ({ outcome: 'verified' });
  window: (certificate: CertificateFacts) => RenewalWindow | null = () => null;
  opensAt: ReconcilerDeps['opensAt'] = async (_connection, from) => from;
  asked = 0;
  #serial = 0;

  constructor() {
    const { store, clock, decided } = this;
    const put = store.watches.put.bind(store.watches);
    store.watches.put = async (row) => {
      const state = readMemory(row)?.decision?.state;
      if (state) decided.push(state);
      await put(row);
    };
    const note = (fields: object, message: string) => this.log.push(`${message} ${JSON.stringify(fields)}`);
    this.deps = {
      store,
      clock,
      log: { debug: () => {}, info: note, warn: note, error: note },
      eyes: this.#eyes(),
      start: (id, start) => this.start(id, start),
      opensAt: (connection, from) => this.opensAt(connection, from),
      random: () => 0.5,
      lookEveryMs: 6 * HOUR_MS,
    };
    this.reconciler = new Reconciler(this.deps);
  }

  /** Another daemon on the same store. */
  restart(change: Partial<ReconcilerDeps> = {}): void {
    this.reconciler = new Reconciler({ ...this.deps, ...change });
  }

  /** A connection that serves a certificate of somebody else with so many days left. */
  async add(
    change: Partial<NewConnection> = {},
    served: { left: number; life?: number } | null = null,
  ): Promise<Connection> {
    const connection = await this.store.connections.insert(aConnection(change));
    await this.tell({ type: 'connection.created', connectionId: connection.id });
    if (served) this.serve(connection, served);
    return connection;
  }

  /** Another endpoint of it that serves a certificate of its own. */
  join({ id, dnsNames }: Connection, name: string): void {
    const end = new Date(this.clock.now().getTime() + 1000 * DAY_MS);
    const own = { ...this.#certificate(dnsNames, this.clock.now(), end), selfSigned: true };
    this.#joined.set(id, { name, serves: own });
  }

  readonly #joined = new Map<number, { readonly name: string; serves: CertificateFacts | null }>();

  /** Days. */
  serve(
    { id, dnsNames }: Connection,
    { left, life = this.lifeDays }: { left: number; life?: number },
  ): CertificateFacts {
    const end = this.clock.now().getTime() + left * DAY_MS;
    const certificate = this.#certificate(dnsNames, new Date(end - life * DAY_MS), new Date(end));
    this.served.set(id, certificate);
    return certificate;
  }

  async tell(event: DomainEvent): Promise<void> {
    await this.store.events.append([event]);
  }

  /** Lets the schedule live for so many milliseconds, from one instant with something to do to the next. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now().getTime() + ms;
    for (;;) {
      await this.reconciler.tick(new AbortController().signal);
      const next = await this.reconciler.nextAt();
      if (!next || next.getTime() > end) break;
      // As the daemon's ticker: once a minute.
      await this.clock.advanceTo(new Date(Math.max(next.getTime(), this.clock.now().getTime() + 60_000)));
    }
    await this.clock.advanceTo(new Date(end));
  }

  async memory(id: number): Promise<WatchMemory> {
    const row = await this.store.watches.get(id);
    const memory = row && readMemory(row);
    if (!memory) throw new Error(`Nothing is remembered of connection ${id}.`);
    return memory;
  }

  async explain(connection: Connection): Promise<Explanation> {
    const row = await this.store.watches.get(connection.id);
    const view = { memory: row ? readMemory(row) : null, nextAt: row?.nextAt ?? null };
    return explain(view, connection, null, this.clock.now());
  }

  /** Everything that was told of watching, oldest first. */
  async news(): Promise<readonly DomainEvent[]> {
    return this.store.log.map(({ event }) => event).filter(({ type }) => type.startsWith('watch.'));
  }

  async certificates(id: number): Promise<number> {
    const all = await this.store.issuances.since(new Date(0));
    return all.filter(({ kind, connectionId }) => kind === 'certificate' && connectionId === id).length;
  }

  /** A renewal in the name of the schedule. */
  async start(connectionId: number, start: Start): Promise<string> {
    const began = { ...start, at: this.clock.now(), connectionId };
    const renewalId = await this.begin(connectionId, start.goal, 'schedule', start.issuer);
    this.starts.push(began);
    await this.go(connectionId, renewalId, start, this.course(began));
    return renewalId;
  }

  /** A renewal that a person began. */
  async renew(connectionId: number, course: Course, goal: Goal = 'serve'): Promise<void> {
    const renewalId = await this.begin(connectionId, goal, 'operator');
    await this.go(connectionId, renewalId, { goal, deploys: null }, course);
  }

  async begin(
    connectionId: number,
    goal: Goal,
    by: 'schedule' | 'operator',
    issuer: WhichIssuer = 'first',
  ): Promise<string> {
    this.#serial += 1;
    const renewalId = `r${this.#serial}`;
    const state = initialState(goal) as never;
    const facts = { target: { goal, issuer } } as unknown as JsonObject;
    await this.store.renewals.begin({ id: renewalId, connectionId, state, machineVersion: MACHINE_VERSION, facts });
    await this.tell({ type: 'renewal.started', renewalId, connectionId, by });
    return renewalId;
  }

  async go(
    connectionId: number,
    renewalId: string,
    {
      goal,
      deploys,
      useFallback,
      issuer = 'first',
    }: Pick<Start, 'deploys' | 'useFallback'> & { readonly goal: Goal; readonly issuer?: WhichIssuer },
    {
      outcome,
      failure = null,
      step = null,
      issues,
    }: Omit<Course, 'failure' | 'step'> & { failure?: Failure | null; step?: StepName | null },
  ): Promise<void> {
    if (outcome === 'running') return;
    const connection = await this.store.connections.get(connectionId);
    if (!connection) throw new AppError('NOT_FOUND', 'gone');
    const signs =
      issues ?? (deploys === null && ['verified', 'issued', 'kept', 'installed-not-served'].includes(outcome));
    if (signs) await this.#issue(connection, renewalId, issuer, goal === 'fallback');
    if (useFallback && outcome !== 'failed') await this.store.fallbacks.putToUse(deploys ?? '');
    await this.#serveLast(connectionId, outcome);
    const now = this.clock.now();
    if (failure?.code === 'CHALLENGE_FAILED') await this.#refuse(connection, renewalId, goal);
    const chain = signs || deploys !== null ? { chain: { leafPem: '' } } : {};
    const state = { at: outcome, context: { failure, failedStep: step } };
    await this.store.renewals.save(renewalId, {
      state: state as never,
      facts: chain,
      finishedAt: now.toISOString(),
      outcome,
    });
    const message = failure?.message ?? outcome;
    await this.tell({ type: 'renewal.finished', renewalId, connectionId, outcome, message, oldStillServed: null });
  }

  async #serveLast(connectionId: number, outcome: RenewalOutcome): Promise<void> {
    const last = await this.store.issuances.last(connectionId);
    const joined = this.#joined.get(connectionId);
    if (outcome === 'verified' && joined) joined.serves = null;
    if ((outcome === 'verified' || outcome === 'kept') && last)
      this.served.set(connectionId, this.#made.get(last.certificate.sha256) ?? 'unreadable');
  }

  readonly #made = new Map<string, CertificateFacts>();

  async #issue(connection: Connection, renewalId: string, which: WhichIssuer, isKept: boolean): Promise<void> {
    const now = this.clock.now();
    const names = connection.dnsNames.filter((name) => !this.forgets.includes(name));
    const end = new Date(now.getTime() + this.lifeDays * DAY_MS);
    const { sha256, serial, issuer, notBefore, notAfter } = this.#certificate(names, now, end);
    await this.store.issuances.record({
      ...this.#line(connection, renewalId),
      ...(which === 'second' && this.secondKey !== null && { issuerKey: this.secondKey }),
      kind: 'certificate',
      names,
      certificate: { sha256, serial, issuer, notBefore, notAfter },
      chain: { leafPem: '', intermediatesPem: [], rootPem: null },
    });
    if (isKept) await this.store.fallbacks.keep(sha256, connection.id);
  }

  async #refuse(connection: Connection, renewalId: string, goal: string): Promise<void> {
    const issuerKey = goal === 'validate' ? 'acme:acme-staging-v02.api.letsencrypt.org:12345678' : this.issuerKey;
    const line = { ...this.#line(connection, renewalId), issuerKey };
    await this.store.issuances.record({ ...line, kind: 'failed-validation', certificate: null, chain: null });
  }

  #line({ id, dnsNames }: Connection, renewalId: string) {
    return {
      at: this.clock.now().toISOString(),
      connectionId: id,
      renewalId,
      issuerKey: this.issuerKey,
      profile: this.profile,
      names: dnsNames,
      wantedNames: dnsNames,
      domains: registeredDomainsOf(dnsNames),
      replaces: false,
    };
  }

  #certificate(dnsNames: readonly string[], notBefore: Date, notAfter: Date): CertificateFacts {
    this.#serial += 1;
    const serial = this.#serial.toString(16);
    const sha256 = createHash('sha256').update(serial).digest('hex');
    const certificate: CertificateFacts = {
      pem: '',
      sha256,
      serial,
      subject: `CN=${dnsNames[0]}`,
      issuer: "CN=R1, O=Let's Encrypt",
      commonName: dnsNames[0] ?? null,
      dnsNames,
      notBefore: notBefore.toISOString(),
      notAfter: notAfter.toISOString(),
      key: { kind: 'RSA 2048', spkiSha256: sha256 },
      extendedKeyUsage: [],
      selfSigned: false,
    };
    this.#made.set(sha256, certificate);
    return certificate;
  }

  #eyes(): Eyes {
    return {
      open: async ({ id }) => ({
        issuer: { key: this.issuerKey, profile: this.profile, hasTestDirectory: this.hasTestDirectory },
        takesFallback: this.secondKey !== null,
        second: this.secondKey === null ? null : { key: this.secondKey, profile: null, hasTestDirectory: false },
        look: async () => {
          const served = this.served.get(id) ?? 'connection refused';
          const name = `host${id}.example.com:8443`;
          if (served === 'unreadable') return [{ name, sha256: 'f'.repeat(64), certificate: served, silence: null }];
          if (typeof served === 'string') return [{ name, sha256: null, certificate: null, silence: served }];
          const own = { name, sha256: served.sha256, certificate: served, silence: null };
          const joined = this.#joined.get(id);
          const other = joined?.serves ?? served;
          const more = { name: joined?.name ?? '', sha256: other.sha256, certificate: other, silence: null };
          return joined ? [own, more] : [own];
        },
        renewalWindow: async (certificate) => {
          this.asked += 1;
          return this.window(certificate);
        },
        [Symbol.asyncDispose]: async () => {},
      }),
    };
  }
}

function aConnection(change: Partial<NewConnection>): NewConnection {
  const nothing = { plugin: 'none', settings: {}, credential: null };
  return {
    name: 'Call manager',
    appliance: nothing,
    slot: 'tomcat',
    dnsNames: ['cucm.example.com'],
    issuer: nothing,
    dns: nothing,
    dnsRules: [],
    ...change,
    policy: {
      automatic: true,
      daysBefore: null,
      activation: 'automatic',
      propagation: null,
      propagationPatienceSeconds: null,
      verifyPatienceSeconds: null,
      keyKind: null,
      reuseKey: false,
      fallback: false,
      renewalCalendar: null,
      restartCalendar: null,
      emergency: null,
      ...change.policy,
    },
  };
}
