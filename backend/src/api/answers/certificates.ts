import { z } from 'zod';
import { CERTIFICATE_STATES } from '../../certificates/status.ts';
import type { Failure } from '../../domain/errors.ts';
import { REVOCATION_REASONS } from '../../domain/revocation.ts';
import type { KeptCertificateList, KeptCertificateView, RevocationView } from '../contract/certificates.ts';
import { instant } from './common.ts';

const reason = z.enum(REVOCATION_REASONS);

export const revoked = z.object({ at: instant, reason, actor: z.string() });

export const revocation = z.object({ sha256: z.string(), ...revoked.shape }) satisfies z.ZodType<RevocationView>;

export const keptCertificate = z
  .object({
    id: z.int(),
    version: z.int(),
    name: z.string(),
    names: z.array(z.string()),
    ownerId: z.int().nullable(),
    automatic: z.boolean(),
    createdAt: instant,
    status: z.enum(CERTIFICATE_STATES),
    toPlace: z.array(
      z.discriminatedUnion('challenge', [
        z.object({
          challenge: z.literal('dns-01'),
          dnsName: z.string(),
          name: z.string(),
          type: z.enum(['TXT']),
          value: z.string(),
          ttlSeconds: z.int(),
        }),
        z.object({ challenge: z.literal('http-01'), dnsName: z.string(), url: z.string(), text: z.string() }),
      ]),
    ),
    placeBy: instant.nullable(),
    failure: z
      .custom<Failure>()
      .meta({ type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } } })
      .nullable(),
    sentence: z.string(),
    nextTry: instant.nullable(),
    renewalId: z.string().nullable(),
    certificate: z
      .object({
        sha256: z.string(),
        serial: z.string(),
        issuer: z.string(),
        notBefore: instant,
        notAfter: instant,
        revoked: revoked.nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'KeptCertificate' }) satisfies z.ZodType<KeptCertificateView>;

export const keptCertificateList = z.object({
  items: z.array(keptCertificate),
  total: z.int(),
  next: z.int().nullable(),
}) satisfies z.ZodType<KeptCertificateList>;
