import { z } from 'zod';
import type { DiscoveredNode, TrustStoreEntry } from '../../appliances/driver.ts';
import type { DnsCheck } from '../../dns/check.ts';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import type { Plan } from '../../plan/plan.ts';
import { WATCH_STATES } from '../../reconcile/states.ts';
import type { BlastRadius } from '../../renewal/blast-radius.ts';
import type { Leftover, Swept } from '../../renewal/sweeper.ts';
import { STANDINGS } from '../../store/overview.ts';
import type { RenewalPolicy } from '../../store/store.ts';
import type { ApplianceAnswerView, PartView } from '../contract/accounts.ts';
import type { ExplanationView } from '../contract/explanation.ts';
import type { PlanView } from '../contract/plan.ts';
import type {
  AcmeDnsAccountView,
  ConnectionView,
  LookView,
  PreflightView,
  RenewalSummary,
  RenewalView,
  ServedView,
} from '../contract.ts';
import {
  certificate,
  csr,
  finding,
  instant,
  plugin,
  pluginView,
  servedEndpoint,
  storedEvent,
  worst,
} from './common.ts';

const summary = {
  id: z.string(),
  connectionId: z.int(),
  startedAt: instant,
  finishedAt: instant.nullable(),
  outcome: z.string().nullable().meta({
    description:
      'verified, installed-not-served, rolled-back, failed, cancelled, not-due, issued, validated; null: runs',
  }),
  state: z.string(),
  note: z.string().nullable(),
  resumeAt: instant.nullable(),
  planned: z.boolean(),
  committed: z.boolean(),
  oldStillServed: z.boolean().nullable(),
};

export const renewalSummary = z.object(summary).meta({ id: 'RenewalSummary' }) satisfies z.ZodType<RenewalSummary>;

/** What stands beside a renewal where it is shown by itself. */
export const named = { connectionName: z.string(), connectionRemoved: z.boolean(), practice: z.boolean() };

export const renewal = z
  .object({
    ...summary,
    ...named,
    facts: z.record(z.string(), z.unknown()),
    events: z.array(storedEvent),
    chain: z.array(certificate),
  })
  .meta({ id: 'Renewal' }) satisfies z.ZodType<RenewalView>;

const part = z
  .object({
    ...plugin,
    account: z.object({ id: z.int(), name: z.string() }).nullable(),
    title: z.string(),
    practice: z.boolean(),
  })
  .meta({ id: 'Part' }) satisfies z.ZodType<PartView>;

const policy = z
  .object({
    automatic: z.boolean(),
    daysBefore: z.int().nullable(),
    activation: z.enum(['automatic', 'ask']),
    propagation: z
      .object({
        mode: z.enum(['authoritative', 'resolvers', 'both', 'wait-only']),
        checkResolvers: z.array(z.string()),
        waitSeconds: z.int(),
      })
      .nullable(),
    propagationPatienceSeconds: z.int().nullable(),
    verifyPatienceSeconds: z.int().nullable(),
    renewalCalendar: z.int().nullable(),
    restartCalendar: z.int().nullable(),
    emergency: z.object({ daysLeft: z.number(), mode: z.enum(['ask', 'automatic']) }).nullable(),
    keyKind: z.enum(KEY_KINDS).nullable(),
    reuseKey: z.boolean(),
    fallback: z.boolean(),
  })
  .meta({ id: 'Policy' }) satisfies z.ZodType<RenewalPolicy>;

export const connection = z
  .object({
    id: z.int(),
    version: z.int(),
    name: z.string(),
    slot: z.string(),
    dnsNames: z.array(z.string()),
    appliance: pluginView,
    issuer: part,
    secondIssuer: part.nullable(),
    secondChain: z.string().nullable(),
    dns: part,
    dnsRules: z.array(z.object({ suffix: z.string(), use: part })),
    challenge: z.enum(['dns-01', 'http-01']),
    http: pluginView,
    policy,
    incomplete: z.array(
      z.object({
        part: z.enum(['appliance', 'slot', 'dnsNames', 'issuer', 'secondIssuer', 'dns', 'dnsRules', 'http']),
        sentence: z.string(),
      }),
    ),
    createdAt: instant,
    ownerId: z.int().nullable(),
    kept: z.boolean(),
    standing: z.enum(STANDINGS),
    deviation: z.string().nullable(),
    unreachable: z.object({ since: instant, told: z.boolean(), message: z.string() }).nullable(),
    lastRenewal: renewalSummary.nullable(),
    lastSeen: z.object({ notAfter: instant, at: instant, answered: z.int(), endpoints: z.int() }).nullable(),
  })
  .meta({ id: 'Connection' }) satisfies z.ZodType<ConnectionView>;

export const preflight = z.object({ outcome: worst, findings: z.array(finding) }) satisfies z.ZodType<PreflightView>;

export const served = z.object({
  wanted: z.string().nullable(),
  endpoints: z.array(servedEndpoint),
}) satisfies z.ZodType<ServedView>;

export const look = z.object({
  tls: servedEndpoint,
  ssh: z.object({ port: z.int(), fingerprint: z.string().nullable(), detail: z.string().nullable() }),
}) satisfies z.ZodType<LookView>;

export const node = z.object({
  host: z.string(),
  address: z.string().nullable(),
  role: z.enum(['publisher', 'subscriber', 'imp', 'unity']),
  joined: z.boolean(),
}) satisfies z.ZodType<DiscoveredNode>;

export const applianceAnswer = z.object({
  product: z.string(),
  version: z.string().nullable(),
  nodeName: z.string(),
  slots: z.array(z.string()),
  installed: certificate.nullable(),
  pending: csr.nullable(),
  nodes: z.array(node).nullable(),
}) satisfies z.ZodType<ApplianceAnswerView>;

export const trustEntry = z.object({
  node: z.string(),
  store: z.string(),
  subject: z.string(),
  issuer: z.string(),
  selfSigned: z.boolean(),
  sha256: z.string(),
  notAfter: z.string(),
}) satisfies z.ZodType<TrustStoreEntry>;

export const blastRadius = z.object({
  connectionId: z.int(),
  slot: z.string(),
  dnsNames: z.array(z.string()),
  interruptions: z.array(
    z.object({
      node: z.string(),
      service: z.string(),
      impact: z.string(),
      expectedSeconds: z.number(),
      basis: z.enum(['history', 'documented']),
    }),
  ),
  expectedSeconds: z.number(),
  endpoints: z.array(z.string()),
  permission: z.enum(['automatic', 'ask', 'typed']),
  advice: z.custom<BlastRadius['advice']>().meta({ type: 'array', description: 'What should be known before' }),
  testDirectory: z.boolean(),
  fallback: z
    .object({
      ready: z.object({ sha256: z.string(), notAfter: instant }).nullable(),
      whyNot: z.string().nullable(),
    })
    .nullable(),
  window: z
    .object({
      calendarId: z.int(),
      name: z.string(),
      open: z.boolean(),
      start: instant.nullable(),
      end: instant.nullable(),
      words: z.string(),
    })
    .nullable(),
  budget: z.custom<BlastRadius['budget']>().meta({
    type: 'object',
    properties: { ca: { type: 'string' }, source: { type: ['string', 'null'] }, lines: { type: 'array' } },
    required: ['ca', 'source', 'lines'],
    description: 'What is left of the limits of the CA',
  }),
  cautions: z.array(z.string()),
}) satisfies z.ZodType<BlastRadius>;

export const explanation = z
  .object({
    connectionId: z.int(),
    state: z.enum(WATCH_STATES),
    sentence: z.string(),
    nextAt: instant.nullable(),
    facts: z.custom<ExplanationView['facts']>().meta({ type: 'object', description: 'What the sentence is made of' }),
  })
  .meta({ id: 'Explanation' }) satisfies z.ZodType<ExplanationView>;

export const dnsCheck = z.object({
  name: z.string(),
  aliases: z.array(z.string()),
  fqdn: z.string(),
  zone: z.string(),
  value: z.string().nullable(),
  answers: z.custom<DnsCheck['answers']>().meta({ type: 'array', description: 'What each server says' }),
  agreed: z.boolean(),
  diagnosis: z.custom<DnsCheck['diagnosis']>().meta({ type: 'array', description: 'Cause and sentence' }),
}) satisfies z.ZodType<DnsCheck>;

const left = {
  renewalId: z.string(),
  connectionId: z.int(),
  kind: z.enum(['dns-01', 'http-01']),
  fqdn: z.string(),
  value: z.string(),
};

export const leftover = z.object(left) satisfies z.ZodType<Leftover>;

export const swept = z.object({ ...left, trouble: z.string().nullable() }) satisfies z.ZodType<Swept>;

export const acmeDnsAccount = z.object({
  settings: z.record(z.string(), z.unknown()),
  instructions: z.string(),
}) satisfies z.ZodType<AcmeDnsAccountView>;

const plannedRenewal = z.object({
  dueAt: instant,
  renewAt: instant.nullable(),
  restartAt: instant.nullable(),
  outside: z.boolean(),
  expiresAt: instant,
  restarts: z.int(),
});

export const plan = z.object({
  scenario: z.string(),
  from: instant,
  to: instant,
  connections: z.array(
    z.object({
      connectionId: z.int(),
      name: z.string(),
      renewals: z.array(plannedRenewal),
      problems: z.array(z.string()),
      breaks: z.boolean(),
    }),
  ),
  weeks: z.array(z.object({ start: instant, renewals: z.int(), restarts: z.int() })),
  scenarios: z.array(z.object({ id: z.string(), title: z.string() })),
}) satisfies z.ZodType<PlanView & Plan>;
