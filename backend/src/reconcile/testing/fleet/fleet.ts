import type { CertificateFacts } from '../../../domain/certificate.ts';
import { FakeClock } from '../../../plugins/testing/fake-clock.ts';
import { initialState, MACHINE_VERSION } from '../../../renewal/machine.ts';
import type { JsonObject } from '../../../store/store.ts';
import { StoredOpenings } from '../../../windows/stored-openings.ts';
import type { Start } from '../../decide.ts';
import type { Eyes } from '../../eyes.ts';
import { readMemory } from '../../memory.ts';
import type { LookedAt } from '../../observe.ts';
import { Reconciler } from '../../reconciler.ts';
import { renewalWindowBy } from '../../renewal-window.ts';
import type { WatchState } from '../../states.ts';
import { MemoryStore } from '../memory-store.ts';
import { Chance } from './chance.ts';
import { Course, type Surroundings } from './course.ts';
import { globalTroubles, isActive, memberFaults, mend, type Span } from './faults.ts';
import { Counters, type Figures, quarantinesIn } from './figures.ts';
import { connectionOf, type FleetNode, type Member, planOf, policyOf } from './members.ts';
import { ModelCa } from './model-ca.ts';
import { WindowJudge } from './window-judge.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface FleetOptions {
  readonly seed: string;
  readonly connections: number;
  readonly days: number;
  readonly lookEveryMs: number;
  /** ISO 8601 */
  readonly startsAt?: string;
}

export interface FleetStart {
  readonly at: number;
  readonly member: Member;
  readonly start: Start;
  /** Milliseconds of life in what was served then. */
  readonly left: number;
}

/** In these only a person helps. */
const FOR_PEOPLE: readonly WatchState[] = ['login-refused', 'given-up', 'incurable', 'never-open', 'emergency-asks'];

const NEVER = Number.POSITIVE_INFINITY;

/**
 * A fleet of appliances, two CAs and people who mend things, for a year and more on a fake clock: what the reconciler does
 * there is real, what it meets is made of a seed, and so the same in every run.
 */
export class Fleet {
  readonly clock: FakeClock;
  readonly store: MemoryStore;
  readonly starts: FleetStart[] = [];
  readonly members = new Map<number, Member>();
  readonly counters = new Counters();
  readonly #options: FleetOptions;
  readonly #chance: Chance;
  readonly #span: Span;
  readonly #windows: StoredOpenings;
  readonly judge = new WindowJudge();
  readonly #cas = {
    public: new ModelCa({ isPublic: true, organisation: "Let's Encrypt" }),
    company: new ModelCa({ isPublic: false, organisation: 'Company' }),
  };
  readonly #down: Span[] = [];
  readonly #around: Surroundings;
  readonly #broken: unknown[] = [];
  readonly #cpu = process.cpuUsage();
  #reconciler: Reconciler;
  #serial = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.clock = new FakeClock(options.startsAt ?? '2026-11-22T12:00:00.000Z');
    this.store = new MemoryStore(this.clock);
    this.#windows = new StoredOpenings(this.store);
    this.#chance = new Chance(options.seed);
    const from = this.clock.now().getTime();
    this.#span = { from, to: from + options.days * DAY_MS };
    const { ca, down } = globalTroubles(this.#chance, this.#span);
    this.#down.push(...down);
    this.#around = {
      store: this.store,
      chance: this.#chance,
      windows: this.#windows,
      judge: this.judge,
      counters: this.counters,
      made: new Map(),
      troubles: ca,
      now: () => this.clock.now().getTime(),
      sleep: (ms) => this.#sleep(ms),
      caOf: ({ plan }) => this.#cas[plan.ca],
    };
    this.#reconciler = this.#newReconciler();
  }

  /** What every member serves in the beginning is somebody else's, with `left` days of life. */
  async settle(left: (lifeDays: number, chance: Chance) => number): Promise<void> {
    for (let index = 0; index < this.#options.connections; index++) {
      const plan = planOf(index, this.#options.connections, this.#chance);
      const connection = await this.store.connections.insert(connectionOf(plan, policyOf(plan, this.#chance)));
      await this.store.events.append([{ type: 'connection.created', connectionId: connection.id }]);
      const end = this.clock.now().getTime() + Math.round(left(plan.lifeDays, this.#chance) * DAY_MS);
      const first = this.#cas[plan.ca].sign(plan.dnsNames, end - plan.lifeDays * DAY_MS, end);
      const nodes = Array.from({ length: plan.nodes }, (_, node): FleetNode => {
        return { name: `${plan.dnsNames[0]}-${node}:8443`, served: first, earlier: null };
      });
      this.members.set(connection.id, {
        plan,
        connection,
        nodes,
        faults: memberFaults(this.#chance, this.#span, plan.lifeDays * DAY_MS),
        installed: null,
        waitsForPersonSince: null,
        neededPerson: false,
      });
    }
  }

  /** The daemon is stopped from now on for so many milliseconds. */
  stopFor(ms: number): void {
    const now = this.clock.now().getTime();
    this.#down.push({ from: now, to: now + ms });
  }

  async run(days: number): Promise<void> {
    const end = this.clock.now().getTime() + days * DAY_MS;
    const noted = (err: unknown) => void this.#broken.push(err);
    this.#live(end).catch(noted);
    while (this.clock.now().getTime() < end) {
      const [broken] = this.#broken;
      if (broken) throw broken;
      await this.#advance(end);
    }
  }

  figures(): Figures {
    const now = this.clock.now().getTime();
    for (const member of this.members.values()) {
      for (const { served } of member.nodes)
        if (Date.parse(served.notAfter) < now) this.counters.replaced(member, served.notAfter, now);
    }
    const cpu = process.cpuUsage(this.#cpu);
    const cas = Object.values(this.#cas);
    const { looks, restarts, renewals, failures, outcomes, shortestLeft, expiries, busiestHour } = this.counters;
    const { faults, inWindow, inEmergency } = this.judge;
    return {
      connections: this.members.size,
      days: Math.round((now - this.#span.from) / DAY_MS),
      looks,
      renewals,
      restarts,
      failures,
      outcomes,
      shortestLeft,
      expiries,
      outsideWindow: faults,
      inWindow,
      inEmergency,
      nightsOfChange: this.judge.nightsOfChange(this.#span.from, now),
      busiestHour,
      certificates: cas.reduce((sum, { issued }) => sum + issued, 0),
      exemptOrders: cas.reduce((sum, { exempt }) => sum + exempt, 0),
      limitsExceeded: cas.flatMap(({ limited }) => limited),
      duplicates: cas.flatMap(({ duplicates }) => duplicates),
      quarantines: quarantinesIn(this.store.log),
      cpuSeconds: Math.round((cpu.user + cpu.system) / 100_000) / 10,
    };
  }

  /** Until the next thing that happens: a look, a step of a renewal, or somebody who does something. */
  async #advance(end: number): Promise<void> {
    const now = this.clock.now().getTime();
    const wakes = this.clock.wakesAt?.getTime() ?? NEVER;
    const back = this.#backAt(now);
    if (back > now) {
      if (back <= Math.min(wakes, end)) this.#reconciler = this.#newReconciler();
      return await this.clock.advanceTo(new Date(Math.min(wakes, back, end)));
    }
    await this.#reconciler.tick(new AbortController().signal);
    const next = (await this.#reconciler.nextAt())?.getTime() ?? NEVER;
    // As the daemon's ticker: once a minute, or when something happened.
    const until = Math.min(Math.max(next, now + MINUTE_MS), this.clock.wakesAt?.getTime() ?? NEVER, end);
    await this.clock.advanceTo(new Date(until));
  }

  /** When the daemon is up: `now`, unless it is down. */
  #backAt(now: number): number {
    return Math.max(now, ...this.#down.filter(({ from, to }) => from <= now && now < to).map(({ to }) => to));
  }

  async #sleep(ms: number): Promise<void> {
    const { signal } = new AbortController();
    await this.clock.sleepUntil(new Date(this.clock.now().getTime() + ms), signal);
    const now = this.clock.now().getTime();
    const back = this.#backAt(now);
    if (back > now) await this.clock.sleepUntil(new Date(back), signal);
  }

  /** What people, CAs and others do, once a day. */
  async #live(end: number): Promise<void> {
    const { signal } = new AbortController();
    for (let day = 1; this.clock.now().getTime() < end; day++) {
      await this.clock.sleepUntil(new Date(this.clock.now().getTime() + DAY_MS), signal);
      for (const member of this.members.values()) await this.#attend(member);
      await this.#meddle();
      if (day % 100 === 0) this.#revoke();
    }
  }

  async #attend(member: Member): Promise<void> {
    const row = await this.store.watches.get(member.connection.id);
    const state = row ? readMemory(row)?.decision?.state : undefined;
    if (!state || !FOR_PEOPLE.includes(state)) return;
    const now = this.clock.now().getTime();
    member.waitsForPersonSince ??= now;
    member.neededPerson = true;
    // One day in three somebody has time.
    if (!this.#chance.happens(1 / 3)) return;
    mend(member.faults, now);
    member.waitsForPersonSince = null;
    await this.store.events.append([{ type: 'connection.changed', connectionId: member.connection.id }]);
  }

  /** Somebody puts back what a node served before (what lives on until it is looked at), or adds a name. */
  async #meddle(): Promise<void> {
    const member = this.#chance.pick([...this.members.values()]);
    if (this.#chance.happens(0.3)) await this.#rename(member);
    const node = this.#chance.pick(member.nodes);
    const seenInTime = this.clock.now().getTime() + 2 * this.#options.lookEveryMs;
    if (node.earlier && Date.parse(node.earlier.notAfter) > seenInTime) node.served = node.earlier;
  }

  async #rename(member: Member): Promise<void> {
    this.#serial += 1;
    const dnsNames = [...member.plan.dnsNames, `also${this.#serial}.${member.plan.dnsNames[0]}`];
    member.connection = await this.store.connections.update({ ...member.connection, dnsNames });
    await this.store.events.append([{ type: 'connection.changed', connectionId: member.connection.id }]);
  }

  /** A CA finds a fault of its own: what it issued to some is to be replaced within a day, to others earlier than it said. */
  #revoke(): void {
    const now = this.clock.now().getTime();
    for (const { plan, connection } of this.members.values()) {
      const ca = this.#cas[plan.ca];
      const lot = this.#chance.next();
      if (lot < 0.1) ca.move(connection.dnsNames, now - HOUR_MS, now + DAY_MS);
      else if (lot < 0.2) ca.move(connection.dnsNames, now + 5 * DAY_MS, now + 5 * DAY_MS + HOUR_MS);
    }
  }

  #newReconciler(): Reconciler {
    const { store, clock } = this;
    const quiet = () => {};
    const broken = (fields: object, message: string) => {
      this.#broken.push(
        new Error(`${message} ${JSON.stringify(fields)}`, { cause: (fields as { err?: unknown }).err }),
      );
    };
    return new Reconciler({
      store,
      clock,
      log: { debug: quiet, info: quiet, warn: broken, error: broken },
      eyes: this.#eyes(),
      start: (id, start) => this.#start(id, start),
      opensAt: renewalWindowBy(this.#windows, ({ policy }) => policy.renewalCalendar),
      random: () => this.#chance.next(),
      lookEveryMs: this.#options.lookEveryMs,
    });
  }

  async #start(id: number, start: Start): Promise<string> {
    const member = this.#memberOf(id);
    this.#serial += 1;
    const renewalId = `r${this.#serial}`;
    const begun = { id: renewalId, connectionId: id, machineVersion: MACHINE_VERSION };
    const facts = { target: { goal: start.goal } } as unknown as JsonObject;
    await this.store.renewals.begin({ ...begun, state: initialState(start.goal) as never, facts });
    await this.store.events.append([{ type: 'renewal.started', renewalId, connectionId: id, by: 'schedule' }]);
    this.#note(member, start);
    new Course(this.#around, member, renewalId, start).run().catch((err: unknown) => this.#broken.push(err));
    return renewalId;
  }

  #note(member: Member, start: Start): void {
    const at = this.clock.now().getTime();
    const [first] = member.nodes.map(({ served }) => served).sort((a, b) => a.notAfter.localeCompare(b.notAfter));
    if (!first) throw new Error(`${member.connection.name} has no node.`);
    this.counters.began(at);
    this.starts.push({ at, member, start, left: Date.parse(first.notAfter) - at });
    this.judge.renewalBegan(member, first, at);
  }

  #memberOf(id: number): Member {
    const member = this.members.get(id);
    if (!member) throw new Error(`There is no member ${id}.`);
    return member;
  }

  #eyes(): Eyes {
    return {
      open: async ({ id }) => {
        const member = this.#memberOf(id);
        const { plan, nodes, faults } = member;
        return {
          second: null,
          takesFallback: false,
          issuer: { key: plan.issuerKey, profile: plan.profile, hasTestDirectory: plan.ca === 'public' },
          look: async () => {
            this.counters.looks += 1;
            const silent = isActive(faults, 'unreachable', this.clock.now().getTime());
            return nodes.map((node) => seen(node, silent));
          },
          renewalWindow: async (certificate: CertificateFacts) => this.#cas[plan.ca].windowOf(certificate),
          [Symbol.asyncDispose]: async () => {},
        };
      },
    };
  }
}

function seen({ name, served }: FleetNode, silent: boolean): LookedAt {
  return silent
    ? { name, sha256: null, certificate: null, silence: 'no route to host' }
    : { name, sha256: served.sha256, certificate: served, silence: null };
}
