import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import type { AuditHead } from '../../store/audit.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { CertificateView, PluginView, ServedEndpointView } from '../contract.ts';

/** Parts of many answers. Each has the type that the handlers send, so that the two cannot part. */

export const instant = z.iso.datetime().meta({ description: 'UTC' });

export const finding = z
  .object({
    id: z.string(),
    title: z.string(),
    outcome: z.enum(['ok', 'warn', 'block', 'skipped']),
    answer: z.string(),
    todo: z.string().exactOptional(),
    reference: z.string().exactOptional(),
  })
  .meta({ id: 'Finding' }) satisfies z.ZodType<Finding>;

export const worst = z.enum(['ok', 'warn', 'block']).meta({ description: 'block: a renewal cannot succeed' });

const key = z.object({ kind: z.string(), spkiSha256: z.string() });

export const certificate = z
  .object({
    sha256: z.string(),
    serial: z.string(),
    subject: z.string(),
    issuer: z.string(),
    commonName: z.string().nullable(),
    dnsNames: z.array(z.string()),
    notBefore: instant,
    notAfter: instant,
    key,
    extendedKeyUsage: z.array(z.string()),
    selfSigned: z.boolean(),
    practice: z.boolean().meta({ description: 'Its issuer is for practice: nobody trusts it' }),
  })
  .meta({ id: 'Certificate' }) satisfies z.ZodType<CertificateView>;

export const csr = z.object({
  subject: z.string(),
  commonName: z.string().nullable(),
  dnsNames: z.array(z.string()),
  otherNames: z.array(z.string()),
  key,
  extendedKeyUsage: z.array(z.string()),
});

export const servedEndpoint = z
  .object({
    endpoint: z.object({ host: z.string(), port: z.int(), serverName: z.string() }),
    at: instant,
    detail: z.string().nullable(),
    certificate: certificate.nullable(),
    chain: z.array(certificate),
  })
  .meta({ id: 'ServedEndpoint' }) satisfies z.ZodType<ServedEndpointView>;

export const plugin = {
  plugin: z.string(),
  settings: z.record(z.string(), z.unknown()),
  credential: z.string().nullable(),
  secretsSet: z.array(z.string()).meta({ description: 'Secret fields that have a value; values are never sent' }),
};

export const pluginView = z.object(plugin).meta({ id: 'Plugin' }) satisfies z.ZodType<PluginView>;

/** Each type of event has fields of its own, which grow with the versions. */
export const storedEvent = z
  .object({
    seq: z.int(),
    at: instant,
    event: z.custom<StoredEvent['event']>().meta({
      type: 'object',
      properties: { type: { type: 'string' } },
      required: ['type'],
    }),
  })
  .meta({ id: 'Event' }) satisfies z.ZodType<StoredEvent>;

/** The end of the chain of the audit. */
export const auditHead = z.object({ seq: z.int(), hash: z.string() }) satisfies z.ZodType<AuditHead>;

export const tag = z.string().meta({ description: 'To be sent as `If-Match`, in quotes' });
