import type { z } from 'zod';
import type { CertificateChain } from '../domain/certificate.ts';
import type { Finding } from '../domain/finding.ts';
import type { IssuerTraits } from '../domain/issuer-traits.ts';
import type { Json } from '../domain/json.ts';
import type { RevocationReason } from '../domain/revocation.ts';
import type { Plugin, PluginDeps } from '../plugins/plugin.ts';

/**
 * Turns a CSR into a certificate. Split into calls so that the renewal can be stopped between
 * any two of them and resumed by another process from the ticket alone. Instances hold no state of a renewal.
 *
 * Unless said otherwise a method throws AppError ISSUER_UNREACHABLE, ISSUER_NOT_TRUSTED, ISSUER_RATE_LIMITED (with
 * `retryAfterMs`), ISSUER_ACCOUNT or ISSUER_REFUSED with the CA's problem document as evidence.
 * Every implementation passes test/contracts/issuer.ts.
 */
export interface Issuer {
  /**
   * Identifies this issuer and account (`acme:acme-v02.api.letsencrypt.org:<hash>`).
   * Certificates of one key replace each other; those of different keys never do.
   */
  readonly key: string;

  /**
   * The same CA where it issues certificates that nobody trusts, to prove that issuing works; null where there is none.
   * Another directory with another account.
   */
  readonly staging: Issuer | null;

  /** Directory reachable, account usable, profile offered. Creates nothing. Failures are findings. */
  check(signal: AbortSignal): Promise<readonly Finding[]>;

  /** CAA issuer domain names that allow this CA (RFC 8659), as it announces them; empty when it does not say. */
  caaIdentities(signal: AbortSignal): Promise<readonly string[]>;

  /** What is known of the certificates it would issue. Asks nobody. */
  readonly traits: IssuerTraits;

  /** Opens an order, or returns `previous` when it can still lead to a certificate for exactly these names. */
  openOrder(request: OrderRequest, previous: OrderTicket | null, signal: AbortSignal): Promise<OrderTicket>;

  /**
   * The challenges of one kind that are still to be answered. Empty when the CA remembers earlier proofs or needs none.
   *
   * @throws AppError ISSUER_REFUSED naming what the CA offers when that kind is not among it.
   */
  pendingChallenges<Kind extends ChallengeKind>(
    ticket: OrderTicket,
    kind: Kind,
    signal: AbortSignal,
  ): Promise<readonly ChallengeOf<Kind>[]>;

  /**
   * Has the CA validate `challenges`, finalises with `csrPem` and downloads the chain.
   * On an order already finalised it only downloads, after a crash at any point it goes on where it was.
   *
   * @throws AppError CHALLENGE_FAILED with what the CA saw.
   */
  issue(
    ticket: OrderTicket,
    challenges: readonly Challenge[],
    csrPem: string,
    signal: AbortSignal,
  ): Promise<CertificateChain>;

  /**
   * Has the CA revoke a certificate that it issued to this account, and returns when the CA says that it is revoked. One that
   * was revoked before is `already`.
   *
   * @throws AppError ISSUER_REFUSED also when the certificate is not of this account.
   */
  revoke(leafPem: string, reason: RevocationReason, signal: AbortSignal): Promise<'revoked' | 'already'>;

  /** The window in which the CA wants this certificate renewed (RFC 9773); null when it does not say. */
  renewalWindow(leafPem: string, signal: AbortSignal): Promise<RenewalWindow | null>;
}

export interface OrderRequest {
  /** Lower case, exactly the names of the CSR. */
  readonly dnsNames: readonly string[];
  /** The certificate that the new one replaces, when there is one (RFC 9773 `replaces`). */
  readonly replacesPem: string | null;
}

export interface OrderTicket {
  readonly url: string;
  readonly dnsNames: readonly string[];
  /** ISO 8601; null when the CA does not say. */
  readonly expires: string | null;
  /** The CA took the order as the replacement of the certificate that was named (RFC 9773). */
  readonly replaces?: true;
  /** Only its issuer reads it. Plain JSON, no secrets. */
  readonly handle: Json;
}

/** One proof the CA accepts for one name. */
export type Challenge = DnsChallenge | HttpChallenge;

export type ChallengeKind = Challenge['type'];
export type ChallengeOf<Kind extends ChallengeKind> = Extract<Challenge, { readonly type: Kind }>;

interface ChallengeBase {
  /** Without `*.`: the apex and the wildcard of one name give two challenges with one `recordName`. */
  readonly dnsName: string;
  /** Where the CA is told that the proof is in place. */
  readonly url: string;
  readonly authorizationUrl: string;
}

/** RFC 8555, section 8.4 */
export interface DnsChallenge extends ChallengeBase {
  readonly type: 'dns-01';
  /** `_acme-challenge.<dnsName>` */
  readonly recordName: string;
  readonly recordValue: string;
}

/** RFC 8555, section 8.3. CAs give none for wildcards. */
export interface HttpChallenge extends ChallengeBase {
  readonly type: 'http-01';
  /** Of letters, digits, `-` and `_`. */
  readonly token: string;
  /** What `http://<dnsName>/.well-known/acme-challenge/<token>` has to answer. */
  readonly keyAuthorization: string;
}

export interface RenewalWindow {
  /** ISO 8601 */
  readonly start: string;
  readonly end: string;
  readonly explanationUrl: string | null;
  /** Milliseconds until the CA wants to be asked again. */
  readonly retryAfterMs: number | null;
}

/** A folder of accounts/ (0700) that keeps an issuer's account. Files are 0600 and written atomically. */
export interface Folder {
  read(name: string): Promise<string | null>;
  write(name: string, text: string): Promise<void>;
}

export interface IssuerDeps extends PluginDeps {
  /** `accounts/issuers/<name>/`; `name` is made safe for a file system. */
  accountFolder(name: string): Folder;
  readonly userAgent: string;
}

export type IssuerPlugin<S extends z.ZodObject = z.ZodObject> = Plugin<S, Issuer, IssuerDeps>;
