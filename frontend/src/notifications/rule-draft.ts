import type { NotifierView, ProblemKind, RuleView } from '../api/types.ts';

/** A rule while it is typed: nothing chosen means everything. */
export interface RuleDraft {
  readonly name: string;
  readonly notifierId: string | null;
  readonly minimum: RuleView['minimum'];
  readonly connections: readonly string[];
  readonly kinds: readonly string[];
  readonly includeSuccess: boolean;
  readonly digest: boolean;
  readonly digestOnly: boolean;
  readonly digestAt: string;
  readonly timeZone: string;
}

export const MINIMUMS = [
  { value: 'info', label: 'Everything' },
  { value: 'warning', label: 'Warnings and what is critical' },
  { value: 'critical', label: 'Only what is critical' },
];

const KIND_WORDS = {
  failed: 'a renewal failed',
  held: 'a renewal waits for a person',
  'restart-pending': 'a restart is pending',
  expiring: 'a certificate expires soon',
  unreachable: 'an endpoint is unreachable',
  deviates: 'another certificate is served',
  stuck: 'it is due, and left to a person',
  quarantined: 'renewals are stopped for a while',
  undelivered: 'a channel does not deliver',
  schedule: 'the schedule does not run',
  backup: 'a backup failed',
  'secrets-left': 'secrets or a private key were taken out',
  calendar: 'the address of a calendar cannot be read',
} as const satisfies Record<ProblemKind, string>;

export const KINDS = Object.entries(KIND_WORDS).map(([value, label]) => ({ value, label }));

export function draftOfRule(stored: RuleView | null, notifiers: readonly NotifierView[]): RuleDraft {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const kinds = stored === null || stored.kinds === 'all' ? [] : stored.kinds;
  return {
    name: stored?.name ?? 'What needs somebody',
    notifierId: String(stored?.notifierId ?? notifiers[0]?.id ?? ''),
    minimum: stored?.minimum ?? 'warning',
    connections: stored === null || stored.connections === 'all' ? [] : stored.connections.map(String),
    kinds,
    includeSuccess: stored?.includeSuccess ?? false,
    digest: stored?.digest != null,
    digestOnly: stored !== null && stored.kinds !== 'all' && stored.kinds.length === 0,
    digestAt: stored?.digest?.at ?? '07:30',
    timeZone: stored?.digest?.timeZone ?? zone,
  };
}

/** What the daemon takes. */
export function ruleInput(draft: RuleDraft): object {
  const { name, notifierId, minimum, connections, kinds, includeSuccess, digest, digestOnly, digestAt, timeZone } =
    draft;
  const chosen = kinds.length === 0 ? 'all' : kinds;
  return {
    name,
    notifierId: Number(notifierId),
    minimum,
    connections: connections.length === 0 ? 'all' : connections.map(Number),
    kinds: digest && digestOnly ? [] : chosen,
    includeSuccess,
    digest: digest ? { at: digestAt, timeZone } : null,
  };
}
