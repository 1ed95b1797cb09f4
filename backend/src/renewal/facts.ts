import type { ActivationAction, InstallReceipt, SlotId } from '../appliances/driver.ts';
import type { RecordSight } from '../dns/microscope.ts';
import type { DnsReceipt, TxtRecord } from '../dns/provider.ts';
import type { ChallengeLocation, PropagationPolicy } from '../dns/resolver.ts';
import type { EmergencyPolicy } from '../domain/calendar.ts';
import type { CertificateChain, CertificateFacts, CsrFacts } from '../domain/certificate.ts';
import type { Due } from '../domain/due.ts';
import type { Finding } from '../domain/finding.ts';
import type { Challenge, OrderTicket, RenewalWindow } from '../issuers/issuer.ts';
import type { TlsEndpoint } from '../plugins/tls.ts';

/**
 * What one renewal has learned so far. Each key is written by exactly one step (the comment names it);
 * reading this file top to bottom is reading the data flow. Plain JSON, no secrets:
 * it is a row in the database and it is shown in the UI.
 */
export interface Facts {
  /** start */
  readonly target: Target;
  /** inspect */
  readonly installed: CertificateFacts | null | 'unreadable';
  /** inspect: what each endpoint served before anything was touched */
  readonly before: readonly ServedEndpoint[];
  /** inspect */
  readonly due: Due;
  /** inspect: when the CA wants the installed certificate renewed; null when it does not say */
  readonly caWindow: RenewalWindow | null;
  /** inspect: a certificate that is still good and only has to be put to use */
  readonly earlier: EarlierCertificate;
  /** request: ISO 8601, when the appliance was told to make a key and a CSR */
  readonly csrAskedAt: string;
  /** request */
  readonly csr: CsrFacts;
  /** order: what the appliance's product makes of the certificate to come */
  readonly compatibility: readonly Finding[];
  /** order: the restarts that were planned then, in their order */
  readonly planned: readonly ActivationAction[];
  /** order */
  readonly order: OrderTicket;
  /** order */
  readonly challenges: readonly Challenge[];
  /** publish */
  readonly records: readonly PublishedRecord[];
  /** propagate: ISO 8601, after which it gives up */
  readonly propagateBy: string;
  /** propagate: the last round of questions */
  readonly propagation: readonly RecordSight[];
  /** reuse or issue */
  readonly chain: CertificateChain;
  /** cleanUp: the records that are gone, as `fqdn value` */
  readonly cleaned: readonly string[];
  /** install */
  readonly trustAdded: readonly string[];
  /** install */
  readonly install: InstallReceipt;
  /** activate: what a person was asked, and what was allowed, about restarting outside of a window */
  readonly permission: RestartPermission;
  /** activate */
  readonly activation: readonly ActivationRecord[];
  /** verify: ISO 8601, after which it gives up */
  readonly verifyBy: string;
  /** verify */
  readonly served: readonly ServedEndpoint[];
  /** assess: what each endpoint serves after a failure */
  readonly aftermath: readonly ServedEndpoint[];
}

/** The connection as it was when the renewal began; editing its names or slot later does not change a running renewal. */
export interface Target {
  readonly connectionId: number;
  readonly slot: SlotId;
  readonly dnsNames: readonly string[];
  /** Null: by the part of the lifetime that is left. */
  readonly daysBefore: number | null;
  readonly activation: 'automatic' | 'ask';
  /** Seconds to wait until every name server shows the records; null: what the DNS plugin says. */
  readonly propagationPatienceSeconds: number | null;
  /** Who must show the records; the default of dns/resolver.ts when absent. */
  readonly propagation: PropagationPolicy | null;
  /** Seconds to wait until every endpoint serves the new certificate; null: what the driver says. */
  readonly verifyPatienceSeconds: number | null;
  /** Of whose openings the first restart waits for; null: it waits for none. */
  readonly restartCalendar: number | null;
  readonly emergency: EmergencyPolicy | null;
  /** A person asked: renew even if it is not due. */
  readonly asked: boolean;
  readonly goal: Goal;
}

/**
 * Where a renewal ends when all goes well: `serve`, when the new certificate was seen served; `issue`, when it is kept in
 * accounts/; `validate`, when the CA's test directory has issued one, of which nothing is kept.
 */
export type Goal = 'serve' | 'issue' | 'validate';

export interface EarlierCertificate {
  /** The renewal that it was issued in. */
  readonly renewalId: string;
  readonly chain: CertificateChain;
}

/** Stored before the record is published (receipt null) and again after, so that a crash in between leaves a trace to clean up. */
export interface PublishedRecord {
  readonly record: TxtRecord;
  readonly location: ChallengeLocation;
  readonly receipt: DnsReceipt | null;
}

/** `in-window`: when the restart calendar is open. `at-once`: whatever it says. Null: nothing yet. */
export interface RestartPermission {
  readonly asked: 'in-window' | 'at-once' | null;
  readonly allowed: 'in-window' | 'at-once' | null;
}

/** Stored before the action is started: a second restart would be a second outage. */
export interface ActivationRecord {
  readonly action: ActivationAction;
  /** ISO 8601 */
  readonly startedAt: string;
  /** The appliance has certainly begun. */
  readonly accepted: boolean;
  readonly done: boolean;
  /** ISO 8601; null while it is not done. */
  readonly doneAt: string | null;
}

export interface ServedEndpoint {
  readonly endpoint: TlsEndpoint;
  /** Null when there was no handshake; `detail` says why. */
  readonly sha256: string | null;
  readonly notAfter: string | null;
  readonly detail: string | null;
  /** ISO 8601 */
  readonly at: string;
}
