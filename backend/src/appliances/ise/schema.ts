import { z } from 'zod';

/** What is read from answers of ISE, and nothing else of them. */

/** A list, bare or in `response`. */
export function listOf<Row extends z.ZodType>(row: Row) {
  return z.union([z.array(row), z.object({ response: z.array(row) }).transform(({ response }) => response)]);
}

const text = z.string().nullish();

export const Node = z.object({
  hostname: z.string(),
  fqdn: text,
  roles: z.array(z.string()).nullish(),
  nodeStatus: text,
});
export type Node = z.output<typeof Node>;

export const PendingCsr = z.object({ id: z.string(), hostName: z.string(), subject: text, friendlyName: text });
export type PendingCsr = z.output<typeof PendingCsr>;

export const SystemCertificate = z.object({
  id: z.string(),
  friendlyName: text,
  issuedTo: text,
  usedBy: text,
  groupTag: text,
  sha256Fingerprint: text,
});
export type SystemCertificate = z.output<typeof SystemCertificate>;

export const TrustedCertificate = z.object({
  id: z.string(),
  subject: text,
  friendlyName: text,
  sha256Fingerprint: text,
});
export type TrustedCertificate = z.output<typeof TrustedCertificate>;

/** `{response: {message}}`, `{message}`, `{error: {message}}` */
const Sentence = z.object({ message: z.string().min(1) });
const Refusal = z.union([
  Sentence,
  z.object({ response: Sentence }).transform(({ response }) => response),
  z.object({ error: Sentence }).transform(({ error }) => error),
]);

export function sentenceIn(json: unknown): string | null {
  const parsed = Refusal.safeParse(json);
  return parsed.success ? parsed.data.message : null;
}

/** `AA:BB:…` and `aabb…` are the same. Null when it is no SHA-256. */
export function fingerprintOf(text: string | null | undefined): string | null {
  const hex = (text ?? '').replaceAll(/[\s:]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
}
