import { z } from 'zod';
import type { AuditHead, AuditRow } from '../../store/audit.ts';

const text = z.string().trim().min(1).max(200).optional();
const instant = z.iso
  .datetime({ offset: true })
  .or(z.iso.date())
  .transform((at) => new Date(at).toISOString())
  .optional();

const filter = {
  actor: text,
  /** Also the beginning of one: `connection`. */
  action: text,
  subject: text,
  outcome: z.enum(['done', 'refused', 'failed']).optional(),
  /** ISO 8601, included. */
  since: instant,
  /** ISO 8601, excluded. */
  until: instant,
};

export const auditQuery = z.object({
  ...filter,
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** `17:9f86d0…`, as the daemon's log and the manifest of a backup tell it. */
export const auditAnchor = z
  .string()
  .regex(/^\d{1,15}:[0-9a-f]{64}$/i, 'a number, ":" and 64 hexadecimal digits')
  .transform((anchor): AuditHead => {
    const [seq = '', hash = ''] = anchor.split(':');
    return { seq: Number(seq), hash: hash.toLowerCase() };
  });

export const auditVerification = z.object({
  anchor: z.union([auditAnchor.transform((one) => [one]), z.array(auditAnchor)]).default([]),
});

/** A row of an exported audit. */
export const auditRow: z.ZodType<AuditRow> = z.strictObject({
  seq: z.int(),
  at: z.string(),
  actor: z.string().nullable(),
  role: z.enum(['viewer', 'operator', 'admin']).nullable(),
  address: z.string().nullable(),
  action: z.string(),
  subject: z.string().nullable(),
  outcome: z.enum(['done', 'refused', 'failed']),
  detail: z.record(z.string(), z.json()),
  previous: z.string(),
  hash: z.string(),
});

export interface AuditEntryView extends AuditRow {
  /** `changed a connection` */
  readonly words: string;
}

export interface AuditVerificationView {
  readonly rows: number;
  readonly head: AuditHead | null;
  /** What is wrong first; null when the chain is whole. */
  readonly fault: string | null;
}
