import type { EmergencyPolicy } from '../domain/calendar.ts';
import type { Json } from '../domain/json.ts';
import type { KeyKind } from '../domain/key-kind.ts';
import type { Secret } from '../domain/secret.ts';
import type { AccessStore } from './access.ts';
import type { AccountTable, AccountUse } from './accounts.ts';
import type { AuditTrail } from './audit.ts';
import type { BulkTable } from './bulk.ts';
import type { CalendarTable } from './calendars.ts';
import type { CertificateTable } from './certificates.ts';
import type { Claims } from './claims.ts';
import type { EventLog } from './events.ts';
import type { FallbackTable } from './fallbacks.ts';
import type { IdempotencyTable } from './idempotency.ts';
import type { IssuanceTable } from './issuances.ts';
import type { NotifyTables } from './notify.ts';
import type { Overview } from './overview.ts';
import type { RevocationTable } from './revocations.ts';
import type { Upkeep } from './upkeep.ts';
import type { WatchTable } from './watches.ts';

/**
 * All durable state. What a resolved promise reported is on disk and survives a hard stop.
 * Disposing waits for running transactions and ends every follower.
 *
 * Every implementation passes test/contracts/store.ts.
 */
export interface Store extends AsyncDisposable {
  readonly connections: ConnectionTable;
  readonly calendars: CalendarTable;
  readonly renewals: RenewalTable;
  readonly accounts: AccountTable;
  readonly vault: Vault;
  readonly events: EventLog;
  readonly settings: SettingsTable;
  readonly access: AccessStore;
  readonly notify: NotifyTables;
  readonly watches: WatchTable;
  readonly issuances: IssuanceTable;
  readonly fallbacks: FallbackTable;
  readonly overview: Overview;
  readonly certificates: CertificateTable;
  readonly revocations: RevocationTable;
  readonly claims: Claims;
  readonly bulk: BulkTable;
  readonly upkeep: Upkeep;
  readonly audit: AuditTrail;
  readonly idempotency: IdempotencyTable;

  /**
   * Runs `work` alone: what it writes through `tx` is stored together when it resolves, and not at all when it
   * rejects. Other calls of the store wait meanwhile, so `work` must not wait for the network or for a person.
   *
   * `tx.transaction` joins the running transaction; when the joined work rejects, the whole is undone even if the
   * rejection is caught.
   *
   * @throws AppError INTERNAL instead of waiting for ever when `work` uses this store in place of `tx`, and when `tx`
   *   is used after its end.
   */
  transaction<T>(work: (tx: Store) => Promise<T>): Promise<T>;
  /** The first transaction that `work` begins, now or later, begins with `condition`, and is not begun when that rejects. */
  provided<T>(condition: (tx: Store) => Promise<void>, work: () => T): T;
}

/** One certificate to keep valid. */
export interface Connection {
  readonly id: number;
  readonly name: string;
  readonly appliance: PluginRef;
  /** In the appliance's own words: `tomcat`. */
  readonly slot: string;
  readonly dnsNames: readonly string[];
  readonly issuer: Part;
  /** Asked when the first one is down; null: none is. */
  readonly secondIssuer: Part | null;
  /** CA certificates (PEM) that the second CA signs with; null: those that it was seen to sign with. */
  readonly secondChain: string | null;
  /** Where challenge records go, unless one of `dnsRules` says otherwise. */
  readonly dns: Part;
  readonly dnsRules: readonly DnsRule[];
  /** How its names are proved: by records in DNS, or by files over HTTP. */
  readonly challenge: 'dns-01' | 'http-01';
  /** Who places the files; nothing is chosen where records prove the names. */
  readonly http: PluginRef;
  readonly policy: RenewalPolicy;
  /** What was not filled in when it was stored. Unless it is empty the connection cannot be renewed. */
  readonly incomplete: readonly Missing[];
  /** ISO 8601 */
  readonly createdAt: string;
  /** 1 at first, one more with each update. */
  readonly version: number;
  /** Of the user to whom it belongs; null: to nobody in particular. */
  readonly ownerId: number | null;
}

/** A part of a connection: an account that others use too, or settings of its own. */
export type Part = PluginRef | AccountUse;

/** Something that a connection lacks, in a sentence for a person. */
export interface Missing {
  readonly part: 'appliance' | 'slot' | 'dnsNames' | 'issuer' | 'secondIssuer' | 'dns' | 'dnsRules' | 'http';
  readonly sentence: string;
}

/** A plugin and the settings it is built with. Secrets are named, not contained: see `Vault`. */
export interface PluginRef {
  /** Empty while none was chosen. */
  readonly plugin: string;
  readonly settings: JsonObject;
  /** Name of the entry in the vault. */
  readonly credential: string | null;
}

/** Records at `suffix` and below it go elsewhere; of several rules the longest suffix wins. */
export interface DnsRule {
  /** A domain: `acme.example.net`. Compared with where the record is, after CNAMEs. */
  readonly suffix: string;
  readonly use: Part;
}

export interface RenewalPolicy {
  readonly automatic: boolean;
  /** Days before the end of validity; null: when a part of the lifetime is left, which fits lifetimes of any length. */
  readonly daysBefore: number | null;
  /** `ask`: a person allows each restart. */
  readonly activation: 'automatic' | 'ask';
  /** Who must show the challenge records; null for every authoritative server. Known to dns/resolver.ts. */
  readonly propagation: {
    readonly mode: 'authoritative' | 'resolvers' | 'both' | 'wait-only';
    readonly checkResolvers: readonly string[];
    readonly waitSeconds: number;
  } | null;
  /** How long the challenge records may take to be seen on every name server; null for what the DNS plugin says. */
  readonly propagationPatienceSeconds: number | null;
  /** How long a restarted endpoint may still serve the old certificate; null for the default of the step. */
  readonly verifyPatienceSeconds: number | null;
  /** Id of the calendar in whose openings the schedule may begin a renewal; null for at any time. */
  readonly renewalCalendar: number | null;
  /** Id of the calendar in whose openings services may be restarted; null for at any time. */
  readonly restartCalendar: number | null;
  /** When these calendars no longer hold things up; null for never. */
  readonly emergency: EmergencyPolicy | null;
  /** Of a key that certferry makes; null for what the driver recommends. Without meaning where the appliance makes its own. */
  readonly keyKind: KeyKind | null;
  /** The key of the certificate before is used again. Without meaning where the appliance makes its own. */
  readonly reuseKey: boolean;
  /** A certificate of the second CA is kept ready, for when the one in use or the first CA fails. Without one it has no meaning. */
  readonly fallback: boolean;
}

type Optional = 'incomplete' | 'ownerId' | 'secondIssuer' | 'secondChain' | 'challenge' | 'http';

/** Proved by records, unless it says otherwise. */
export type NewConnection = Omit<Connection, 'id' | 'createdAt' | 'version' | Optional> &
  Partial<Pick<Connection, Optional>>;

/** Nothing is chosen. */
export const UNCHOSEN: PluginRef = { plugin: '', settings: {}, credential: null };

export type JsonObject = { readonly [key: string]: Json };

/** Only of the connections with these ids; null: of all. */
export type Within = readonly number[] | null;

export interface ConnectionTable {
  /** In the order of their ids. */
  all(): Promise<readonly Connection[]>;
  get(id: number): Promise<Connection | undefined>;
  /** Those of `ids` that there are, at most 1,000, in any order. */
  some(ids: readonly number[]): Promise<readonly Connection[]>;
  /** Ids of those that belong to a user, or of those among some ids that there are. */
  idsOf(
    whose: { readonly ownerId: number } | { readonly connectionIds: readonly number[] },
  ): Promise<readonly number[]>;
  /** The id is never used again, not even after `remove`. */
  insert(connection: NewConnection): Promise<Connection>;
  /**
   * Replaces everything but `createdAt`, and returns what is stored now, with the next version.
   *
   * @throws AppError CONFLICT when `connection.version` is not the stored one; NOT_FOUND
   */
  update(connection: Connection): Promise<Connection>;
  /**
   * Its finished renewals and events stay as history.
   *
   * @throws AppError CONFLICT while a renewal of it is unfinished; NOT_FOUND
   */
  remove(id: number): Promise<void>;
}

/** One run of the machine. What `state` and `facts` hold is known to renewal/ alone. */
export interface RenewalRow {
  readonly id: string;
  readonly connectionId: number;
  /** The machine's state, to resume from. */
  readonly state: Json;
  /** Of the machine that wrote `state`. */
  readonly machineVersion: number;
  readonly facts: JsonObject;
  /** ISO 8601 */
  readonly startedAt: string;
  /** ISO 8601 */
  readonly finishedAt: string | null;
  readonly outcome: string | null;
}

export type NewRenewal = Omit<RenewalRow, 'startedAt' | 'finishedAt' | 'outcome'>;

export interface RenewalChange {
  readonly state?: Json;
  readonly machineVersion?: number;
  /** Added to the stored facts key by key; a key that is not named stays as it is. */
  readonly facts?: JsonObject;
  /** ISO 8601. From then on the connection can begin another renewal. */
  readonly finishedAt?: string;
  readonly outcome?: string;
}

export interface RenewalTable {
  /**
   * @throws AppError RENEWAL_RUNNING when the connection has an unfinished renewal, also when both begin at once;
   *   NOT_FOUND when there is no such connection.
   */
  begin(renewal: NewRenewal): Promise<RenewalRow>;
  /** @throws AppError NOT_FOUND */
  save(id: string, change: RenewalChange): Promise<void>;
  get(id: string): Promise<RenewalRow | undefined>;
  /** In the order in which they began. */
  unfinished(): Promise<readonly RenewalRow[]>;
  /** The connection of each of these renewals that there is. */
  connectionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The last begun first. `before` is the id of the last row of the page before. */
  list(query: RenewalQuery): Promise<readonly RenewalRow[]>;
}

/** By what is looked for among renewals: who waits for whom, and how they ended. */
export const RENEWAL_FILTERS = ['unfinished', 'held', 'failed', 'served', 'other'] as const;
/** `unfinished` includes `held`; `other` has ended without anything to be served, as somebody wanted it. */
export type RenewalFilter = (typeof RENEWAL_FILTERS)[number];

export interface RenewalQuery {
  readonly connectionId?: number;
  readonly state?: RenewalFilter;
  readonly within?: Within;
  readonly before?: string;
  readonly limit: number;
}

/** Credentials, encrypted with the master key of the installation. */
export interface Vault {
  /** Replaces an entry of the same name. */
  put(name: string, entry: VaultEntry): Promise<void>;
  /** @throws AppError VAULT_DAMAGED when the row was changed, or exchanged for another, outside certferry. */
  get(name: string): Promise<VaultEntry | undefined>;
  /** Another text after every `put`, which tells nothing of the secrets. */
  sealOf(name: string): Promise<string | undefined>;
  /** Succeeds when there is no such entry. */
  remove(name: string): Promise<void>;
  /** In alphabetical order. */
  names(): Promise<readonly string[]>;
}

export interface VaultEntry {
  /** The plugin whose secret settings these are. */
  readonly plugin: string;
  readonly fields: Readonly<Record<string, Secret>>;
}

/**
 * Small things that the product remembers: cursors of readers, choices made in the UI. No secrets. A cursor's name ends in
 * `.cursor`: events that it has not passed are never removed.
 */
export interface SettingsTable {
  get(name: string): Promise<Json | undefined>;
  put(name: string, value: Json): Promise<void>;
}
