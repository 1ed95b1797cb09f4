import type { z } from 'zod';
import type { CertificateChain, CertificateFacts, CsrFacts } from '../domain/certificate.ts';
import type { Finding } from '../domain/finding.ts';
import type { IssuerTraits } from '../domain/issuer-traits.ts';
import type { Json } from '../domain/json.ts';
import type { KeyKind } from '../domain/key-kind.ts';
import type { Secret } from '../domain/secret.ts';
import type { Exchange } from '../plugins/exchange.ts';
import type { Plugin } from '../plugins/plugin.ts';
import type { TlsEndpoint } from '../plugins/tls.ts';

/**
 * Speaks to one appliance (a CUCM node, an ISE node, an Expressway, a web server).
 *
 * The methods below are what every appliance can do. What only some can do is an optional
 * capability object: ask with `if (driver.csr)`, never by product name. Drivers translate;
 * they do not decide, retry, wait for long, or write state. Every implementation passes
 * test/contracts/appliance-driver.ts.
 *
 * Unless said otherwise a method throws AppError APPLIANCE_UNREACHABLE, APPLIANCE_NOT_TRUSTED,
 * APPLIANCE_DENIED, APPLIANCE_FORBIDDEN, APPLIANCE_BUSY (503, restarting), APPLIANCE_REFUSED
 * (it said no, with its words) or APPLIANCE_PROTOCOL (an answer we cannot read).
 */
export interface ApplianceDriver {
  /** Cheap, read-only: what answers at this address, and do the credentials work. */
  identify(signal: AbortSignal): Promise<ApplianceIdentity>;

  /**
   * Everything that can be known about `slot` without changing anything: TLS and trust, credentials and
   * privilege, product and version, slot, pending CSR, rules of this product for `dnsNames`.
   * Failures are findings; it throws only when aborted.
   */
  check(slot: SlotId, dnsNames: readonly string[], signal: AbortSignal): Promise<readonly Finding[]>;

  /** The certificate the appliance holds in `slot`; null when the slot is empty; 'unreadable' when it answers with something that is no certificate. */
  readInstalled(slot: SlotId, signal: AbortSignal): Promise<CertificateFacts | null | 'unreadable'>;

  /**
   * Puts the chain into `slot`, and with it `key` where the host takes one. Installing a chain that is already there
   * succeeds and reports `changed: false`. What is put there replaces the old together or not at all.
   * Returns only after reading back that the slot holds the leaf: an answer that timed out is looked up, not guessed.
   *
   * @throws AppError APPLIANCE_REJECTED_CERTIFICATE with the appliance's own words as evidence;
   *   APPLIANCE_UNREACHABLE or APPLIANCE_BUSY when nobody can say now whether it arrived (repeat later).
   */
  install(slot: SlotId, chain: CertificateChain, key: KeyMaterial, signal: AbortSignal): Promise<InstallReceipt>;

  /**
   * Where clients meet the certificate of `slot`: one endpoint, or one per node when the
   * slot is shared by a cluster. Verification dials each; drivers never verify themselves.
   */
  endpoints(slot: SlotId, signal: AbortSignal): Promise<readonly TlsEndpoint[]>;

  /** Present when the private key is made on, and never leaves, the appliance. A driver has this or `key`. */
  readonly csr?: CsrCapability;
  /** Present when certferry makes the private key and hands it over with the certificate. */
  readonly key?: KeyCapability;
  /** Present when the issuing CA must be trusted before its leaf is accepted. */
  readonly trust?: TrustCapability;
  /** Present when an installed certificate is served only after a restart. */
  readonly activation?: ActivationCapability;
  /** Present when the lab can simulate a twin of the appliance. */
  readonly twin?: TwinCapability;
  /** Present when the appliance knows which nodes belong together with it. */
  readonly cluster?: ClusterCapability;

  /**
   * What the product makes of a certificate that `issuer` would issue for `csr`, before anything is ordered: each finding
   * with its public reference. Pure: asks nobody. `dnsNames` are the names that the connection wants, where they are known.
   */
  compatibility?(slot: SlotId, csr: CsrFacts, issuer: IssuerTraits, dnsNames?: readonly string[]): readonly Finding[];
}

/** A place for a certificate, in the appliance's own words: `tomcat`, `CallManager`, `ise-admin`. */
export type SlotId = string;

export interface ApplianceIdentity {
  readonly product: string;
  /** As the appliance prints it; null when it cannot be asked (no SSH). */
  readonly version: string | null;
  readonly nodeName: string;
  readonly slots: readonly SlotId[];
}

export interface CsrCapability {
  /** The request waiting in `slot` (PEM), ours or someone else's. Read-only. */
  pending(slot: SlotId, signal: AbortSignal): Promise<string | null>;
  /**
   * Makes a new key pair and request, and returns the request as read back from the appliance (PEM).
   * Replaces any pending one and makes certificates issued for it useless, so the step asks `pending` first.
   */
  create(slot: SlotId, request: CsrRequest, signal: AbortSignal): Promise<string>;
  /** Present when `create` refuses while one is pending, which only people can discard. */
  readonly keepsOne?: true;
  /** Names that the appliance puts into every request by itself, lower case. */
  readonly ownNames?: readonly string[];
}
export interface CsrRequest {
  readonly commonName: string;
  /** Includes `commonName`. */
  readonly dnsNames: readonly string[];
}

export interface KeyCapability {
  /** The kinds that the host takes; the first is used unless the connection names another. */
  readonly kinds: readonly [KeyKind, ...KeyKind[]];
}

/** `appliance`: it has the key already. `certferry`: the key (PKCS#8, PEM) that belongs to the leaf. */
export type KeyMaterial = { readonly held: 'appliance' } | { readonly held: 'certferry'; readonly pem: Secret };

export interface TrustCapability {
  /**
   * Adds the CA certificates (PEM) that are missing, compared by SHA-256, root first, on every node that needs them;
   * returns the fingerprints it added, each once.
   *
   * @throws AppError APPLIANCE_REFUSED before anything is sent to a node whose store cannot take them, saying why.
   */
  ensure(slot: SlotId, caPem: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** What the trust stores behind `slot` hold, node by node. What cannot be read as a certificate is left out. Read-only. */
  view?(slot: SlotId, signal: AbortSignal): Promise<readonly TrustStoreEntry[]>;
}
export interface TrustStoreEntry {
  readonly node: string;
  /** In the appliance's own words: `tomcat-trust`. */
  readonly store: string;
  readonly subject: string;
  readonly issuer: string;
  readonly selfSigned: boolean;
  readonly sha256: string;
  /** ISO 8601 */
  readonly notAfter: string;
}

export interface TwinCapability {
  /** What each node says of its certificates, as it says it: names, certificates and trust stores, no secrets. Read-only. */
  snapshots(signal: AbortSignal): Promise<readonly Json[]>;
}

export interface ClusterCapability {
  /** Every node that the appliance says belongs to its cluster, itself among them. Read-only, and a proposal: people correct it. */
  discover(signal: AbortSignal): Promise<readonly DiscoveredNode[]>;
}
export interface DiscoveredNode {
  /** The full name where the appliance knows one, else its short name or address; lower case. */
  readonly host: string;
  readonly address: string | null;
  readonly role: 'publisher' | 'subscriber' | 'imp' | 'unity';
  /** False when the appliance lists the node but does not speak to it now. */
  readonly joined: boolean;
}

export interface ActivationCapability {
  /**
   * Present when an action is a command that makes a service take its files: a person chose it, and may run it again. It is then
   * also run for putting an old certificate back, which restarts are not.
   */
  readonly reloads?: true;
  /** What has to happen before `slot` is served, in order (publisher before subscribers). Read-only. */
  plan(slot: SlotId, signal: AbortSignal): Promise<readonly ActivationAction[]>;
  /** Present where `plan` asks the appliance: how many actions it gives at most, by the settings alone. */
  most?(slot: SlotId): number;
  /**
   * Starts one action. Calls `accepted` as soon as the appliance has certainly begun, and resolves when the appliance's
   * session has ended, one way or the other: 'done' when the appliance said that the service is back. NOT repeatable: a second restart is a second outage, so the step stores
   * that it starts before it calls, and asks `status` on resume.
   *
   * @throws AppError ACTIVATION_FAILED when the appliance says that it failed. A session that breaks after `accepted` is
   *   no error: Tomcat takes it down with it. An error before `accepted` means that nothing was restarted, as far as can be known.
   */
  start(action: ActivationAction, accepted: () => Promise<void>, signal: AbortSignal): Promise<'done' | 'unknown'>;
  /** Of the service, not of the certificate: `unknown` while the appliance cannot be asked. */
  status(action: ActivationAction, signal: AbortSignal): Promise<'running' | 'done' | 'unknown'>;
  /** What a person should know or do around a new certificate in `slot` that no restart does: a backup, SSO metadata. */
  advice?(slot: SlotId): readonly Advice[];
  /** Milliseconds after which an action whose beginning was never confirmed can be said not to have begun, if the old certificate is then still served. */
  readonly beginsWithinMs: number;
  /** Milliseconds it may take until the endpoints serve again. */
  readonly patienceMs: number;
  /** Names what must not be restarted in two places at once: all nodes of a cluster have one group, over all connections. */
  readonly group: string;
  /** Milliseconds between the end of one restart in the group and the beginning of the next. */
  readonly pauseMs: number;
}
export interface Advice {
  readonly text: string;
  /** Public source. */
  readonly reference: string;
}

export interface ActivationAction {
  /** `cucm-pub/Cisco Tomcat` */
  readonly id: string;
  readonly node: string;
  readonly service: string;
  /** What serves the new certificate after this action; nothing further is restarted before all of them do. May be empty. */
  readonly endpoints: readonly TlsEndpoint[];
  /** Seconds without the service: documented or a rule of thumb. What this installation has seen outranks it. */
  readonly expectedSeconds: number;
  /** What people miss on the node meanwhile: `about 5 minutes without web access`. */
  readonly impact: string;
  /** Phones lose their registration, or more: a person types the node's name before it is allowed. */
  readonly typedConfirmation?: true;
  /**
   * The appliance begins it by itself when it takes the certificate. So it is allowed, and waited for a restart window, before
   * the hand-over; `start` then restarts nothing and calls `accepted`.
   */
  readonly beginsWithInstall?: true;
}

export interface InstallReceipt {
  readonly changed: boolean;
  readonly sha256: string;
}

export type ApplianceGroup =
  | 'Cisco'
  | 'VMware'
  | 'Web servers and proxies'
  | 'Files and your own agents'
  | 'On certferry itself';

/**
 * What a new certificate restarts, as far as it is known without asking the appliance. `typed`: only after somebody typed the
 * name of the node.
 */
export type RestartKind = 'none' | 'free' | 'typed';

export interface AppliancePlugin<S extends z.ZodObject = z.ZodObject> extends Plugin<S, ApplianceDriver> {
  /** The heading under which the picker shows it. Those of one group stand together in the list of all. */
  readonly group: ApplianceGroup;
  /** Its slots, where they are the same whatever the settings: people who have no choice are not asked. */
  readonly slots?: readonly SlotId[];
  /** The `kinds` of its drivers' KeyCapability; absent when their keys are made on the appliance. */
  readonly takesKey?: readonly KeyKind[];
  /** There is no host: a renewal ends when the certificate is kept, and what is kept is judged in place of what is served. */
  readonly servesNothing?: true;
  /** None of its drivers has an ActivationCapability, whatever the settings: people are asked nothing about restarts. */
  readonly restartsNothing?: true;
  /** The ActivationCapability of its drivers, where they have one, says `reloads`. */
  readonly reloads?: true;
  /** Absent: every slot is `free`, or `none` with `restartsNothing`. Never throws, also for a slot that there is not. */
  restartOf?(slot: SlotId, settings: Readonly<Record<string, unknown>>): RestartKind;
  /** Where a recording was made, as far as the settings of the connection and the exchanges tell. */
  recordedAt?(
    settings: Readonly<Record<string, unknown>>,
    exchanges: readonly Exchange[],
  ): { readonly product: string; readonly release: string | null };
}
