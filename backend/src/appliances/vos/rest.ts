import type { z } from 'zod';
import { AppError, type ErrorCode, type Evidence } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { type HttpClient, type HttpRequest, type HttpResponse, TransportError } from '../../plugins/http.ts';
import { CsrAnswer, Refusal, Snapshot } from './schema.ts';
import { confirming, type UnconfirmedId } from './unconfirmed.ts';

const BASE = '/platformcom/api/v1/certmgr/config';
const EVIDENCE_LENGTH = 2000;

export interface VosRestOptions {
  readonly http: HttpClient;
  readonly host: string;
  /** For people; the host when left out. */
  readonly name?: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
}

/** A call that failed, and whether it may have had its effect all the same. */
export class VosCallError extends AppError {
  /** Null when no answer came. */
  readonly status: number | null;
  /** True when nobody can say from the answer whether the appliance did it: read back before doing anything else. */
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

export interface CsrBody {
  readonly service: string;
  /** `this-server`; how the API calls a multi-server certificate is not published. */
  readonly distribution: string;
  readonly commonName: string;
  /** How the API calls a key on an elliptic curve is not published. */
  readonly keyType: 'rsa' | 'ec' | 'ecdsa';
  readonly keyLength: number;
  readonly hashAlgorithm: 'sha256' | 'sha384';
  readonly altNames: readonly string[];
}

/**
 * Cisco's Certificate Management API of one node, version 14 and later. Every method throws VosCallError.
 *
 * Facts: https://developer.cisco.com/docs/certificate-management/. Reading takes the singular paths, writing the plural.
 */
export class VosRest {
  readonly #options: VosRestOptions;

  constructor(options: VosRestOptions) {
    this.#options = options;
  }

  /** All identity and trust certificates and requests of this node. */
  async snapshot(signal: AbortSignal): Promise<Snapshot> {
    return (await this.datedSnapshot(signal)).snapshot;
  }

  /** Also what the node's clock said when it answered; null when it did not say. */
  async datedSnapshot(signal: AbortSignal): Promise<{ readonly snapshot: Snapshot; readonly date: Date | null }> {
    const confirms = confirming('absent-csr', 'trust-store-name', 'trust-replication');
    const call = { method: 'GET', path: '/snapshot/server', confirms } as const;
    const response = await this.#send(call, signal);
    const date = new Date(response.headers.date ?? Number.NaN);
    const snapshot = this.#parse(call, Snapshot, response);
    return { snapshot, date: Number.isNaN(date.getTime()) ? null : date };
  }

  /** PEM, or null when the node says nothing readable: then the snapshot decides. */
  async pendingCsr(service: string, signal: AbortSignal): Promise<string | null> {
    const path = `/csr?service=${encodeURIComponent(service)}`;
    const call = { method: 'GET', path, confirms: confirming('pending-csr') } as const;
    try {
      return this.#parse(call, CsrAnswer, await this.#send(call, signal)).csr || null;
    } catch (error) {
      const status = error instanceof VosCallError ? error.status : null;
      // 404 and 400 mean "no such request"; 2xx of another shape means that we do not know this answer.
      if (status !== null && (status < 300 || status === 400 || status === 404)) return null;
      throw error;
    }
  }

  /** Returns the request as answered (PEM); null when the answer holds none. */
  async createCsr(body: CsrBody, signal: AbortSignal): Promise<string | null> {
    const confirms = confirming(
      'added-names',
      ...(body.distribution === 'this-server' ? [] : (['multi-server-spelling'] as const)),
      ...(body.service === 'tomcat' ? [] : (['slot-spelling'] as const)),
      ...(body.keyType === 'rsa' ? [] : (['ec-key-type'] as const)),
    );
    const call = { method: 'POST', path: '/csr', body, confirms } as const;
    return this.#parse(call, CsrAnswer, await this.#send(call, signal)).csr || null;
  }

  /** `certificatesPem`: leaf first. */
  async uploadIdentity(service: string, certificatesPem: readonly string[], signal: AbortSignal): Promise<void> {
    const body = { service, certificates: certificatesPem };
    const confirms = confirming('upload-answer', 'stale-csr', 'server-auth-only', 'multi-server-upload');
    await this.#send({ method: 'POST', path: '/identity/certificates', body, confirms }, signal);
  }

  async uploadTrust(service: string, certificatesPem: readonly string[], signal: AbortSignal): Promise<void> {
    // Here `service` is a list, and without the `-trust` of the store's name.
    const body = { service: [service], certificates: certificatesPem, description: 'Trust Certificate' };
    const confirms = confirming('trust-duplicate', 'upload-answer');
    await this.#send({ method: 'POST', path: '/trust/certificates', body, confirms }, signal);
  }

  async #send(call: Call, signal: AbortSignal): Promise<HttpResponse> {
    let response = await this.#exchange(call, signal);
    // 503 says that nothing was done with the request, so that one call may be made twice. A Tomcat that restarts says it
    // for longer, which is for the retry ladder.
    if (response.status === 503) response = await this.#exchange(call, signal);
    if (response.status === 200 || response.status === 201) return response;
    throw this.#refused(call, response);
  }

  async #exchange(call: Call, signal: AbortSignal): Promise<HttpResponse> {
    try {
      return await this.#options.http.request(this.#request(call), signal);
    } catch (cause) {
      throw cause instanceof TransportError ? noAnswer(this.#name, call, cause) : cause;
    }
  }

  get #name(): string {
    return this.#options.name ?? this.#options.host;
  }

  #request(call: Call): HttpRequest {
    const { host, port, user, password } = this.#options;
    const authority = host.includes(':') ? `[${host}]` : host;
    const credentials = Buffer.from(`${user}:${password.reveal()}`, 'utf8').toString('base64');
    return {
      method: call.method,
      url: `https://${authority}:${port}${BASE}${call.path}`,
      headers: {
        accept: 'application/json',
        authorization: `Basic ${credentials}`,
        ...(call.body ? { 'content-type': 'application/json' } : {}),
      },
      ...(call.body ? { body: JSON.stringify(call.body) } : {}),
      confirms: (answer) => confirming(...call.confirms, ...shownBy(answer)),
    };
  }

  #refused(call: Call, response: HttpResponse): VosCallError {
    const { status } = response;
    const evidence = this.#evidence(call, response);
    const { code, words } = meaningOf(status, evidence.body ?? '');
    const said = evidence.body ? `: ${firstLine(evidence.body)}` : '.';
    return new VosCallError(code, `${this.#name} ${words} (HTTP ${status})${said}`, {
      status,
      isUndecided: status >= 500,
      evidence,
      retryAfterMs: retryAfterMs(response),
    });
  }

  #parse<Schema extends z.ZodType>(call: Call, schema: Schema, response: HttpResponse): z.output<Schema> {
    const parsed = schema.safeParse(jsonOf(response.body));
    if (parsed.success) return parsed.data;
    throw new VosCallError('APPLIANCE_PROTOCOL', `${this.#name} answered ${nameOf(call)} in an unknown form.`, {
      status: response.status,
      isUndecided: true,
      evidence: this.#evidence(call, response),
      cause: parsed.error,
    });
  }

  #evidence(call: Call, response: HttpResponse): Evidence {
    const password = this.#options.password.reveal();
    const body = wordsOf(response.body).replaceAll(password, '***').slice(0, EVIDENCE_LENGTH);
    return { request: nameOf(call), status: response.status, ...(body ? { body } : {}) };
  }
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly confirms: readonly UnconfirmedId[];
}

/** What an answer shows whatever was asked. */
function shownBy(answer: HttpResponse | null): readonly UnconfirmedId[] {
  if (answer?.status === 401) return ['locked-account'];
  return answer?.status === 503 ? ['busy-did-nothing'] : [];
}

function nameOf(call: Call): string {
  return `${call.method} ${BASE}${call.path}`;
}

function noAnswer(host: string, call: Call, cause: TransportError): VosCallError {
  const isUntrusted = cause.kind === 'untrusted';
  const code = isUntrusted ? 'APPLIANCE_NOT_TRUSTED' : 'APPLIANCE_UNREACHABLE';
  return new VosCallError(code, `${host} cannot be asked: ${cause.message}`, {
    status: null,
    isUndecided: cause.maybeSent,
    evidence: { request: nameOf(call) },
    cause,
  });
}

/** https://developer.cisco.com/docs/certificate-management/errors-and-troubleshooting */
function meaningOf(status: number, body: string): { readonly code: ErrorCode; readonly words: string } {
  // How a node tells of a locked account is not published, so any word of it counts; the code is the same.
  if (status === 401 && /\block(?:ed|out)?\b/i.test(body))
    return { code: 'APPLIANCE_DENIED', words: 'says that the account is locked' };
  if (status === 401) return { code: 'APPLIANCE_DENIED', words: 'refused the credentials' };
  if (status === 403) return { code: 'APPLIANCE_FORBIDDEN', words: 'does not allow this account to do that' };
  if (status === 404) return { code: 'APPLIANCE_REFUSED', words: 'has nothing at this address' };
  if (status === 429 || status >= 500) return { code: 'APPLIANCE_BUSY', words: 'cannot do that now' };
  if (status >= 400) return { code: 'APPLIANCE_REFUSED', words: 'refused the request' };
  return { code: 'APPLIANCE_PROTOCOL', words: 'gave an unexpected answer' };
}

/** The appliance's own sentence and its tracking id, which its log can be searched for; else the body as it came. */
function wordsOf(body: string): string {
  const refusal = Refusal.safeParse(jsonOf(body));
  if (!refusal.success) return body.trim();
  const { messages = [], message, error, trackingId } = refusal.data;
  const words = [...messages, message, error].filter((each) => each !== undefined);
  if (words.length === 0) return body.trim();
  return [...words, ...(trackingId ? [`trackingId: ${trackingId}`] : [])].join('\n');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 200) ?? '';
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function retryAfterMs(response: HttpResponse): number | undefined {
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
