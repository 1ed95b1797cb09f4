import { z } from 'zod';
import type { Backup } from '../../backup/backups.ts';
import { WEEKDAYS } from '../../domain/calendar.ts';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import { PROBLEM_KINDS, SEVERITIES } from '../../domain/notice.ts';
import { ROLES } from '../../domain/roles.ts';
import type { AccountTestView, AccountView, LabView } from '../contract/accounts.ts';
import type { AuditEntryView, AuditVerificationView } from '../contract/audit.ts';
import type { BackupsView } from '../contract/backups.ts';
import type { CalendarView, ForecastView } from '../contract/calendars.ts';
import type { NoticeView, NotifierTestView, NotifierView, RuleView } from '../contract/notify.ts';
import type { WordsView } from '../contract.ts';
import { auditHead, finding, instant, plugin, tag, worst } from './common.ts';

export const account = z
  .object({
    ...plugin,
    id: z.int(),
    version: z.int(),
    name: z.string(),
    title: z.string(),
    practice: z.boolean(),
    usedBy: z.object({ count: z.int(), some: z.array(z.object({ id: z.int(), name: z.string() })) }),
  })
  .meta({ id: 'Account' }) satisfies z.ZodType<AccountView>;

export const accountTest = z.object({
  outcome: worst,
  findings: z.array(finding),
  zones: z.array(z.string()).nullable(),
}) satisfies z.ZodType<AccountTestView>;

export const lab = z.object({ available: z.boolean() }) satisfies z.ZodType<LabView>;

export const named = z.object({ id: z.int(), name: z.string() });

export const backup = z.object({ name: z.string(), at: instant, bytes: z.int() }) satisfies z.ZodType<Backup>;

export const backups = z.object({
  place: z.string(),
  dailyAt: z.string().nullable(),
  keep: z.int(),
  failed: z.object({ at: instant, message: z.string() }).nullable(),
  backups: z.array(backup),
}) satisfies z.ZodType<BackupsView>;

const forecastFields = {
  words: z.string(),
  next: z.array(z.object({ start: instant, end: instant, words: z.string() })),
  feed: z.object({ readAt: instant, triedAt: instant, trouble: z.string().nullable() }).nullable(),
};

export const forecast = z.object(forecastFields) satisfies z.ZodType<ForecastView>;

export const calendar = z
  .object({
    id: z.int(),
    name: z.string(),
    version: z.int(),
    createdAt: instant,
    zone: z.string(),
    openings: z.array(z.object({ days: z.array(z.enum(WEEKDAYS)), start: z.string(), minutes: z.number() })),
    freezes: z.array(z.object({ from: z.string(), to: z.string(), reason: z.string() })),
    iCalendar: z
      .union([
        z.object({ kind: z.literal('url'), url: z.string(), caBundle: z.string().nullable() }),
        z.object({ kind: z.literal('text'), text: z.string() }),
      ])
      .nullable(),
    ...forecastFields,
    usedBy: z.array(z.string()),
  })
  .meta({ id: 'Calendar' }) satisfies z.ZodType<CalendarView>;

export const notice = z
  .object({
    id: z.int(),
    notifierId: z.int(),
    matter: z.string().nullable(),
    message: z.custom<NoticeView['message']>().meta({ type: 'object', description: 'What people are told' }),
    state: z.enum(['waiting', 'delivered', 'given-up']),
    createdAt: instant,
    triedSince: instant,
    tries: z.int(),
    nextTryAt: instant.nullable(),
    answer: z.custom<NoticeView['answer']>().meta({
      type: ['object', 'null'],
      description: 'What came back at the last try: at, words, failure',
    }),
  })
  .meta({ id: 'Notice' }) satisfies z.ZodType<NoticeView>;

export const notifier = z
  .object({
    ...plugin,
    id: z.int(),
    version: z.int(),
    name: z.string(),
    enabled: z.boolean(),
    createdAt: instant,
    lastNotice: notice.nullable(),
  })
  .meta({ id: 'Notifier' }) satisfies z.ZodType<NotifierView>;

export const notifierTest = z.object({
  sent: z.boolean(),
  answer: z.string(),
  tookMs: z.number(),
}) satisfies z.ZodType<NotifierTestView>;

export const rule = z
  .object({
    id: z.int(),
    name: z.string(),
    notifierId: z.int(),
    minimum: z.enum(SEVERITIES),
    connections: z.union([z.literal('all'), z.array(z.int())]),
    kinds: z.union([z.literal('all'), z.array(z.enum(PROBLEM_KINDS))]),
    includeSuccess: z.boolean(),
    digest: z.object({ at: z.string(), timeZone: z.string() }).nullable(),
    createdAt: instant,
    version: z.int(),
    words: z.string(),
  })
  .meta({ id: 'NotificationRule' }) satisfies z.ZodType<RuleView>;

export const credential = z.object({
  name: z.string(),
  tag: tag.optional(),
  plugin: z.string().optional(),
  secretsSet: z.array(z.string()),
});

const declared = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  group: z.string().meta({ description: 'The heading under which a picker shows it; often empty' }),
  since: z.string(),
  links: z.object({ product: z.string(), api: z.string() }),
  caveats: z.array(z.object({ text: z.string(), link: z.string() })),
  presets: z.array(z.looseObject({ id: z.string(), title: z.string() })),
  slots: z
    .array(z.string())
    .meta({ description: 'Where they are the same for every appliance of the kind; otherwise empty' }),
  takesKey: z
    .array(z.enum(KEY_KINDS))
    .meta({ description: 'Kinds of keys that certferry makes for it; empty: it makes its own' }),
  servesNothing: z.boolean().meta({ description: 'What is issued is kept to be downloaded: there is no host' }),
  restartsNothing: z.boolean().meta({ description: 'What is installed is served without a restart' }),
  reloads: z.boolean().meta({ description: 'What a person gave to restart is a command that may be run again' }),
  settings: z.record(z.string(), z.unknown()).meta({ description: 'JSON schema of the settings' }),
});

export const plugins = z.object({
  appliance: z.array(declared),
  issuer: z.array(declared),
  dns: z.array(declared),
  http: z.array(declared),
  notifier: z.array(declared),
});

export const words = z.object({
  version: z.string(),
  steps: z.array(z.object({ name: z.string(), title: z.string() })),
  outcomes: z.custom<WordsView['outcomes']>().meta({ type: 'object', additionalProperties: { type: 'string' } }),
  errors: z.record(z.string(), z.object({ title: z.string(), action: z.string() })),
}) satisfies z.ZodType<WordsView>;

export const auditEntry = z
  .object({
    seq: z.int(),
    at: instant,
    actor: z.string().nullable(),
    role: z.enum(ROLES).nullable(),
    address: z.string().nullable(),
    action: z.string(),
    words: z.string(),
    subject: z.string().nullable(),
    outcome: z.enum(['done', 'refused', 'failed']),
    detail: z
      .custom<AuditEntryView['detail']>()
      .meta({ type: 'object', description: 'What was asked, without secrets' }),
    previous: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' }) satisfies z.ZodType<AuditEntryView>;

export const auditVerification = z.object({
  rows: z.int(),
  head: auditHead.nullable(),
  fault: z.string().nullable().meta({ description: 'What is wrong first; null: the chain is whole' }),
}) satisfies z.ZodType<AuditVerificationView>;
