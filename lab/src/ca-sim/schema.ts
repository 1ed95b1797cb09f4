import { z } from 'zod';
import { Problem } from './problem.ts';

/** RFC 8555 section 6.1: without padding; anything else is to be rejected. */
const Base64url = z.string().regex(/^[A-Za-z0-9_-]*$/, 'is not base64url without padding');

/** RFC 8555 section 6.2: flattened JSON serialisation, no unprotected header, one signature. */
export const Jws = z.object({
  protected: Base64url.min(1),
  payload: Base64url,
  signature: Base64url.min(1),
  header: z.undefined('the unprotected header is forbidden').optional(),
  signatures: z.undefined('exactly one signature is allowed').optional(),
});
export type Jws = z.infer<typeof Jws>;

export const PublicJwk = z.looseObject({
  kty: z.enum(['RSA', 'EC']),
  d: z.undefined('a private key was sent').optional(),
});

const Header = z.object({
  alg: z.string(),
  url: z.string(),
  nonce: Base64url.min(1).optional(),
  kid: z.string().optional(),
  jwk: z.record(z.string(), z.unknown()).optional(),
  crit: z.undefined('no extensions are understood').optional(),
});
export const ProtectedHeader = Header.refine((header) => (header.kid === undefined) !== (header.jwk === undefined), {
  error: 'must have exactly one of "jwk" and "kid"',
});
export type ProtectedHeader = z.infer<typeof ProtectedHeader>;

export const NewAccount = z.object({
  contact: z.array(z.string()).optional(),
  termsOfServiceAgreed: z.boolean().optional(),
  onlyReturnExisting: z.boolean().optional(),
  externalAccountBinding: Jws.optional(),
});
export type NewAccount = z.infer<typeof NewAccount>;

export const AccountUpdate = z.object({
  contact: z.array(z.string()).optional(),
  status: z.literal('deactivated').optional(),
});

export const KeyChange = z.object({ account: z.string(), oldKey: PublicJwk });

export const NewOrder = z.object({
  identifiers: z.array(z.object({ type: z.string(), value: z.string() })).min(1),
  notBefore: z.undefined('notBefore is not supported').optional(),
  notAfter: z.undefined('notAfter is not supported').optional(),
  profile: z.string().optional(),
  replaces: z.string().optional(),
});
export type NewOrder = z.infer<typeof NewOrder>;

export const AuthorizationUpdate = z.object({ status: z.literal('deactivated') });

export const Finalize = z.object({ csr: Base64url.min(1) });

export const Revocation = z.object({ certificate: Base64url.min(1), reason: z.number().optional() });

/** @throws Problem malformed, saying which member of `what` is wrong. */
export function parse<S extends z.ZodType>(schema: S, value: unknown, what: string): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const member = issue === undefined || issue.path.length === 0 ? '' : ` "${issue.path.join('.')}"`;
  throw new Problem('malformed', `${what}${member}: ${issue?.message ?? 'is not acceptable'}`);
}

/** @throws Problem malformed */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('malformed', `${what} is not JSON`);
  }
}
