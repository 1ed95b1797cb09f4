import type { CertificateFacts, CertificateSummary } from '../domain/certificate.ts';
import { type Due, type DueInput, dueFrom, judgeDue, worseOf } from '../domain/due.ts';
import type { WatchEvent } from '../store/events.ts';
import type { SeenEndpoint, WatchMemory } from './memory.ts';

/** What was seen by dialling every endpoint. */
export interface Look {
  /** ISO 8601 */
  readonly at: string;
  readonly endpoints: readonly LookedAt[];
  /** Why nobody could be dialled at all; null when they were. */
  readonly trouble: string | null;
}

export interface LookedAt {
  /** `cucm-pub.example.com:8443` */
  readonly name: string;
  /** Null when there was no handshake. */
  readonly sha256: string | null;
  readonly certificate: CertificateFacts | 'unreadable' | null;
  /** Why there was no handshake; null when there was one. */
  readonly silence: string | null;
  /** No endpoint, but what is kept to be downloaded: `sha256` is null when nothing is. */
  readonly kept?: true;
}

/** An event of this connection, without its number. */
export type WatchNews = WatchEvent extends infer One
  ? One extends WatchEvent
    ? Omit<One, 'connectionId'>
    : never
  : never;

export interface Observation {
  readonly memory: WatchMemory;
  readonly news: readonly WatchNews[];
}

/** Milliseconds. One silent look may be a restart by somebody else: told is what lasts. */
export const SILENCE_TOLD_AFTER_MS = 5 * 60_000;

/**
 * Takes in what was seen. An endpoint that does not answer keeps what it served last: silence is an alarm and no verdict.
 * Each change is told once.
 */
export function afterLook(memory: WatchMemory, look: Look): Observation {
  const endpoints = look.trouble === null ? look.endpoints.map((one) => seen(one, look.at, memory)) : memory.endpoints;
  const named = new Set(endpoints.map(({ sha256 }) => sha256));
  const known = new Map(memory.certificates.map((one) => [one.sha256, one]));
  for (const { certificate } of look.endpoints) {
    if (certificate !== null && certificate !== 'unreadable') known.set(certificate.sha256, summaryOf(certificate));
  }
  const certificates = [...known.values()].filter(({ sha256 }) => named.has(sha256));
  const looked = { ...memory, endpoints, certificates, lookedAt: look.at };
  const silence = tellSilence(looked, look);
  const deviation = tellDeviation(silence.memory);
  return { memory: deviation.memory, news: [...silence.news, ...deviation.news] };
}

function seen({ name, sha256, silence, kept }: LookedAt, at: string, { endpoints }: WatchMemory): SeenEndpoint {
  if (kept) return { name, answeredAt: at, sha256, silence, kept };
  const earlier = endpoints.find((one) => one.name === name);
  if (sha256 === null) {
    return { name, answeredAt: earlier?.answeredAt ?? null, sha256: earlier?.sha256 ?? null, silence };
  }
  return { name, answeredAt: at, sha256, silence: null };
}

/** A look may bring the certificate itself, which is not kept. */
function summaryOf(certificate: CertificateSummary): CertificateSummary {
  const { sha256, serial, subject, issuer, commonName, notBefore, notAfter, key, selfSigned } = certificate;
  const { dnsNames, extendedKeyUsage } = certificate;
  return {
    sha256,
    serial,
    subject,
    issuer,
    commonName,
    dnsNames,
    notBefore,
    notAfter,
    key: { kind: key.kind, spkiSha256: key.spkiSha256 },
    extendedKeyUsage,
    selfSigned,
  };
}

function tellSilence(memory: WatchMemory, { at, trouble }: Look): Observation {
  const silent = memory.endpoints.filter(({ silence }) => silence !== null);
  const message = trouble ?? silent.map(({ name, silence }) => `${name} does not answer: ${silence}`).join('; ');
  if (message === '') {
    const told = memory.unreachable?.told === true;
    return { memory: { ...memory, unreachable: null }, news: told ? [{ type: 'watch.reachable' }] : [] };
  }
  const { since, told } = memory.unreachable ?? { since: at, told: false };
  const tell = !told && Date.parse(at) - Date.parse(since) >= SILENCE_TOLD_AFTER_MS;
  return {
    memory: { ...memory, unreachable: { since, told: told || tell, message } },
    news: tell ? [{ type: 'watch.unreachable', since, message }] : [],
  };
}

function tellDeviation(memory: WatchMemory): Observation {
  const { expected, deviates } = memory;
  if (expected === null) return { memory, news: [] };
  const message = deviationWords(memory);
  if (message === null) {
    return { memory: { ...memory, deviates: false }, news: deviates ? [{ type: 'watch.restored' }] : [] };
  }
  if (deviates) return { memory, news: [] };
  return { memory: { ...memory, deviates: true }, news: [{ type: 'watch.deviates', message }] };
}

/** Who answers with another certificate than after the last renewal, for people; null: nobody. */
export function deviationWords({ expected, endpoints }: WatchMemory): string | null {
  const others = endpoints.filter(({ silence, sha256, kept }) => !kept && silence === null && sha256 !== expected);
  if (expected === null || others.length === 0) return null;
  const names = others.map(({ name }) => name).join(', ');
  return `${names} no longer serves the certificate that was seen there after the last renewal`;
}

/** What the verdict needs beside the certificates: all but `now`, `installed`, `origin` and `asked`. */
export interface Wishes extends Omit<DueInput, 'now' | 'installed' | 'origin' | 'asked'> {
  /** By SHA-256. */
  readonly origins: ReadonlyMap<string, DueInput['origin']>;
}

/** The worst verdict over all endpoints, by what each serves or served last. Unchanged memory when nothing was ever seen. */
export function judgeSeen(memory: WatchMemory, { origins, ...wishes }: Wishes, now: Date): WatchMemory {
  const seen = [...new Set(memory.endpoints.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256])))];
  let worst: { due: Due; certificate: string | null } | null = nothingKept(memory, wishes, now);
  for (const sha256 of seen) {
    const installed = memory.certificates.find((one) => one.sha256 === sha256) ?? 'unreadable';
    const due = judgeDue({ ...wishes, now, installed, origin: origins.get(sha256) ?? null, asked: false });
    if (!worst || worseOf(worst.due, due) === due) worst = { due, certificate: sha256 };
  }
  if (!worst) return { ...memory, verdict: null };
  const from = memory.certificates.map((one) => dueFrom(wishes, one).getTime());
  return {
    ...memory,
    verdict: {
      ...worst.due,
      certificate: worst.certificate,
      from: from.length > 0 ? new Date(Math.min(...from)).toISOString() : null,
    },
  };
}

/** Where nothing is served, that nothing is kept is a verdict too. */
function nothingKept({ endpoints }: WatchMemory, wishes: Omit<Wishes, 'origins'>, now: Date) {
  if (!endpoints.some(({ kept, sha256 }) => kept && sha256 === null)) return null;
  const due = judgeDue({ ...wishes, now, installed: null, origin: null, asked: false, keeps: true });
  return { due, certificate: null };
}

const THRESHOLDS = [30, 14, 7, 3, 1, 0] as const;
const DAY_MS = 86_400_000;

/** Part of the lifetime, at most a day: what a renewal may take to begin and to end. */
const USUAL_DELAY = 1 / 20;

/**
 * Tells that what is served comes to its end: once for each threshold, the lowest only when several were passed. While a
 * renewal is not due, or has only just become due, that would be noise.
 */
export function tellExpiry(memory: WatchMemory, now: Date): Observation {
  const [first] = memory.certificates.toSorted((a, b) => a.notAfter.localeCompare(b.notAfter));
  if (!first || !memory.verdict?.from) return { memory, news: [] };
  const end = Date.parse(first.notAfter);
  const left = end - now.getTime();
  const from = Date.parse(memory.verdict.from);
  const overdue = now.getTime() - from > Math.min(DAY_MS, (end - Date.parse(first.notBefore)) * USUAL_DELAY);
  const passed = THRESHOLDS.filter(
    (days) => left <= days * DAY_MS && (days === 0 || (overdue && days * DAY_MS < end - from)),
  );
  const threshold = passed.at(-1);
  if (threshold === undefined) return { memory, news: [] };
  const { told } = memory;
  if (told?.sha256 === first.sha256 && told.threshold <= threshold) return { memory, news: [] };
  const what = whatEnds(memory, first.sha256);
  const message =
    threshold === 0
      ? `What ${what} has expired`
      : `What ${what} ends within ${threshold === 1 ? 'a day' : `${threshold} days`}`;
  return {
    memory: { ...memory, told: { sha256: first.sha256, threshold } },
    news: [{ type: 'watch.expiring', threshold, notAfter: first.notAfter, message }],
  };
}

/** `cucm-pub.example.com:8443 serves` */
function whatEnds({ endpoints }: WatchMemory, ending: string): string {
  const where = endpoints.filter(({ sha256 }) => sha256 === ending);
  if (where.some(({ kept }) => kept)) return 'is kept for download';
  return `${where.map(({ name }) => name).join(', ')} serves`;
}
