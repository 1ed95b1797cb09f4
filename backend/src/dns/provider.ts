import type { z } from 'zod';
import type { Json } from '../domain/json.ts';
import type { Plugin } from '../plugins/plugin.ts';

/**
 * Publishes and removes DNS-01 challenge records in one account at one DNS service.
 *
 * Every implementation passes test/contracts/dns-provider.ts, which checks the
 * promises written here.
 */
export interface DnsProvider {
  /** Proves the credentials work and returns the zones they can write, as far as the service can tell. Read-only. */
  check(signal: AbortSignal): Promise<readonly string[]>;

  /**
   * Makes `record` exist beside any other values of the same name.
   * Presenting a value that already exists succeeds and returns a receipt for it.
   *
   * @throws AppError DNS_ZONE_NOT_FOUND when no zone of the account covers the name; DNS_DENIED, DNS_REFUSED,
   *   DNS_RATE_LIMITED, DNS_UNREACHABLE with the service's own words as evidence.
   */
  present(record: TxtRecord, signal: AbortSignal): Promise<DnsReceipt>;

  /**
   * Removes exactly this name and value, no other. Succeeds when it is already gone.
   * The receipt saves a lookup; it is null when we crashed or were cancelled before storing it.
   */
  cleanUp(record: TxtRecord, receipt: DnsReceipt | null, signal: AbortSignal): Promise<void>;

  /** Milliseconds. Set when the service is known to be slower than the default of 2 minutes. */
  readonly propagationTimeoutMs?: number;

  /**
   * Set when `cleanUp` cannot remove anything: what becomes of the record, as it goes on after "1 record stays: ".
   * `delete it by hand`
   */
  readonly afterwards?: string;

  /** Set when a person publishes the record: the renewal is held until they say it is done. */
  readonly manual?: true;
}

/** For `propagationTimeoutMs` where nobody knows which service stands behind a program or a person: some take a quarter of an hour. */
export const SLOW_SERVICE_MS = 1_200_000;

export interface TxtRecord {
  /** Absolute, lower case, no trailing dot: `_acme-challenge.cucm.example.com`. CNAMEs already followed. */
  readonly fqdn: string;
  readonly value: string;
  readonly ttlSeconds: number;
  /** The zone that holds the name, found by walking the delegation (dns/resolver.ts). */
  readonly zone: string;
}

/** Plain JSON: it is stored as soon as it exists, and outlives the process that made it. */
export interface DnsReceipt {
  /** The service's own handle (record id, change id). Only its provider reads it. */
  readonly handle: Json;
}

export type DnsPlugin<S extends z.ZodObject = z.ZodObject> = Plugin<S, DnsProvider>;
