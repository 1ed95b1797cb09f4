import { AppError, type ErrorCode, type Evidence } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { type HttpClient, type HttpRequest, type HttpResponse, TransportError } from '../../plugins/http.ts';
import { redact } from '../../plugins/redact.ts';

const EVIDENCE_LENGTH = 2000;

/** A call that failed, and whether it may have had its effect all the same. */
export class ApplianceCallError extends AppError {
  /** Null when no answer came. */
  readonly status: number | null;
  /** True when nobody can say from the answer whether the appliance did it: look before doing anything else. */
  readonly isUndecided: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    details: { status: number | null; isUndecided: boolean } & ConstructorParameters<typeof AppError>[2],
  ) {
    super(code, message, details);
    this.status = details.status;
    this.isUndecided = details.isUndecided;
  }
}

export interface ApplianceCall
  extends Pick<HttpRequest, 'method' | 'form' | 'timeoutMs' | 'encoding' | 'confirms' | 'hasSecretAnswer'> {
  /** Begins with a slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: object;
}

/** What a refusal means where the status alone does not say it; undefined: as usual. */
export type Meaning = (
  status: number,
  body: string,
) => { readonly code: ErrorCode; readonly words: string } | undefined;

export interface ApplianceWebOptions {
  readonly http: HttpClient;
  readonly host: string;
  /** For people. */
  readonly name: string;
  readonly port: number;
  /** Whatever of these the appliance repeats is taken out of its words. */
  readonly secrets: readonly Secret[];
  /** The appliance's own sentence in the body of a refusal; null: the body as it came. */
  readonly sentenceIn?: (body: string) => string | null;
  readonly meaningOf?: Meaning;
}

/** Calls to the REST API of one appliance. Throws ApplianceCallError unless the answer is 2xx. */
export class ApplianceWeb {
  readonly #options: ApplianceWebOptions;

  constructor(options: ApplianceWebOptions) {
    this.#options = options;
  }

  /** `https://ise.example.com:443` */
  get origin(): string {
    const { host, port } = this.#options;
    return `https://${host.includes(':') ? `[${host}]` : host}${port === 443 ? '' : `:${port}`}`;
  }

  async send(call: ApplianceCall, signal: AbortSignal): Promise<HttpResponse> {
    signal.throwIfAborted();
    const answer = await this.#exchange(call, signal);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw this.#refused(call, answer);
  }

  /** For a 2xx answer that cannot be read, or that says no. */
  refusal(code: ErrorCode, words: string, call: ApplianceCall, answer: HttpResponse): ApplianceCallError {
    const { status } = answer;
    const evidence = this.#evidence(call, answer);
    return new ApplianceCallError(code, `${this.#options.name} ${words}`, { status, isUndecided: false, evidence });
  }

  async #exchange(call: ApplianceCall, signal: AbortSignal): Promise<HttpResponse> {
    const { json, path, headers, ...rest } = call;
    const request: HttpRequest = {
      ...rest,
      url: `${this.origin}${path}`,
      headers: { accept: 'application/json', ...(json ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(json ? { body: JSON.stringify(json) } : {}),
    };
    try {
      return await this.#options.http.request(request, signal);
    } catch (cause) {
      throw cause instanceof TransportError ? this.#noAnswer(call, cause) : cause;
    }
  }

  #noAnswer(call: ApplianceCall, cause: TransportError): ApplianceCallError {
    const code = cause.kind === 'untrusted' ? 'APPLIANCE_NOT_TRUSTED' : 'APPLIANCE_UNREACHABLE';
    return new ApplianceCallError(code, `${this.#options.name} cannot be asked: ${cause.message}`, {
      status: null,
      isUndecided: cause.maybeSent,
      evidence: { request: lineOf(call) },
      cause,
    });
  }

  #refused(call: ApplianceCall, answer: HttpResponse): ApplianceCallError {
    const { status } = answer;
    const evidence = this.#evidence(call, answer);
    const { code, words } = this.#options.meaningOf?.(status, answer.body) ?? usualMeaning(status);
    const said = evidence.body ? `: ${firstLine(evidence.body)}` : '.';
    return new ApplianceCallError(code, `${this.#options.name} ${words} (HTTP ${status})${said}`, {
      status,
      isUndecided: status >= 500,
      evidence,
      retryAfterMs: retryAfterMs(answer),
    });
  }

  #evidence(call: ApplianceCall, { status, body }: HttpResponse): Evidence {
    const { sentenceIn, secrets } = this.#options;
    const words = redact((sentenceIn?.(body) ?? body).trim(), secrets).slice(0, EVIDENCE_LENGTH);
    return { request: lineOf(call), status, ...(words ? { body: words } : {}) };
  }
}

export function basicAuthorization(user: string, password: Secret): string {
  return `Basic ${Buffer.from(`${user}:${password.reveal()}`, 'utf8').toString('base64')}`;
}

/** Null when it is no JSON. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function usualMeaning(status: number): { readonly code: ErrorCode; readonly words: string } {
  if (status === 401) return { code: 'APPLIANCE_DENIED', words: 'refused the credentials' };
  if (status === 403) return { code: 'APPLIANCE_FORBIDDEN', words: 'does not allow this account to do that' };
  if (status === 404) return { code: 'APPLIANCE_REFUSED', words: 'has nothing at this address' };
  if (status === 429 || status >= 500) return { code: 'APPLIANCE_BUSY', words: 'cannot do that now' };
  if (status >= 400) return { code: 'APPLIANCE_REFUSED', words: 'refused the request' };
  return { code: 'APPLIANCE_PROTOCOL', words: 'gave an unexpected answer' };
}

function lineOf({ method, path }: ApplianceCall): string {
  return `${method} ${path}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 200) ?? '';
}

function retryAfterMs({ headers }: HttpResponse): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
