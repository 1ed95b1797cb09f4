import type { ActivationAction, InstallReceipt, SlotId } from '../appliances/driver.ts';
import type { TypicalWait } from '../dns/history.ts';
import type { RecordSight } from '../dns/microscope.ts';
import type { DnsReceipt, TxtRecord } from '../dns/provider.ts';
import type { ChallengeLocation, PropagationPolicy } from '../dns/resolver.ts';
import type { EmergencyPolicy } from '../domain/calendar.ts';
import type { CertificateChain, CertificateFacts, CsrFacts } from '../domain/certificate.ts';
import type { Due } from '../domain/due.ts';
import type { Finding } from '../domain/finding.ts';
import type { KeyKind } from '../domain/key-kind.ts';
import type { WhichIssuer } from '../domain/which-issuer.ts';
import type { TokenSight } from '../http01/sight.ts';
import type { HttpToken } from '../http01/solver.ts';
import type { Challenge, ChallengeKind, OrderTicket, RenewalWindow } from '../issuers/issuer.ts';
import type { Call } from '../plugins/call-log.ts';
import type { TlsEndpoint } from '../plugins/tls.ts';

/**
 * What one renewal has learned so far. Each key is written by exactly one step (the comment names it);
 * reading this file top to bottom is reading the data flow. Plain JSON, no secrets:
 * it is a row in the database and it is shown in the UI.
 */
export interface Facts {
  /** start */
  readonly target: Target;
  /** run: what all steps asked of CAs and DNS services over HTTP */
  readonly calls: readonly Call[];
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
  /** publish: files for the web servers of the names */
  readonly tokens: readonly PlacedToken[];
  /** propagate: ISO 8601, after which it gives up */
  readonly propagateBy: string;
  /** propagate: the last round of questions */
  readonly propagation: readonly RecordSight[];
  /** propagate: how long that has taken so far, and usually does */
  readonly propagationWait: PropagationWait;
  /** propagate: what each address of each name gave, where names are proved over HTTP */
  readonly reachability: readonly TokenSight[];
  /** reuse or issue */
  readonly chain: CertificateChain;
  /** cleanUp: the records that are gone, as `fqdn value`, and the files, as URL */
  readonly cleaned: readonly string[];
  /** install */
  readonly trustAdded: readonly string[];
  /** install */
  readonly install: InstallReceipt;
  /** install or activate: what a person was asked, and what was allowed, about restarting outside of a window */
  readonly permission: RestartPermission;
  /** install or activate */
  readonly activation: readonly ActivationRecord[];
  /** verify: ISO 8601, after which it gives up */
  readonly verifyBy: string;
  /** verify */
  readonly served: readonly ServedEndpoint[];
  /** rollBack: the certificate that is put back, or was */
  readonly restored: RestoredCertificate;
  /** assess: what each endpoint serves after a failure */
  readonly aftermath: readonly ServedEndpoint[];
}

/** The connection as it was when the renewal began; editing its names or slot later does not change a running renewal. */
export interface Target {
  readonly connectionId: number;
  readonly slot: SlotId;
  readonly dnsNames: readonly string[];
  /** Absent in renewals that an earlier version began: `dns-01`. */
  readonly challenge?: ChallengeKind;
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
  /** Null: what the driver recommends. */
  readonly keyKind: KeyKind | null;
  readonly reuseKey: boolean;
  /** A person asked: renew even if it is not due. */
  readonly asked: boolean;
  readonly goal: Goal;
  /** Which CA of the connection is asked. Absent in renewals from before there was a second one: the first. */
  readonly issuer?: WhichIssuer;
  /** The fallback certificate is put to use, if there is one and its key is still there. */
  readonly useFallback?: true;
  /** That CA is for practice: nobody trusts what it signs. Absent in renewals that an earlier version began. */
  readonly practice?: boolean;
}

/**
 * Where a renewal ends when all goes well: `serve`, when the new certificate was seen served; `issue`, when it is kept in
 * accounts/; `keep`, the same where nothing is ever served and people download it; `validate`, when the CA's test directory has issued one, of which nothing is kept;
 * `fallback`, when one of the second CA is kept ready.
 */
export type Goal = 'serve' | 'issue' | 'keep' | 'validate' | 'fallback';

export interface EarlierCertificate {
  /** The renewal that it was issued in. */
  readonly renewalId: string;
  readonly chain: CertificateChain;
  /** It was kept ready. */
  readonly fallback?: true;
}

/** Stored before anything is put back. */
export interface RestoredCertificate {
  readonly sha256: string;
  /** ISO 8601 */
  readonly notAfter: string;
  /** The host held it again. */
  readonly installed: boolean;
  /** ISO 8601: until when all endpoints must serve it again; null while it is not installed. */
  readonly seenBy: string | null;
  /** What each endpoint served last. */
  readonly served: readonly ServedEndpoint[];
}

/** Stored before the record is published (receipt null) and again after, so that a crash in between leaves a trace to clean up. */
export interface PublishedRecord {
  readonly record: TxtRecord;
  readonly location: ChallengeLocation;
  readonly receipt: DnsReceipt | null;
  /** A person publishes it. */
  readonly byHand?: true;
  /** Who published it (renewal/account-mark.ts). Absent in records of versions that did not note it. */
  readonly account?: string;
}

export interface PropagationWait {
  /** ISO 8601 */
  readonly startedAt: string;
  /** Of the slowest of the zones; null while nothing is known. */
  readonly typical: TypicalWait | null;
}

/** Stored before it is placed and again after, for the same reason. */
export interface PlacedToken {
  readonly token: HttpToken;
  readonly placed: boolean;
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
