import { z } from 'zod';
import type { CertificateSummary } from '../domain/certificate.ts';
import { DUE_REASONS } from '../domain/due.ts';
import { ERRORS, type ErrorCode } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { WHICH_ISSUER } from '../domain/which-issuer.ts';
import type { WatchRow } from '../store/watches.ts';
import { FAILURE_CLASSES, PHASES } from './failure-class.ts';
import { WATCH_STATES } from './states.ts';

/**
 * What the reconciler remembers of one connection between two looks, and over restarts. Plain JSON in `WatchRow.memory`.
 * Instants are ISO 8601. Everything here can be found out again by looking, apart from what people and CAs asked to
 * be waited for; so a row that cannot be read is thrown away, and the connection is looked at now.
 */

const instant = z.iso.datetime();

const certificate = z.object({
  sha256: z.string(),
  serial: z.string(),
  subject: z.string(),
  issuer: z.string(),
  commonName: z.string().nullable(),
  dnsNames: z.array(z.string()).readonly(),
  notBefore: instant,
  notAfter: instant,
  key: z.object({ kind: z.string(), spkiSha256: z.string() }),
  extendedKeyUsage: z.array(z.string()).readonly(),
  selfSigned: z.boolean(),
}) satisfies z.ZodType<CertificateSummary>;

const endpoint = z.object({
  /** `cucm-pub.example.com:8443` */
  name: z.string(),
  /** When it answered last; null: never. */
  answeredAt: instant.nullable(),
  /** What it served then; null when it never answered. */
  sha256: z.string().nullable(),
  /** Why it does not answer now; null when it does. */
  silence: z.string().nullable(),
  /** No endpoint, but what is kept to be downloaded: `sha256` is null when nothing is. */
  kept: z.literal(true).exactOptional(),
});

const ari = z.object({
  /** SHA-256 of the certificate that the CA was asked about. */
  certificate: z.string(),
  /** Null when the CA names none. */
  window: z.object({ start: instant, end: instant, explanationUrl: z.string().nullable() }).nullable(),
  /** The instant in the window that was drawn, once; null without a window. */
  selectedAt: instant.nullable(),
  askAgainAt: instant,
  /** Questions in a row without an answer. */
  failures: z.int(),
});

const setback = z.object({
  class: z.enum(FAILURE_CLASSES),
  phase: z.enum(PHASES),
  code: z.string().refine((code): code is ErrorCode => code in ERRORS),
  message: z.string(),
  /** In a row. */
  count: z.int().min(1),
  at: instant,
  renewalId: z.string(),
  /** SHA-256 of the certificate that could not be put to use; null when there was none yet. */
  certificate: z.string().nullable(),
  /** The schedule does not try before; null: not at all until something is changed. */
  notBefore: instant.nullable(),
});

const memory = z.object({
  version: z.literal(1),
  /** Number of the last event that was taken in. Reading one again changes nothing. */
  seq: z.int(),
  /** When a person created or changed the connection. */
  changedAt: instant,
  lookedAt: instant.nullable(),
  endpoints: z.array(endpoint).readonly(),
  /** Those that `endpoints` name, each once. One that could not be read is not among them. */
  certificates: z.array(certificate).readonly(),
  /** Since when not every endpoint answers. `told`: by an event. */
  unreachable: z.object({ since: instant, told: z.boolean(), message: z.string() }).nullable(),
  /** SHA-256 of what was seen served when the last renewal ended well. */
  expected: z.string().nullable(),
  /** Something else was seen served since, and told. */
  deviates: z.boolean(),
  ari: ari.nullable(),
  /** `caOf` of the issuer when it was last looked at; null before. */
  ca: z.string().nullable().default(null),
  /** The threshold in days that was told last, and for which certificate. */
  told: z.object({ sha256: z.string(), threshold: z.int() }).nullable(),
  /** The unfinished renewal, and the SHA-256 of the issued certificate that it was begun to put to use; null: to issue. */
  running: z.object({ renewalId: z.string(), deploys: z.string().nullable() }).nullable(),
  /** Kept apart: a failed deployment is tried again on its own ladder, without a word to the CA. */
  setbacks: z.object({
    issue: setback.nullable(),
    deploy: setback.nullable(),
    /** Of issuing at the second CA. */
    second: setback.nullable().default(null),
  }),
  /** The certificate that is kept ready, when it was looked for last; null: none was. */
  fallback: z.object({ sha256: z.string(), notAfter: instant }).nullable().default(null),
  /** The next attempt is first made at the CA's test directory. */
  validateFirst: z.boolean(),
  /** The same of the second CA. */
  validateSecondFirst: z.boolean().default(false),
  /** Nothing is begun before, because of how the last renewal ended. */
  paused: z.object({ until: instant, why: z.string() }).nullable(),
  /** The renewal whose certificate a person did not want installed, and until when the schedule respects that. */
  shelved: z.object({ renewalId: z.string(), until: instant }).nullable(),
  /** SHA-256 of an issued certificate that could not be put to use any more. */
  fruitless: z.string().nullable(),
  /** The state in which only a person helps, as it was told. */
  stuck: z.enum(WATCH_STATES).nullable().default(null),
  /** As it was told. */
  quarantinedUntil: instant.nullable(),
  verdict: z
    .object({
      due: z.boolean(),
      reason: z.enum(DUE_REASONS),
      message: z.string(),
      /** SHA-256 of the certificate that decided; null when none was read. */
      certificate: z.string().nullable(),
      /** From when on time alone makes it due; null when nothing was seen. */
      from: instant.nullable(),
    })
    .nullable(),
  decision: z
    .object({
      state: z.enum(WATCH_STATES),
      at: instant,
      /** When it may change by itself; null: when something else happens. */
      until: instant.nullable(),
      why: z.string(),
      /** Which CA it is about; the first unless said otherwise. */
      issuer: z.enum(WHICH_ISSUER).optional(),
    })
    .nullable(),
});

export type WatchMemory = z.output<typeof memory>;
export type SeenEndpoint = z.output<typeof endpoint>;
export type AriMemory = z.output<typeof ari>;
export type Setback = z.output<typeof setback>;

export const NO_SETBACKS: WatchMemory['setbacks'] = { issue: null, deploy: null, second: null };

/** Nothing is known yet. */
export function emptyMemory(changedAt: Date, seq = 0): WatchMemory {
  return {
    version: 1,
    seq,
    changedAt: changedAt.toISOString(),
    lookedAt: null,
    endpoints: [],
    certificates: [],
    unreachable: null,
    expected: null,
    deviates: false,
    ari: null,
    ca: null,
    told: null,
    running: null,
    setbacks: NO_SETBACKS,
    fallback: null,
    validateFirst: false,
    validateSecondFirst: false,
    paused: null,
    shelved: null,
    fruitless: null,
    stuck: null,
    quarantinedUntil: null,
    verdict: null,
    decision: null,
  };
}

/** Milliseconds that a clock may be set back without anybody minding. */
const CLOCK_SET_BACK_MS = 10 * 60_000;

/**
 * What was remembered while the clock was wrong, and ahead of time, is worth nothing: what was seen is looked for again, and
 * no ladder or window of that time counts. What people asked for stays.
 */
export function withoutFuture(memory: WatchMemory, now: Date): WatchMemory {
  const latest = new Date(now.getTime() + CLOCK_SET_BACK_MS).toISOString();
  if (memory.lookedAt === null || memory.lookedAt <= latest) return memory;
  const { running, expected, shelved, changedAt, seq } = memory;
  const changed = changedAt > latest ? now : new Date(changedAt);
  return { ...emptyMemory(changed, seq), running, expected, shelved };
}

/** Null when it was written by something else. */
export function readMemory({ memory: stored }: Pick<WatchRow, 'memory'>): WatchMemory | null {
  const parsed = memory.safeParse(stored);
  return parsed.success ? parsed.data : null;
}

export function toRow(connectionId: number, remembered: WatchMemory, nextAt: Date): WatchRow {
  const ends = remembered.certificates.map(({ notAfter }) => notAfter).sort();
  // Plain JSON by its schema.
  return { connectionId, nextAt: nextAt.toISOString(), endsAt: ends[0] ?? null, memory: remembered as Json };
}

/** Milliseconds until the first of the certificates that were seen ends; null when none was seen. */
export function lifeLeftMs({ certificates }: WatchMemory, now: Date): number | null {
  const ends = certificates.map(({ notAfter }) => Date.parse(notAfter));
  return ends.length === 0 ? null : Math.min(...ends) - now.getTime();
}
