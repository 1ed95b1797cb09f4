import type { JsonObject, NewConnection, PluginRef, RenewalRow, Within } from './store.ts';
import type { WatchRow } from './watches.ts';

/**
 * How a connection stands, the most urgent first: what was last seen served, what its last renewal came to, and whether the schedule
 * goes on by itself. `affected`: failed, and the old certificate is no longer served everywhere. `not-served`: installed, or served
 * before, and an endpoint serves another certificate. `stuck`: due, and the schedule leaves it to a person. `unreachable`: not every
 * endpoint answers. `restart-pending`: a restart waits for its window. `expiring`: due for longer than a renewal usually takes, and
 * nothing under way. `incomplete`: it cannot be renewed before somebody has filled in the rest. `ended`: not seen to serve what is
 * wanted, as its renewals were cancelled, found nothing due or were not to install. `kept`: it serves nothing, and what was issued is
 * there to be downloaded.
 */
export const STANDINGS = [
  'affected',
  'expired',
  'held',
  'failed',
  'not-served',
  'stuck',
  'unreachable',
  'restart-pending',
  'expiring',
  'retrying',
  'running',
  'incomplete',
  'never',
  'ended',
  'served',
  'kept',
] as const;

export type Standing = (typeof STANDINGS)[number];

/**
 * What lists can be filtered by: each standing, and groups of them. `needs-person`: a person has to do something, or to know: of what
 * does not answer once that is told as an alarm. `failed` has `affected` among it; `restart-pending` what a person is asked before a
 * restart; `expired` and `expiring` (due and not expired) whatever else is the matter.
 */
export const STATE_FILTERS = ['needs-person', ...STANDINGS] as const;

export type StateFilter = (typeof STATE_FILTERS)[number];

export const OVERVIEW_SORTS = ['added', 'name', 'state', 'days', 'renewal'] as const;

export type OverviewSort = (typeof OVERVIEW_SORTS)[number];

/**
 * One row for each connection with what a list of 10,000 shows, sorts and counts. Written by the store in the same
 * transaction as what it is made of, so it is never older than that.
 */
export interface Overview {
  /** `now`, everywhere: ISO 8601. It decides what has expired. */
  get(connectionId: number, now: string): Promise<OverviewRow | undefined>;
  page(query: OverviewQuery): Promise<{ readonly rows: readonly OverviewRow[]; readonly total: number }>;
  /** Those of `connectionIds` that there are, at most 1,000, by name. */
  some(connectionIds: readonly number[], now: string): Promise<readonly OverviewRow[]>;
  /** Of all that match, by name. */
  ids(filter: OverviewFilter): Promise<readonly number[]>;
  counts(now: string, within: Within): Promise<OverviewCounts>;
  /** How many end on which day. */
  expiry(now: string, within: Within): Promise<readonly ExpiryDay[]>;
  /** What the schedule begins next, the first on top. */
  next(limit: number, within: Within): Promise<readonly NextRun[]>;
  /** Also of connections that were removed. */
  names(connectionIds: readonly number[]): Promise<ReadonlyMap<number, NameOfConnection>>;
}

export interface OverviewFilter {
  readonly now: string;
  /** Each word must occur in name, address, slot, product or DNS names. */
  readonly search?: string | undefined;
  readonly state?: StateFilter | undefined;
  readonly product?: string | undefined;
  readonly automatic?: boolean | undefined;
  /** Those that serve nothing, or the others. */
  readonly kept?: boolean | undefined;
  /** ISO 8601: whose certificate ends by then. */
  readonly endsBefore?: string | undefined;
  readonly within?: Within;
}

export interface OverviewQuery extends OverviewFilter {
  readonly sort: OverviewSort;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** A renewal that begins by itself. */
export interface NextRun {
  readonly connectionId: number;
  readonly name: string;
  /** ISO 8601 */
  readonly at: string;
  /** In words: `The window of the CA opens`. */
  readonly why: string;
}

export interface NameOfConnection {
  readonly name: string;
  readonly removed: boolean;
}

export interface OverviewRow {
  readonly connectionId: number;
  readonly name: string;
  /** `vos/cucm`: plugin, and the product among those of the plugin. */
  readonly product: string;
  readonly address: string | null;
  readonly slot: string;
  /** Its CA is for practice: nobody trusts what it signs. */
  readonly practice: boolean;
  readonly automatic: boolean;
  /** ISO 8601: from when on what is served is due; null when nothing was seen. */
  readonly dueAt: string | null;
  readonly standing: Standing;
  /** Who serves another certificate than after the last renewal, in words; null: nobody. */
  readonly deviation: string | null;
  readonly unreachable: Unreachable | null;
  readonly lastRenewal: LastRenewal | null;
  readonly seen: Seen | null;
}

/** That not every endpoint answers, or that nobody could look. */
export interface Unreachable {
  /** ISO 8601 */
  readonly since: string;
  /** It has lasted long enough to be told. */
  readonly told: boolean;
  /** Who does not answer, and why. */
  readonly message: string;
}

export interface LastRenewal extends Omit<RenewalDigest, 'seen' | 'served' | 'wanted'> {
  readonly id: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: string | null;
}

/** What was last seen served, by a renewal or by the schedule. */
export interface Seen {
  /** ISO 8601 */
  readonly at: string;
  /** Of the endpoints that answered, the first to end. */
  readonly notAfter: string;
  readonly answered: number;
  readonly endpoints: readonly SeenEndpoint[];
}

export interface SeenEndpoint {
  /** `cucm-pub.example.com:8443` */
  readonly name: string;
  /** Null when it did not answer. */
  readonly sha256: string | null;
}

export type CountName =
  | 'total'
  | 'served'
  | 'kept'
  | 'needsPerson'
  | 'held'
  | 'stuck'
  | 'restartPending'
  | 'running'
  | 'retrying'
  | 'failed'
  | 'notServed'
  | 'unreachable'
  | 'expired'
  | 'incomplete'
  | 'expiring'
  | 'off'
  | 'never'
  | 'ended';

export interface OverviewCounts extends Readonly<Record<CountName, number>> {
  readonly products: readonly { readonly product: string; readonly count: number }[];
}

export interface ExpiryDay {
  readonly product: string;
  /** `2026-11-22`, of UTC. */
  readonly date: string;
  /** 1 when it has ended by now, also today. */
  readonly expired: number;
  readonly count: number;
  /** Of them, those that are due by the policy of their connection. */
  readonly due: number;
}

/** Reads what only other layers understand: the store keeps it beside the row it is of. */
export interface Digester {
  connection(connection: NewConnection): ConnectionDigest;
  /** Whether who signs is for practice. An account is put in already. */
  practice(issuer: PluginRef): boolean;
  renewal(row: RenewalRow): RenewalDigest;
  /** Null when it cannot be read. */
  watch(row: WatchRow): WatchDigest | null;
  /** Null when no certificate is among the facts. */
  certificate(facts: JsonObject): CertificateDigest | null;
}

export interface ConnectionDigest {
  readonly product: string;
  readonly address: string | null;
  /** It serves nothing: what it is issued is kept to be downloaded. */
  readonly kept: boolean;
}

export interface RenewalDigest {
  /** `install.running`, `publish.held`, or a final state. */
  readonly state: string;
  /** What a person is asked, why it waits, or how it ended. */
  readonly note: string | null;
  /** ISO 8601 */
  readonly resumeAt: string | null;
  /** It waits for an instant that the step named, and not for another try. */
  readonly planned: boolean;
  readonly committed: boolean;
  readonly oldStillServed: boolean | null;
  /** Every endpoint was seen to serve what is wanted, or what is wanted is kept where nothing is served. */
  readonly served: boolean;
  /** SHA-256 of what should be served from now on; null when it changed nothing of that. */
  readonly wanted: string | null;
  /** Null when it has not looked: what was seen before stays. */
  readonly seen: Seen | null;
}

export interface WatchDigest {
  /** ISO 8601; null when nobody has looked. What follows is about that look, but for `next`. */
  readonly lookedAt: string | null;
  /** Null when nobody has looked, or nothing answered: what was seen before stays. */
  readonly seen: Seen | null;
  /** ISO 8601: from when on what is served is due; null when that is not known. */
  readonly dueFrom: string | null;
  /** When the schedule begins a renewal, as far as it knows; null when it does not, or one is under way. */
  readonly next: Pick<NextRun, 'at' | 'why'> | null;
  /** Who serves another certificate than after the last renewal, in words; null: nobody. */
  readonly deviation: string | null;
  /** Null when every endpoint answers. */
  readonly unreachable: Unreachable | null;
  /** Why a person should look although no renewal went wrong. */
  readonly asks: Extract<Standing, 'stuck' | 'expiring'> | null;
}

export interface CertificateDigest {
  readonly sha256: string;
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  readonly dnsNames: readonly string[];
  /** ISO 8601 */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly keyKind: string;
}
