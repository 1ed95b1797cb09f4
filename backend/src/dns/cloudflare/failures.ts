import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { Refusal } from './schema.ts';

/** "Record already exists" and "An identical record already exists". */
const EXISTS = [81057, 81058];
/** "Record does not exist". */
const GONE = 81044;

/**
 * Wrong tokens and missing permissions, which come with status 400 as well: "Invalid request headers" (6003) for a token
 * of the wrong form, "Authentication error" (10000).
 */
const DENIED = [6003, 9103, 9106, 9107, 9109, 10000, 10001];

/** Cloudflare answered, and said in numbers and words why it did not do what it was asked. */
export class CloudflareRefusal extends AppError {
  readonly #numbers: readonly number[];

  /** `failure` as dns/http-call.ts makes it. */
  constructor(failure: AppError) {
    const troubles = troublesIn(failure.evidence?.body ?? '');
    const numbers = troubles.map(({ code }) => code);
    const words = troubles.map(({ message, code }) => ` ${message} (${code}).`).join('');
    super(codeOf(failure.code, numbers), `${failure.message}${words}`, {
      evidence: failure.evidence,
      retryAfterMs: failure.retryAfterMs,
      cause: failure,
    });
    this.#numbers = numbers;
  }

  get recordExists(): boolean {
    return this.#numbers.some((number) => EXISTS.includes(number));
  }

  get recordIsGone(): boolean {
    return this.#numbers.includes(GONE);
  }
}

function codeOf(code: ErrorCode, numbers: readonly number[]): ErrorCode {
  return code === 'DNS_REFUSED' && numbers.some((number) => DENIED.includes(number)) ? 'DNS_DENIED' : code;
}

function troublesIn(body: string) {
  const refusal = Refusal.safeParse(parseJson(body));
  const errors = refusal.success ? refusal.data.errors : [];
  return errors.flatMap((error) => [error, ...(error.error_chain ?? [])]);
}

/** Undefined when it is no JSON. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
