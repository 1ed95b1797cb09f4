import { isAtLeast, type NoticeMessage, type ProblemKind } from '../domain/notice.ts';
import { count } from '../domain/words.ts';
import type { NotificationRule } from '../store/notify.ts';

type Rule = Pick<NotificationRule, 'minimum' | 'connections' | 'kinds' | 'includeSuccess'>;

/** Whether a rule wants a message. What is over is besides told to everybody who was told that it began. */
export function wants(rule: Rule, { kind, severity, connection }: NoticeMessage): boolean {
  if (!covers(rule, connection)) return false;
  if (kind === 'renewed' || kind === 'recovered') return rule.includeSuccess;
  if (kind === 'digest' || kind === 'test') return false;
  return isAtLeast(severity, rule.minimum) && (rule.kinds === 'all' || rule.kinds.includes(kind));
}

/** What is about no connection goes to rules for all of them. */
export function covers({ connections }: Pick<Rule, 'connections'>, connection: NoticeMessage['connection']): boolean {
  return connections === 'all' || (connection !== null && connections.includes(connection.id));
}

/** What a problem of each kind is called in a rule. */
export const KIND_WORDS: Readonly<Record<ProblemKind, string>> = {
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
};

const MINIMUM_WORDS = {
  info: 'Everything',
  warning: 'Warnings and what is critical',
  critical: 'Only what is critical',
} as const;

/** "Warnings and what is critical, of all connections, and its end; every day at 07:30 (Europe/Berlin) a digest." */
export function ruleInWords(
  rule: Omit<NotificationRule, 'id' | 'createdAt' | 'version'>,
  nameOf: (connectionId: number) => string,
): string {
  const digest = rule.digest ? `every day at ${rule.digest.at} (${rule.digest.timeZone}) a digest` : '';
  if (rule.kinds !== 'all' && rule.kinds.length === 0 && !rule.includeSuccess)
    return digest === '' ? 'Nothing.' : `Only ${digest}, of ${whose(rule, nameOf)}.`;
  const kinds = rule.kinds === 'all' ? '' : ` when ${rule.kinds.map((kind) => KIND_WORDS[kind]).join(', or ')}`;
  const parts = [
    `${MINIMUM_WORDS[rule.minimum]}${kinds}, of ${whose(rule, nameOf)}, and when it is over`,
    rule.includeSuccess ? 'every renewal that went well' : '',
    digest,
  ];
  return `${parts.filter((part) => part !== '').join('; ')}.`;
}

function whose({ connections }: Rule, nameOf: (connectionId: number) => string): string {
  if (connections === 'all') return 'all connections';
  const named = connections.slice(0, 3).map(nameOf).join(', ');
  return connections.length > 3 ? `${named} and ${count(connections.length - 3, 'more', 'more')}` : named;
}
