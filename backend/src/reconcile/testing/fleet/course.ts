import type { CertificateFacts } from '../../../domain/certificate.ts';
import { AppError, type ErrorCode } from '../../../domain/errors.ts';
import { registeredDomainsOf } from '../../../domain/name-set.ts';
import type { Facts } from '../../../renewal/facts.ts';
import { judge } from '../../../renewal/restart-window.ts';
import type { StepName } from '../../../renewal/step-names.ts';
import type { RenewalOutcome } from '../../../store/events.ts';
import type { Windows } from '../../../windows/stored-openings.ts';
import type { Start } from '../../decide.ts';
import type { MemoryStore } from '../memory-store.ts';
import type { Chance } from './chance.ts';
import { type CaTrouble, type Fault, isActive } from './faults.ts';
import type { Counters } from './figures.ts';
import type { FleetNode, Member } from './members.ts';
import type { ModelCa } from './model-ca.ts';
import type { WindowJudge } from './window-judge.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A step tries by itself for so long. */
const PATIENCE_MS = 50 * MINUTE_MS;

/** What a renewal meets. */
export interface Surroundings {
  readonly store: MemoryStore;
  readonly chance: Chance;
  readonly windows: Windows;
  readonly judge: WindowJudge;
  readonly counters: Counters;
  readonly made: Map<string, CertificateFacts>;
  readonly troubles: readonly CaTrouble[];
  now(): number;
  /** Longer, when the daemon is down meanwhile. */
  sleep(ms: number): Promise<void>;
  caOf(member: Member): ModelCa;
}

/** How a renewal ends that does not succeed. */
class Stop extends Error {
  readonly step: StepName;
  readonly failure: { readonly code: ErrorCode; readonly message: string; readonly retryAfterMs?: number };
  readonly outcome: RenewalOutcome;

  constructor(step: StepName, code: ErrorCode, retryAfterMs?: number, outcome: RenewalOutcome = 'failed') {
    super(code);
    this.step = step;
    this.failure = { code, message: `It ended at ${step}.`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    this.outcome = outcome;
  }
}

/** One renewal of one member, with the time that its steps take and what goes wrong meanwhile. */
export class Course {
  readonly #around: Surroundings;
  readonly #member: Member;
  readonly #renewalId: string;
  readonly #start: Start;
  #certificate: CertificateFacts | null;

  constructor(around: Surroundings, member: Member, renewalId: string, start: Start) {
    this.#around = around;
    this.#member = member;
    this.#renewalId = renewalId;
    this.#start = start;
    this.#certificate = start.deploys === null ? null : (around.made.get(start.deploys) ?? null);
  }

  async run(): Promise<void> {
    try {
      await this.#look();
      if (this.#start.deploys === null) await this.#issue();
      if (this.#start.goal === 'validate') return await this.#end('validated', null);
      await this.#deploy();
      await this.#end('verified', null);
    } catch (err) {
      if (!(err instanceof Stop)) throw err;
      await this.#end(err.outcome, err);
    }
  }

  async #look(): Promise<void> {
    await this.#around.sleep(2 * MINUTE_MS);
    await this.#reach('inspect');
    if (this.#isActive('login-refused')) throw new Stop('inspect', 'APPLIANCE_DENIED');
  }

  async #reach(step: StepName): Promise<void> {
    if (await this.#lasts('unreachable')) throw new Stop(step, 'APPLIANCE_UNREACHABLE');
  }

  async #issue(): Promise<void> {
    if (this.#isActive('csr-refused')) throw new Stop('request', 'APPLIANCE_REFUSED');
    await this.#troubleOfCa();
    const exempt = this.#start.goal === 'serve' ? this.#order() : false;
    if (this.#isActive('dns-denied')) throw new Stop('publish', 'DNS_DENIED');
    if (await this.#lasts('dns-lagging')) throw new Stop('propagate', 'DNS_NOT_PROPAGATED');
    await this.#around.sleep(3 * MINUTE_MS);
    if (this.#isActive('validation-refused')) await this.#refused();
    if (this.#start.goal === 'serve') await this.#sign(exempt);
  }

  async #troubleOfCa(): Promise<void> {
    const trouble = () => {
      const now = this.#around.now();
      return this.#around.troubles.find(({ from, to }) => from <= now && now < to);
    };
    if (!trouble()) return;
    await this.#around.sleep(PATIENCE_MS);
    const lasting = trouble();
    if (lasting?.kind === 'down') throw new Stop('order', 'ISSUER_UNREACHABLE');
    if (lasting) throw new Stop('order', 'ISSUER_RATE_LIMITED', this.#around.chance.whole(HOUR_MS, 6 * HOUR_MS));
  }

  /** Whether the CA takes it as the replacement that it asked for. */
  #order(): boolean {
    const ca = this.#around.caOf(this.#member);
    const { issuerKey } = this.#member.plan;
    const now = this.#around.now();
    const replaces = this.#member.nodes[0]?.served.sha256 ?? null;
    const before = ca.exempt;
    const wait = ca.order({ account: issuerKey, names: this.#member.connection.dnsNames, replaces, now });
    if (wait !== null) throw new Stop('order', 'ISSUER_RATE_LIMITED', wait);
    return ca.exempt > before;
  }

  async #refused(): Promise<never> {
    const { connection, plan } = this.#member;
    const isReal = this.#start.goal === 'serve';
    const names = connection.dnsNames;
    const now = this.#around.now();
    const wait = isReal ? this.#around.caOf(this.#member).refuse({ account: plan.issuerKey, names, now }) : null;
    const issuerKey = isReal ? plan.issuerKey : 'acme:acme-staging-v02.api.letsencrypt.org:1';
    await this.#around.store.issuances.record({
      ...this.#line(),
      issuerKey,
      kind: 'failed-validation',
      certificate: null,
      chain: null,
    });
    throw wait === null
      ? new Stop('issue', 'CHALLENGE_FAILED')
      : new Stop('issue', 'ISSUER_RATE_LIMITED', wait, 'failed');
  }

  async #sign(replaces: boolean): Promise<void> {
    const { connection, plan } = this.#member;
    const now = this.#around.now();
    const made = this.#around
      .caOf(this.#member)
      .issue(connection.dnsNames, { now, lifeMs: plan.lifeDays * DAY_MS, exempt: replaces });
    const { sha256, serial, issuer, notBefore, notAfter } = made;
    this.#certificate = made;
    this.#around.made.set(sha256, made);
    await this.#around.store.issuances.record({
      ...this.#line(),
      replaces,
      kind: 'certificate',
      certificate: { sha256, serial, issuer, notBefore, notAfter },
      chain: { leafPem: '', intermediatesPem: [], rootPem: null },
    });
  }

  async #deploy(): Promise<void> {
    const certificate = this.#certificate;
    if (!certificate) throw new AppError('INTERNAL', 'There is nothing to deploy.');
    await this.#reach('install');
    this.#member.installed = certificate;
    for (const node of this.#member.nodes) {
      if (node.served === certificate) continue;
      await this.#awaitWindow(certificate);
      await this.#restart(node, certificate);
    }
  }

  /** Before each node, as the step does, by the product's own judgement. */
  async #awaitWindow(certificate: CertificateFacts): Promise<void> {
    const { connection, plan } = this.#member;
    const seconds = plan.product.restartMinutes * 60;
    if (seconds === 0) return;
    for (;;) {
      const { restartCalendar, emergency } = connection.policy;
      // Nothing else of a target is asked for.
      const target = { restartCalendar, emergency } as Facts['target'];
      const restart = { target, actions: [], notAfter: this.#firstToEnd(certificate)?.notAfter ?? null };
      const verdict = await judge(restart, seconds, this.#around.windows, new Date(this.#around.now()));
      if (verdict.kind !== 'later') return;
      await this.#around.sleep(verdict.until.getTime() - this.#around.now());
    }
  }

  /** Of what is to be replaced. */
  #firstToEnd(certificate: CertificateFacts): CertificateFacts | null {
    const old = this.#member.nodes.map(({ served }) => served).filter((served) => served !== certificate);
    return old.sort((a, b) => a.notAfter.localeCompare(b.notAfter))[0] ?? null;
  }

  async #restart(node: FleetNode, certificate: CertificateFacts): Promise<void> {
    const { restartMinutes } = this.#member.plan.product;
    const at = this.#around.now();
    if (restartMinutes > 0) {
      this.#around.counters.restarts += 1;
      const first = this.#firstToEnd(certificate) ?? node.served;
      this.#around.judge.nodeRestarted(this.#member, first, { at, end: at + restartMinutes * MINUTE_MS });
    }
    await this.#around.sleep(restartMinutes * MINUTE_MS);
    if (this.#isActive('restart-fails')) {
      throw new Stop('activate', 'ACTIVATION_FAILED', undefined, 'installed-not-served');
    }
    this.#around.counters.replaced(this.#member, node.served.notAfter, this.#around.now());
    node.earlier = node.served;
    node.served = certificate;
  }

  async #end(outcome: RenewalOutcome, stop: Stop | null): Promise<void> {
    const { store, counters } = this.#around;
    const connectionId = this.#member.connection.id;
    const context = { failure: stop?.failure ?? null, failedStep: stop?.step ?? null };
    await store.renewals.save(this.#renewalId, {
      state: { at: outcome, context },
      facts: this.#certificate ? { chain: { leafPem: '' } } : {},
      finishedAt: new Date(this.#around.now()).toISOString(),
      outcome,
    });
    counters.ended(outcome, stop?.failure.code ?? null);
    if (outcome === 'verified' && this.#member.waitsForPersonSince === null) this.#member.neededPerson = false;
    const message = stop?.failure.message ?? outcome;
    const event = { type: 'renewal.finished', renewalId: this.#renewalId, connectionId, outcome, message } as const;
    await store.events.append([{ ...event, oldStillServed: null }]);
  }

  /** It does not pass while a step tries again by itself. */
  async #lasts(kind: Fault): Promise<boolean> {
    if (!this.#isActive(kind)) return false;
    await this.#around.sleep(PATIENCE_MS);
    return this.#isActive(kind);
  }

  #isActive(kind: Fault): boolean {
    return isActive(this.#member.faults, kind, this.#around.now());
  }

  #line() {
    const { connection, plan } = this.#member;
    return {
      at: new Date(this.#around.now()).toISOString(),
      connectionId: connection.id,
      renewalId: this.#renewalId,
      issuerKey: plan.issuerKey,
      profile: plan.profile,
      names: connection.dnsNames,
      wantedNames: connection.dnsNames,
      domains: registeredDomainsOf(connection.dnsNames),
      replaces: false,
    };
  }
}
