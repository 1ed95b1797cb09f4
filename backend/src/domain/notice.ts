/** How much it matters, the least first. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** What can be the matter. Each stays open until an event ends it. */
export const PROBLEM_KINDS = [
  'failed',
  'held',
  'restart-pending',
  'expiring',
  'unreachable',
  'deviates',
  'stuck',
  'quarantined',
  'undelivered',
  'schedule',
  'backup',
  'secrets-left',
  'calendar',
] as const;

export type ProblemKind = (typeof PROBLEM_KINDS)[number];

export type NoticeKind = ProblemKind | 'recovered' | 'renewed' | 'digest' | 'test';

/** What people are told. Plain JSON without secrets; plain text without markup, which each notifier escapes for its service. */
export interface NoticeMessage {
  /** Of this message, the same on every channel and at every try: a receiver can tell a repetition by it. */
  readonly id: string;
  /** What it is about, the same for a problem, its reminders and its end: `connection:3/failed`. */
  readonly key: string;
  readonly kind: NoticeKind;
  readonly severity: Severity;
  /** One line: what happened, to whom. */
  readonly subject: string;
  /** What happened, in a few words. */
  readonly title: string;
  /** Sentences; paragraphs are parted by an empty line. */
  readonly body: string;
  readonly facts: readonly NoticeFact[];
  /** Where to look, when the installation knows its own address. */
  readonly link: string | null;
  readonly connection: { readonly id: number; readonly name: string } | null;
  /** ISO 8601: when it happened. */
  readonly at: string;
  /** The problem that is over. */
  readonly recoverOf: { readonly kind: ProblemKind /** ISO 8601 */; readonly since: string } | null;
}

export interface NoticeFact {
  readonly label: string;
  readonly value: string;
}

/** The more important of both. */
export function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}

export function isAtLeast(severity: Severity, minimum: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(minimum);
}
