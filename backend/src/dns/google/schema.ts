import { z } from 'zod';

/** A key as Google hands it out for a service account; only the fields that are used. */
export const serviceAccountKey = z.object({
  /** Other kinds of credentials may name programs and addresses to ask: they are not taken from a setting. */
  type: z.literal('service_account'),
  project_id: z.string().min(1),
  private_key_id: z.string().min(1),
  private_key: z.string().startsWith('-----BEGIN '),
  client_email: z.string().min(1),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
});

export type ServiceAccountKey = z.output<typeof serviceAccountKey>;

/** The body of an answer, still text. */
export const tokenAnswer = z
  .string()
  .transform((body, context): unknown => {
    try {
      return JSON.parse(body);
    } catch {
      context.addIssue('not JSON');
      return z.NEVER;
    }
  })
  .pipe(z.object({ access_token: z.string().min(1), expires_in: z.number().positive() }));

export const managedZone = z.object({
  name: z.string().regex(/^[a-z0-9-]+$/),
  dnsName: z.string().min(1),
  visibility: z.enum(['public', 'private']).default('public'),
});

export const resourceRecordSet = z.object({
  name: z.string(),
  ttl: z.number().int().default(0),
  /** In the form of a zone file: `"one" "two"` is one value of two strings. */
  rrdatas: z.array(z.string()).default([]),
  routingPolicy: z.unknown().optional(),
});

export const change = z.object({
  id: z.string().min(1),
  status: z.enum(['pending', 'done']),
});

export const apiError = z.object({
  error: z.object({ errors: z.array(z.object({ reason: z.string().optional() })).default([]) }),
});
