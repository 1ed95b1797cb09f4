import { z } from 'zod';
import type { EvidenceBundle } from '../../evidence/bundle.ts';
import { auditHead, certificate, csr, finding, instant } from './common.ts';

type Part<K extends keyof EvidenceBundle> = EvidenceBundle[K];

export const evidence = z
  .object({
    format: z.literal(1),
    certferry: z.string().meta({ description: 'The version that made it' }),
    madeAt: instant,
    anonymous: z.boolean(),
    renewal: z.object({
      id: z.string(),
      startedAt: instant,
      finishedAt: instant.nullable(),
      outcome: z.string().nullable(),
      message: z.string().nullable(),
      oldStillServed: z.boolean().nullable(),
    }),
    connection: z.object({
      id: z.int(),
      name: z.string().nullable(),
      appliance: z.string().nullable(),
      issuer: z.string().nullable(),
    }),
    target: z.custom<Part<'target'>>().meta({ type: ['object', 'null'], description: 'What was to be done' }),
    plan: z.custom<Part<'plan'>>().meta({ type: 'array', description: 'The restarts that were planned' }),
    decisions: z.custom<Part<'decisions'>>().meta({ type: 'array', description: 'Who started, released, cancelled' }),
    findings: z.array(finding),
    csr: csr.extend({ pem: z.string() }).nullable(),
    order: z.object({ url: z.string(), dnsNames: z.array(z.string()), expires: z.string().nullable() }).nullable(),
    chain: z.array(certificate.omit({ practice: true }).extend({ pem: z.string() })),
    endpoints: z.custom<Part<'endpoints'>>().meta({ type: 'array', description: 'What was served before and after' }),
    steps: z.custom<Part<'steps'>>().meta({ type: 'array', description: 'How long each took' }),
    interruptions: z.custom<Part<'interruptions'>>().meta({ type: 'array', description: 'Restarts as they were' }),
    failures: z.custom<Part<'failures'>>().meta({ type: 'array' }),
    log: z.array(z.object({ seq: z.int(), at: instant, sentence: z.string() })),
    calls: z.array(
      z.object({
        at: instant,
        to: z.enum(['CA', 'DNS']),
        request: z.string(),
        status: z.int().nullable(),
        failure: z.string().nullable(),
        times: z.int(),
      }),
    ),
    exchanges: z.custom<Part<'exchanges'>>().meta({ type: 'array', description: 'What was said to the appliance' }),
    exchangesKept: z.string().meta({ description: 'Which of them are recorded' }),
    audit: z.object({
      rows: z.custom<Part<'audit'>['rows']>().meta({ type: 'array', description: 'Rows of the audit about it' }),
      head: auditHead.nullable(),
    }),
  })
  .meta({ id: 'Evidence' }) satisfies z.ZodType<EvidenceBundle>;
