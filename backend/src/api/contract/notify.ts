import { z } from 'zod';
import { PROBLEM_KINDS, SEVERITIES } from '../../domain/notice.ts';
import type { NoticeRow, NotificationRule } from '../../store/notify.ts';
import { id, type PluginView, pluginInput } from '../contract.ts';

/** Requests and answers of /notifiers, /notification-rules and /notices. */

const IANA_HELP = 'is no time zone; write one like Europe/Berlin or UTC';

const digest = z.strictObject({
  at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is no time of day; write HH:mm, like 07:30'),
  timeZone: z.string().refine(isTimeZone, IANA_HELP),
});

const ruleFields = {
  name: z.string().trim().min(1).max(200),
  minimum: z.enum(SEVERITIES).default('warning'),
  connections: z.union([z.literal('all'), z.array(z.int().positive())]).default('all'),
  kinds: z.union([z.literal('all'), z.array(z.enum(PROBLEM_KINDS))]).default('all'),
  includeSuccess: z.boolean().default(false),
  digest: digest.nullable().default(null),
};

export const newRule = z.strictObject({ ...ruleFields, notifierId: z.int().positive() });
export const changedRule = z.strictObject({ ...ruleFields, notifierId: z.int().positive(), version: z.int() });

const notifierFields = {
  ...pluginInput.shape,
  name: z.string().trim().min(1).max(200),
  enabled: z.boolean().default(true),
};

/** `rule`: the first one of the channel; null for none. Left out: what needs somebody. */
export const newNotifier = z.strictObject({
  ...notifierFields,
  rule: z.strictObject(ruleFields).nullable().optional(),
});
export const changedNotifier = z.strictObject({ ...notifierFields, version: z.int() });

/** `send`: false only asks the service whether it would take a message. */
export const testRequest = z.strictObject({ send: z.boolean().default(true) }).prefault({});

/** `notifierId`: whose stored secrets stand in for those that are not given. */
export const unsavedTest = z.strictObject({
  ...pluginInput.shape,
  notifierId: z.int().positive().nullable().default(null),
  send: z.boolean().default(true),
});

export const noticesQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: id.optional(),
  notifierId: id.optional(),
  state: z.enum(['waiting', 'delivered', 'given-up']).optional(),
});

export interface NotifierView extends PluginView {
  readonly id: number;
  readonly version: number;
  readonly name: string;
  readonly enabled: boolean;
  readonly createdAt: string;
  /** The last message for it; null when there was none. */
  readonly lastNotice: NoticeView | null;
}

export interface RuleView extends NotificationRule {
  /** The rule in one sentence. */
  readonly words: string;
}

export type NoticeView = NoticeRow;

export interface NotifierTestView {
  readonly sent: boolean;
  /** What the service said. */
  readonly answer: string;
  readonly tookMs: number;
}

function isTimeZone(name: string): boolean {
  try {
    // An offset such as +01:00 knows no daylight saving time.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
