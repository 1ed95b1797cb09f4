/** The contract of the daemon, by type only: nothing of the backend is bundled. */

export type {
  AccountTestView,
  AccountView,
  ApplianceAnswerView,
  LabView,
  PartView,
} from '../../../backend/src/api/contract/accounts.ts';
export type { BackupsView } from '../../../backend/src/api/contract/backups.ts';
export type { CalendarView, ForecastView } from '../../../backend/src/api/contract/calendars.ts';
export type { KeptCertificateView } from '../../../backend/src/api/contract/certificates.ts';
export type { ExplanationView } from '../../../backend/src/api/contract/explanation.ts';
export type {
  ActivityItem,
  BulkPlan,
  BulkView,
  CertificateDetail,
  CertificateItem,
  CertificateList,
  ConnectionChoice,
  ConnectionItem,
  ConnectionList,
  DashboardView,
  ExpiryLane,
  ExpiryMark,
  ExpiryView,
  NeedItem,
  RenewalItem,
} from '../../../backend/src/api/contract/lists.ts';
export type {
  NoticeView,
  NotifierTestView,
  NotifierView,
  RuleView,
} from '../../../backend/src/api/contract/notify.ts';
export type { PlanView } from '../../../backend/src/api/contract/plan.ts';
export type {
  CertificateView,
  ConnectionView,
  DnsCheckView,
  LookView,
  PluginView,
  PreflightView,
  RenewalSummary,
  ServedEndpointView,
  ServedView,
  WordsView,
} from '../../../backend/src/api/contract.ts';
export type { Problem } from '../../../backend/src/api/problem.ts';
export type { DiscoveredNode, TrustStoreEntry } from '../../../backend/src/appliances/driver.ts';
export type { Backup } from '../../../backend/src/backup/backups.ts';
export type { FileFormat } from '../../../backend/src/certificates/formats.ts';
export type { CalendarRules, EmergencyPolicy, Weekday } from '../../../backend/src/domain/calendar.ts';
export type { ErrorCode, Evidence, Failure } from '../../../backend/src/domain/errors.ts';
export type { Finding } from '../../../backend/src/domain/finding.ts';
export type { KeyKind } from '../../../backend/src/domain/key-kind.ts';
export type { ProblemKind } from '../../../backend/src/domain/notice.ts';
export type { RevocationReason } from '../../../backend/src/domain/revocation.ts';
export type { TokenSight } from '../../../backend/src/http01/sight.ts';
export type { PlannedConnection, PlannedWeek } from '../../../backend/src/plan/plan.ts';
export type { Caveat, Preset } from '../../../backend/src/plugins/plugin.ts';
export type { BlastRadius } from '../../../backend/src/renewal/blast-radius.ts';
export type {
  ActivationRecord,
  Facts,
  PlacedToken,
  PublishedRecord,
  ServedEndpoint,
} from '../../../backend/src/renewal/facts.ts';
export type { RenewalOptions } from '../../../backend/src/renewal/runner.ts';
export type { StepName } from '../../../backend/src/renewal/step-names.ts';
export type { Leftover, Swept } from '../../../backend/src/renewal/sweeper.ts';
export type { BulkAction, BulkState } from '../../../backend/src/store/bulk.ts';
export type { DomainEvent, RenewalOutcome, StoredEvent } from '../../../backend/src/store/events.ts';
export type { OverviewSort, StateFilter } from '../../../backend/src/store/overview.ts';
export type { RenewalFilter } from '../../../backend/src/store/store.ts';

import type { RenewalView as StoredRenewal } from '../../../backend/src/api/contract.ts';
import type { KeyKind } from '../../../backend/src/domain/key-kind.ts';
import type { Caveat, Preset } from '../../../backend/src/plugins/plugin.ts';
import type { Facts } from '../../../backend/src/renewal/facts.ts';

/** The facts of a renewal are written by the same version of the product that reads them. */
export interface RenewalView extends Omit<StoredRenewal, 'facts'> {
  readonly facts: Partial<Facts>;
}

export type Family = 'appliance' | 'issuer' | 'dns' | 'http' | 'notifier';

/** What can be chosen for a connection. */
export interface PluginDeclaration {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** The heading under which it is offered; empty where all stand together. */
  readonly group: string;
  readonly since: string;
  readonly links: { readonly product: string; readonly api: string };
  readonly caveats: readonly Caveat[];
  readonly presets: readonly Preset[];
  /** Where they are the same for every appliance of the kind; otherwise empty. */
  readonly slots: readonly string[];
  /** Kinds of keys that are made for it, the first by default; empty: it makes its own. */
  readonly takesKey: readonly KeyKind[];
  /** What it is issued is kept to be downloaded: there is nothing to log in to or to look at. */
  readonly servesNothing: boolean;
  /** What is installed is served without a restart. */
  readonly restartsNothing: boolean;
  /** What restarts is a command that may be run again. */
  readonly reloads: boolean;
  /** JSON schema of its settings. */
  readonly settings: SettingsSchema;
}

export interface SettingsSchema {
  readonly properties: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

export interface FieldSchema {
  readonly type?: string;
  readonly format?: string;
  readonly title?: string;
  readonly help?: string;
  readonly example?: string;
  readonly secret?: boolean;
  readonly advanced?: boolean;
  readonly enum?: readonly string[];
  /** What each value of `enum` means. */
  readonly choices?: Readonly<Record<string, string>>;
  readonly onlyWith?: Readonly<Record<string, string>>;
  /** Items of a list that may hold commas. */
  readonly wholeLines?: boolean;
  readonly default?: unknown;
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

export type Plugins = Readonly<Record<Family, readonly PluginDeclaration[]>>;
