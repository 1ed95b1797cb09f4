import type { ApplianceDriver } from '../appliances/driver.ts';
import type { PropagationHistory } from '../dns/history.ts';
import type { ChallengeResolver } from '../dns/resolver.ts';
import type { DnsRouter } from '../dns/router.ts';
import type { CertificateChain } from '../domain/certificate.ts';
import type { Origin } from '../domain/due.ts';
import type { Json } from '../domain/json.ts';
import type { Reach } from '../http01/reach.ts';
import type { HttpSolver } from '../http01/solver.ts';
import type { Issuer } from '../issuers/issuer.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import type { TlsDialer } from '../plugins/tls.ts';
import type { Windows } from '../windows/stored-openings.ts';
import type { EarlierCertificate, Facts } from './facts.ts';
import type { OwnKeys } from './own-keys.ts';
import type { SecondCa } from './second-ca.ts';

/**
 * One stage of a renewal: a pure description plus `run`.
 *
 * `run` may be called again with the same facts after a crash, a retry or a hold,
 * so it asks the other side what is already done before doing it.
 */
export interface RenewalStep<
  Name extends string = string,
  Needs extends keyof Facts = keyof Facts,
  Uses extends keyof Facts = keyof Facts,
  Gives extends keyof Facts = keyof Facts,
> {
  /** State of the machine and key of the progress display; the file has the same name in kebab-case. */
  readonly name: Name;
  /** What the operator reads while it runs: `Wait for the proofs`. */
  readonly title: string;
  /** Facts that are always there when the step runs. */
  readonly needs: readonly Needs[];
  /** Facts that may be missing when the step runs. */
  readonly uses: readonly Uses[];
  readonly gives: readonly Gives[];
  /** How often a failure that may pass is tried again; the whole retry ladder unless set. */
  readonly retries?: number;
  run(facts: StepFacts<Needs, Uses, Gives>, ctx: StepContext<Gives>): Promise<StepOutcome<Gives>>;
}

/** What a step can read: its needs, what it may use, and what an interrupted run of itself already gave. */
export type StepFacts<Needs extends keyof Facts, Uses extends keyof Facts, Gives extends keyof Facts> = Readonly<
  Pick<Facts, Needs> & Partial<Pick<Facts, Uses | Gives>>
>;

/** Failing is throwing an `AppError`; whether it is tried again is in the error table. */
export type StepOutcome<Gives extends keyof Facts = keyof Facts> =
  /** `summary` is the line people read behind the step: `2 names to prove`. */
  | { readonly kind: 'done'; readonly gives: Readonly<Partial<Pick<Facts, Gives>>>; readonly summary: string }
  /** A certificate that was issued earlier is good, but not served everywhere: go on from there. */
  | { readonly kind: 'reuse'; readonly gives: Readonly<Partial<Pick<Facts, Gives>>>; readonly summary: string }
  /** A person must act (publish a record, allow a restart); run me again when they say so. */
  | {
      readonly kind: 'hold';
      readonly ask: string;
      /** What they have to type. */
      readonly confirm?: string;
      /** Then it fails with CHALLENGE_NOT_PLACED. Survives a restart, as the instant is stored. */
      readonly until?: Date;
    }
  /** Nothing to renew: skip to the end. */
  | { readonly kind: 'stop'; readonly why: string }
  /** Not yet; run me again at `until`. Survives a restart: the instant is stored, not a timer. */
  | { readonly kind: 'wait'; readonly until: Date; readonly why: string };

/** The live side of a renewal. Never stored, never serialised. */
export interface StepContext<Gives extends keyof Facts = keyof Facts> extends StepPeers {
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted when the operator cancels or the daemon stops. */
  readonly signal: AbortSignal;
  /** True when this run follows a hold that a person released. */
  readonly released: boolean;
  /** True once a person did not want to wait for an instant that this step named. */
  readonly early: boolean;
  /** The CA of the connection that this renewal does not ask; null where there is no other. */
  readonly otherIssuer: Issuer | null;
  /** The calendars that a connection's policy names, as they are now. */
  readonly windows: Windows;
  /**
   * Stores part of the result now. Called before and after each outside effect, so that a
   * crash in the middle of the step loses nothing that has to be undone.
   */
  keep(part: Readonly<Partial<Pick<Facts, Gives>>>): Promise<void>;
  /** Tells people something worth knowing that is not the end of the step. */
  note(message: string, data?: Json): Promise<void>;
  /**
   * Waits until nothing else in `group` is being restarted, in any renewal, and for `pauseMs` after it was. Until the
   * returned turn is disposed, the group is ours.
   */
  turn(group: string, pauseMs: number): Promise<AsyncDisposable>;
  /** The last certificate that an earlier renewal of this connection was issued; null when there is none. */
  issuedBefore(): Promise<EarlierCertificate | null>;
  /** The certificate that is kept ready for this connection; null: there is none. */
  readyFallback(): Promise<EarlierCertificate | null>;
  /** What is kept ready can never be installed any more. */
  loseFallback(sha256: string, why: string): Promise<void>;
  /** Which issuer a certificate came from, by the ledger; null when it was not issued through certferry. */
  originOf(sha256: string): Promise<Origin | null>;
  /** Of a certificate that certferry was issued, by the ledger; null for any other. */
  chainOf(sha256: string): Promise<CertificateChain | null>;
  /**
   * CA certificates (PEM) that the appliance will need should the second CA be asked, so that it need not be touched then;
   * empty when there is none, it is unknown what it signs with, or this renewal itself asks it.
   */
  toStage(): Promise<readonly string[]>;
  /** Declares the point of no return; rejects when a cancellation came first. Repeatable. */
  commit(): Promise<void>;
}

/** What a step talks to. Built anew for each run of a step, from the connection as it is then. */
export interface StepPeers {
  readonly appliance: ApplianceDriver;
  readonly issuer: Issuer;
  /** The CA that the connection falls back on; null: it has none. */
  readonly second: SecondCa | null;
  readonly dns: DnsRouter;
  /** Null where records prove the names. */
  readonly http01: HttpSolver | null;
  readonly reach: Reach;
  readonly resolver: ChallengeResolver;
  readonly history: PropagationHistory;
  readonly dialer: TlsDialer;
  readonly files: ConnectionFiles;
  readonly keys: OwnKeys;
}

/** The connection's folder in accounts/. Writing the same again changes nothing. */
export interface ConnectionFiles {
  /** What is current. */
  write(name: ConnectionFile, text: string): Promise<void>;
  /** What was ever issued, in history/. */
  archive(serial: string, files: Readonly<Partial<Record<ConnectionFile, string>>>): Promise<void>;
}
export type ConnectionFile = 'csr.pem' | 'certificate.pem' | 'chain.pem' | 'fullchain.pem';

/** Keeps the literal types of `name`, `needs`, `uses` and `gives`, which the order test reads. */
export function defineStep<
  const Name extends string,
  const Needs extends keyof Facts,
  const Uses extends keyof Facts,
  const Gives extends keyof Facts,
>(step: RenewalStep<Name, Needs, Uses, Gives>): RenewalStep<Name, Needs, Uses, Gives> {
  return step;
}
