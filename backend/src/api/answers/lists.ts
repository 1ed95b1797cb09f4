import { z } from 'zod';
import { BULK_ACTIONS, BULK_STATES } from '../../store/bulk.ts';
import { STANDINGS } from '../../store/overview.ts';
import type * as lists from '../contract/lists.ts';
import { revoked } from './certificates.ts';
import { certificate, instant } from './common.ts';
import { connection, named, renewalSummary } from './connections.ts';

export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), total: z.int(), next: z.int().nullable() });
}

const connectionItem = z
  .object({
    id: z.int(),
    version: z.int(),
    name: z.string(),
    product: z.string(),
    productTitle: z.string(),
    address: z.string().nullable(),
    slot: z.string(),
    dnsNames: z.array(z.string()),
    practice: z.boolean(),
    incomplete: connection.shape.incomplete,
    automatic: z.boolean(),
    dueAt: instant.nullable(),
    activation: z.enum(['automatic', 'ask']),
    standing: z.enum(STANDINGS),
    deviation: connection.shape.deviation,
    unreachable: connection.shape.unreachable,
    lastRenewal: renewalSummary.nullable(),
    lastSeen: connection.shape.lastSeen,
    wanted: z.object({ sha256: z.string(), issuer: z.string().nullable(), servedBy: z.int() }).nullable(),
  })
  .meta({ id: 'ConnectionItem' }) satisfies z.ZodType<lists.ConnectionItem>;

export const connectionList = page(connectionItem) satisfies z.ZodType<lists.ConnectionList>;

export const connectionChoice = z.object({
  products: z.array(z.object({ product: z.string(), title: z.string(), count: z.int() })),
}) satisfies z.ZodType<lists.ConnectionChoice>;

export const renewalItem = z
  .object({ ...renewalSummary.shape, ...named })
  .meta({ id: 'RenewalItem' }) satisfies z.ZodType<lists.RenewalItem>;

export const dashboard = z.object({
  at: instant,
  counts: z
    .custom<lists.DashboardView['counts']>()
    .meta({ type: 'object', additionalProperties: { type: 'integer' }, description: 'Connections by standing' }),
  needs: z.object({
    total: z.int(),
    items: z.array(z.object({ ...connectionItem.shape, why: z.string().nullable() })),
  }),
  expiry: z.object({
    days: z.int(),
    lanes: z.array(
      z.object({
        product: z.string(),
        title: z.string(),
        total: z.int(),
        expired: z.int(),
        later: z.int(),
        days: z.array(z.object({ day: z.int(), count: z.int(), due: z.int() })),
      }),
    ),
    marks: z.array(
      z.object({
        connectionId: z.int(),
        name: z.string(),
        product: z.string(),
        notAfter: instant,
        dueAt: instant.nullable(),
        automatic: z.boolean(),
        practice: z.boolean(),
      }),
    ),
    complete: z.boolean(),
  }),
  next: z.array(z.object({ connectionId: z.int(), name: z.string(), at: instant, why: z.string() })),
  lately: z.array(renewalItem),
  leftovers: z.int(),
  schedule: z.object({ ranAt: instant.nullable(), alive: z.boolean() }),
}) satisfies z.ZodType<lists.DashboardView>;

const certificateItem = {
  sha256: z.string(),
  serial: z.string(),
  subject: z.string(),
  issuer: z.string(),
  dnsNames: z.array(z.string()),
  notBefore: instant,
  notAfter: instant,
  keyKind: z.string(),
  connectionId: z.int(),
  connectionName: z.string(),
  connectionRemoved: z.boolean(),
  renewalId: z.string(),
  issuedAt: instant,
  current: z.boolean(),
  servedAt: z.array(z.string()),
  seenAt: instant.nullable(),
  kept: z.boolean(),
  fallback: z.enum(['ready', 'used', 'lost']).nullable(),
  revoked: revoked.nullable(),
  practice: z.boolean(),
};

export const certificateList = page(z.object(certificateItem)) satisfies z.ZodType<lists.CertificateList>;

export const certificateDetail = z.object({
  ...certificateItem,
  chain: z.array(certificate),
}) satisfies z.ZodType<lists.CertificateDetail>;

export const bulkPlan = z.object({
  total: z.int(),
  running: z.int(),
  asking: z.int(),
  inWindow: z.int(),
  atOnce: z.int(),
  practice: z.int(),
  incomplete: z.int(),
  already: z.int(),
  appliances: z.array(z.object({ title: z.string(), slot: z.string(), count: z.int() })),
  names: z.array(z.string()),
}) satisfies z.ZodType<lists.BulkPlan>;

const bulkState = z.enum(BULK_STATES);

export const bulk = z
  .object({
    id: z.string(),
    action: z.enum(BULK_ACTIONS),
    actor: z.string(),
    askedAt: instant,
    counts: z.record(bulkState, z.int()),
    items: z.array(
      z.object({
        connectionId: z.int(),
        connectionName: z.string(),
        state: bulkState,
        message: z.string().nullable(),
        renewalId: z.string().nullable(),
        finishedAt: instant.nullable(),
      }),
    ),
  })
  .meta({ id: 'Bulk' }) satisfies z.ZodType<lists.BulkView>;

export const activityItem = z.object({
  seq: z.int(),
  at: instant,
  type: z.string(),
  sentence: z.string(),
  until: instant.nullable(),
  connection: z.object({ id: z.int(), name: z.string(), removed: z.boolean() }).nullable(),
  renewalId: z.string().nullable(),
}) satisfies z.ZodType<lists.ActivityItem>;
