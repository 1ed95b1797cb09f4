import { z } from 'zod';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { redact } from '../../plugins/redact.ts';

const EVIDENCE_LENGTH = 2000;

/** What all errors of the SDK have in common; those of the network lack `$metadata.httpStatusCode`. */
const SdkError = z.object({
  name: z.string(),
  message: z.string(),
  /** `ECONNREFUSED` */
  code: z.string().optional().catch(undefined),
  /** InvalidChangeBatch names each change that it refuses. */
  messages: z.array(z.string()).optional(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
  $response: z
    .object({ headers: z.record(z.string(), z.unknown()) })
    .optional()
    .catch(undefined),
});
type SdkError = z.output<typeof SdkError>;

/** https://docs.aws.amazon.com/Route53/latest/APIReference/CommonErrors.html; most come with status 400. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  Throttling: 'DNS_RATE_LIMITED',
  ThrottlingException: 'DNS_RATE_LIMITED',
  PriorRequestNotComplete: 'DNS_RATE_LIMITED',
  ExpiredTokenException: 'DNS_DENIED',
  IncompleteSignature: 'DNS_DENIED',
  NotAuthorized: 'DNS_DENIED',
  /** The credential chain of the SDK found nothing, or nothing that works. */
  CredentialsProviderError: 'DNS_DENIED',
  NoSuchHostedZone: 'DNS_ZONE_NOT_FOUND',
};

/** @param request What was asked, for people: `ListHostedZonesByName`. */
export function awsFailure(err: unknown, request: string, secrets: readonly Secret[]): AppError {
  if (err instanceof AppError) return err;
  const parsed = SdkError.safeParse(err);
  if (!parsed.success) return AppError.from(err);
  const { name, message, code: reason, messages = [], $metadata = {} } = parsed.data;
  const status = $metadata.httpStatusCode;
  if (status !== undefined && status < 300) return unreadable(request, err);
  const code = CODES[name] ?? (status === undefined ? codeOfSilence(name, reason) : codeOf(status));
  const said = redact([message || reason, ...messages].join('\n'), secrets).slice(0, EVIDENCE_LENGTH);
  return new AppError(code, `${SENTENCES[code] ?? 'AWS refused the request'}: ${name}.`, {
    evidence: { request, ...(status === undefined ? {} : { status }), body: `${name}: ${said}` },
    retryAfterMs: retryAfterMs(parsed.data),
    cause: err,
  });
}

/** For an answer of the right status with something else in it. */
export function unreadable(request: string, cause: unknown): AppError {
  const words = 'The answer is not of the form that Route 53 documents: check the API URL.';
  return new AppError('DNS_REFUSED', words, { evidence: { request }, cause });
}

/** True when AWS refused the change itself: the record set is not what we took it for, or may not be what we want. */
export function isInvalidChange(err: unknown): boolean {
  return err instanceof AppError && err.cause instanceof Error && err.cause.name === 'InvalidChangeBatch';
}

const SENTENCES: Partial<Readonly<Record<ErrorCode, string>>> = {
  DNS_DENIED: 'AWS does not accept the credentials, or does not allow this',
  DNS_RATE_LIMITED: 'AWS asks us to slow down',
  DNS_UNREACHABLE: 'AWS did not answer as it should',
  DNS_ZONE_NOT_FOUND: 'Route 53 has no hosted zone with this ID',
};

/** Without an answer there is a code of Node.js, or a timeout of the SDK; anything else is the SDK refusing to ask. */
function codeOfSilence(name: string, reason: string | undefined): ErrorCode {
  return reason !== undefined || name === 'TimeoutError' ? 'DNS_UNREACHABLE' : 'DNS_REFUSED';
}

function codeOf(status: number): ErrorCode {
  if (status >= 500) return 'DNS_UNREACHABLE';
  if (status === 429) return 'DNS_RATE_LIMITED';
  return status === 401 || status === 403 ? 'DNS_DENIED' : 'DNS_REFUSED';
}

function retryAfterMs({ $response }: SdkError): number | undefined {
  const seconds = Number($response?.headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
