import { type Certificate, type CertificateRequest, newRequest } from './certificates.ts';
import type { HashName, KeyKind, KeyMaker } from './keys.ts';
import { Refusal, TEXTS } from './refusal.ts';
import type { Slot } from './slots.ts';

const DNS_NAME = /^(?!.*\.\.)[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?$/i;

/** A request that waits for its certificate. */
export interface Pending {
  readonly request: CertificateRequest;
  readonly details: PendingDetails;
}

export interface PendingDetails {
  readonly slot: Slot;
  readonly key: KeyKind;
  readonly hash: HashName;
  readonly commonName: string;
  /** Of the SAN; none: no SAN at all. */
  readonly dnsNames: readonly string[];
  /** Whether its certificate is for all nodes of the cluster. */
  readonly isMultiServer: boolean;
}

/** Makes a key and a request for it. @throws Refusal when the names are no good */
export async function newPending(details: PendingDetails, newKeys: KeyMaker): Promise<Pending> {
  const { slot, key, hash, commonName } = details;
  for (const name of [commonName, ...details.dnsNames]) checkName(name);
  const dnsNames = [...new Set(details.dnsNames.map((name) => name.toLowerCase()))];
  const { ipsecUsage } = slot;
  const request = await newRequest({ commonName, dnsNames, key, hash, ipsecUsage }, newKeys);
  return { request, details };
}

/** @throws Refusal when the certificate is not for this request, or not for this time */
export function checkLeaf(leaf: Certificate, request: CertificateRequest, now: number): void {
  if (leaf.spki !== request.spki) throw new Refusal(400, TEXTS.keyMismatch);
  if (!namesFit(leaf.names, request)) throw new Refusal(400, TEXTS.sanMismatch);
  if (Date.parse(leaf.parsed.validTo) <= now) throw new Refusal(400, TEXTS.expired);
  if (Date.parse(leaf.parsed.validFrom) > now) throw new Refusal(400, TEXTS.notYetValid);
}

function namesFit(names: ReadonlySet<string>, request: CertificateRequest): boolean {
  if (names.size === 0) return !request.hasNames;
  return names.size === request.names.size && [...names].every((name) => request.names.has(name));
}

function checkName(name: string): void {
  if (name.startsWith('*')) throw new Refusal(400, TEXTS.wildcard);
  if (!DNS_NAME.test(name)) throw new Refusal(400, `Invalid host name: ${name}`);
}
