import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What public sources disagree on, or leave open. Every node is drawn at random, so that a client which
 * relies on one reading fails in the lab and not at a customer. Pass a value to pin it. Nodes of a cluster are of one
 * make: they share what was drawn, but for `startedLine`.
 */
export interface Quirks {
  /** How `snapshot/server` names a trust store. */
  readonly trustName: 'tomcat' | 'tomcat-trust';
  /** What `GET trust/certificate` answers: a bare array, or an object around it. */
  readonly trustList: 'array' | 'object';
  /** What stands for "no CSR" in `snapshot/server`. */
  readonly absentCsr: 'omitted' | 'null' | 'empty';
  /** The status of a successful upload. */
  readonly uploadStatus: 200 | 201;
  /** The privilege level that `show myself` prints for the administrator. */
  readonly adminLevel: 1 | 4;
  /** Whether a stopping Tomcat answers 503 for a while before its ports close. */
  readonly stopping: 'closed' | '503';
  /** The value of `distribution` for a certificate of the whole cluster; the other one is refused. */
  readonly multiServer: 'multi-server' | 'multi-server(SAN)';
  /** Whether the CLI says that Tomcat has started, or just gives the prompt back. Subscribers do not say it. */
  readonly startedLine: 'printed' | 'omitted';
  /** When the Control Center service answers a restart. */
  readonly controlAnswer: 'at-once' | 'when-started';
  /** How the Control Center service counts out a client that asks too often. */
  readonly rateLimit: 'status-503' | 'fault';
  /** How the Control Center service writes its XML: names with a prefix throughout, or only where it must. */
  readonly soapPrefix: 'everywhere' | 'outside';
  /** The `keyType` that a CSR for an ECDSA slot has to name. Not drawn: `either`, unless pinned. */
  readonly ecKeyType: 'either' | 'ec' | 'ecdsa';
  /** Whether a certificate that is not for client authentication may answer a CSR that asks for it. Not drawn: `accepted`. */
  readonly serverAuthOnly: 'accepted' | 'refused';
}

export function drawQuirks(pinned: Partial<Quirks>): Quirks {
  return {
    trustName: oneOf('tomcat', 'tomcat-trust'),
    trustList: oneOf('array', 'object'),
    absentCsr: oneOf('omitted', 'null', 'empty'),
    uploadStatus: oneOf(200, 201),
    adminLevel: oneOf(1, 4),
    stopping: oneOf('closed', '503'),
    multiServer: oneOf('multi-server', 'multi-server(SAN)'),
    startedLine: 'printed',
    controlAnswer: oneOf('at-once', 'when-started'),
    rateLimit: oneOf('status-503', 'fault'),
    soapPrefix: oneOf('everywhere', 'outside'),
    ecKeyType: 'either',
    serverAuthOnly: 'accepted',
    ...pinned,
  };
}

/** Whole number, both ends included. */
export function between(low: number, high: number): number {
  return low + Math.floor(Math.random() * (high - low + 1));
}

export function oneOf<const T>(first: T, ...others: readonly T[]): T {
  return [first, ...others][between(0, others.length)] ?? first;
}

export function shuffled<T>(items: readonly T[]): T[] {
  const ranked = items.map((item) => ({ item, rank: Math.random() }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

/** Cuts the text at random places. Never returns an empty piece, so a short text may give fewer than `most`. */
export function pieces(text: string, fewest: number, most: number): string[] {
  const cuts = Array.from({ length: between(fewest, most) - 1 }, () => between(1, Math.max(1, text.length - 1)));
  const places = [...new Set([0, ...cuts, text.length])].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}

export function trackingId(): string {
  return `UC_${randomUUID()}`;
}

/** @throws AbortError when the signal fires first. */
export async function pause(fewestMs: number, mostMs: number, signal: AbortSignal): Promise<void> {
  await sleep(between(fewestMs, mostMs), undefined, { signal });
}
