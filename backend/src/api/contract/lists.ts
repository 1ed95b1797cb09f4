import { z } from 'zod';
import { BULK_ACTIONS, type BulkAction, type BulkItem, type BulkState } from '../../store/bulk.ts';
import type { CertificateRow } from '../../store/certificates.ts';
import {
  type NextRun,
  OVERVIEW_SORTS,
  type OverviewCounts,
  STATE_FILTERS,
  type Standing,
  type Unreachable,
} from '../../store/overview.ts';
import type { Missing } from '../../store/store.ts';
import type { CertificateView, LastSeen, RenewalSummary } from '../contract.ts';

/** Requests and answers of what is listed, counted and done for many. */

/** `next` is the number of the next page; null on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Of everything that matches. */
  readonly total: number;
  readonly next: number | null;
}

export const paging = {
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  limit: z.coerce.number().int().min(1).max(500).default(50),
};

const search = z.string().max(200).optional();

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

const connectionFilter = {
  search,
  state: z.enum(STATE_FILTERS).optional(),
  product: z.string().max(100).optional(),
  automatic: flag.optional(),
};

export const connectionListQuery = z.object({
  ...connectionFilter,
  /** Only these: `1,2,3`. */
  ids: z
    .string()
    .regex(/^\d{1,15}(,\d{1,15}){0,499}$/, 'up to 500 ids with commas between them')
    .transform((ids) => ids.split(',').map(Number))
    .optional(),
  sort: z.enum(OVERVIEW_SORTS).default('added'),
  order: z.enum(['asc', 'desc']).default('asc'),
  ...paging,
});

export const connectionIdsQuery = z.object(connectionFilter);

export const certificateListQuery = z.object({
  search,
  connectionId: z.coerce.number().int().positive().optional(),
  current: flag.optional(),
  revoked: flag.optional(),
  sort: z.enum(['issued', 'end']).default('issued'),
  ...paging,
});

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 fingerprint in lower-case hex');

export const CERTIFICATE_PARTS = ['leaf', 'chain', 'fullchain'] as const;

export const pemQuery = z.object({ part: z.enum(CERTIFICATE_PARTS).default('fullchain') });

/** People look at kinds, not at types of events. */
export const ACTIVITY_KINDS = [
  'connections',
  'renewals',
  'failures',
  'people',
  'watch',
  'installation',
  'access',
] as const;

export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

export const activityListQuery = z.object({
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  connectionId: z.coerce.number().int().positive().optional(),
  kind: z.enum(ACTIVITY_KINDS).optional(),
});

export const bulkRequest = z.strictObject({
  action: z.enum(BULK_ACTIONS),
  connectionIds: z
    .array(z.int().positive())
    .min(1)
    .max(10_000)
    .transform((ids) => [...new Set(ids)]),
});

/** A connection in a list: without its settings, which `GET /connections/ID` has. */
export interface ConnectionItem {
  readonly id: number;
  readonly version: number;
  readonly name: string;
  /** `vos/cucm` */
  readonly product: string;
  readonly productTitle: string;
  readonly address: string | null;
  readonly slot: string;
  readonly dnsNames: readonly string[];
  /** Its CA is for practice: nobody trusts what it signs. */
  readonly practice: boolean;
  /** What it lacks: unless it is empty it cannot be renewed. */
  readonly incomplete: readonly Missing[];
  readonly automatic: boolean;
  /** ISO 8601: from when on what is served is due; null when nothing was seen. */
  readonly dueAt: string | null;
  readonly activation: 'automatic' | 'ask';
  readonly standing: Standing;
  /** Who serves another certificate than after the last renewal, in words; null: nobody. */
  readonly deviation: string | null;
  /** Null when every endpoint answered the last look. */
  readonly unreachable: Unreachable | null;
  readonly lastRenewal: RenewalSummary | null;
  readonly lastSeen: LastSeen | null;
  /** What should be served, and by how many of the endpoints of `lastSeen` it is; null while that is nothing of certferry. */
  readonly wanted: WantedView | null;
}

export interface WantedView {
  readonly sha256: string;
  /** Distinguished name; null when that is not known. */
  readonly issuer: string | null;
  readonly servedBy: number;
}

export type ConnectionList = Page<ConnectionItem>;

/** A renewal in a list, with the name of its connection. */
export interface RenewalItem extends RenewalSummary {
  readonly connectionName: string;
  readonly connectionRemoved: boolean;
  /** Its CA is for practice: nobody trusts what it signs. */
  readonly practice: boolean;
}

/** A connection that needs a person. */
export interface NeedItem extends ConnectionItem {
  /** What is asked or wrong, in a sentence; null when its standing says all. */
  readonly why: string | null;
}

export interface DashboardView {
  /** ISO 8601 */
  readonly at: string;
  readonly counts: Omit<OverviewCounts, 'products'>;
  readonly needs: { readonly total: number; readonly items: readonly NeedItem[] };
  readonly expiry: ExpiryView;
  readonly next: readonly NextRun[];
  /** Renewals that ended, the last first. */
  readonly lately: readonly RenewalItem[];
  /** TXT records that could not be removed. */
  readonly leftovers: number;
  readonly schedule: ScheduleView;
}

/** Whether the schedule runs: one that died changes nothing else that is shown. */
export interface ScheduleView {
  /** ISO 8601: when it had last looked at everything whose time had come; null when it never did. */
  readonly ranAt: string | null;
  /** That was lately enough to be trusted. */
  readonly alive: boolean;
}

/** When what is served ends, a lane for each product. */
export interface ExpiryView {
  /** Days that the axis shows. */
  readonly days: number;
  readonly lanes: readonly ExpiryLane[];
  /** Each certificate, when there are few enough to be drawn one by one; else those that end first. */
  readonly marks: readonly ExpiryMark[];
  /** Every certificate of the lanes is among the marks. */
  readonly complete: boolean;
}

export interface ExpiryLane {
  readonly product: string;
  readonly title: string;
  readonly total: number;
  readonly expired: number;
  /** End after the last day of the axis. */
  readonly later: number;
  readonly days: readonly { readonly day: number; readonly count: number; readonly due: number }[];
}

export interface ExpiryMark {
  readonly connectionId: number;
  readonly name: string;
  readonly product: string;
  /** ISO 8601 */
  readonly notAfter: string;
  /** ISO 8601: from when on it is due. */
  readonly dueAt: string | null;
  readonly automatic: boolean;
  /** Its CA is for practice: nobody trusts what it signs. */
  readonly practice: boolean;
}

export interface CertificateItem extends CertificateRow {
  /** Its issuer is for practice: nobody trusts it. */
  readonly practice: boolean;
}

export type CertificateList = Page<CertificateItem>;

export interface CertificateDetail extends CertificateItem {
  /** Leaf first, with the root when it is known. */
  readonly chain: readonly CertificateView[];
}

/** What a bulk would do, before it is asked for. */
export interface BulkPlan {
  readonly total: number;
  /** A renewal of them is under way. */
  readonly running: number;
  /** Of those that would begin: they stop before the restart, or before what restarts by itself, and ask. */
  readonly asking: number;
  /** They restart when their window is open. */
  readonly inWindow: number;
  /** They restart as soon as the certificate is installed. What is in none of these three restarts nothing. */
  readonly atOnce: number;
  /** Their CA is for practice: nobody trusts what it signs. */
  readonly practice: number;
  /** They lack something, and are refused. */
  readonly incomplete: number;
  readonly already: number;
  readonly appliances: readonly { readonly title: string; readonly slot: string; readonly count: number }[];
  /** The first few. */
  readonly names: readonly string[];
}

export interface BulkView {
  readonly id: string;
  readonly action: BulkAction;
  /** The user or API token that asked. */
  readonly actor: string;
  /** ISO 8601 */
  readonly askedAt: string;
  readonly counts: Readonly<Record<BulkState, number>>;
  /** Refused ones and running ones first; at most 500. */
  readonly items: readonly Omit<BulkItem, 'seq' | 'bulkId' | 'action' | 'actor' | 'askedAt'>[];
}

export interface ActivityItem {
  readonly seq: number;
  /** ISO 8601 */
  readonly at: string;
  readonly type: string;
  /** Without ids and codes. */
  readonly sentence: string;
  /** ISO 8601: what the sentence says is awaited. */
  readonly until: string | null;
  readonly connection: { readonly id: number; readonly name: string; readonly removed: boolean } | null;
  readonly renewalId: string | null;
}

export interface ConnectionChoice {
  readonly products: readonly { readonly product: string; readonly title: string; readonly count: number }[];
}
