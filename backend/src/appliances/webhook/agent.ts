import { z } from 'zod';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { sleep } from '../../plugins/clock.ts';
import { keepable } from '../../plugins/exchange-text.ts';
import { type HttpClient, type HttpRequest, type HttpResponse, TransportError } from '../../plugins/http.ts';
import { retryAfterMs } from '../../plugins/http-call.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { signature } from '../../plugins/signature.ts';
import { normaliseFingerprint } from '../../plugins/trust.ts';
import type { Webhook } from './settings.ts';

const fingerprint = z
  .string()
  .refine((text) => /^(?:[0-9a-f]{2}:?){32}$/i.test(text), 'A SHA-256 fingerprint')
  .transform(normaliseFingerprint);

/** What the agent may say of an installation, in JSON. Other fields are its own. */
const Installed = z.object({ sha256: fingerprint.optional(), changed: z.boolean().optional() });
/** What it says at the address of the state. */
const State = z.object({ sha256: fingerprint.nullable(), certificate: z.string().optional() });

export interface AgentState {
  /** Null: none. */
  readonly sha256: string | null;
  /** PEM, when the agent shows it. */
  readonly certificate: string | null;
}

export interface Delivery {
  /** JSON. */
  readonly body: string;
  /** The same for each attempt with the same content. */
  readonly idempotencyKey: string;
  /** Of the certificate. */
  readonly sha256: string;
  /** What the agent might repeat, and nobody should read. */
  readonly secrets: readonly Secret[];
}

export interface Delivered {
  /** False: the agent had it already. */
  readonly changed: boolean;
}

/** Milliseconds between questions when an agent does not say it. */
const POLL_MS = 2000;
const SHORTEST_POLL_MS = 100;

/** The agent of a person's own that takes certificates. Every request to it is signed. */
export class Agent {
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #webhook: Webhook;

  constructor(http: HttpClient, clock: Clock, webhook: Webhook) {
    this.#http = http;
    this.#clock = clock;
    this.#webhook = webhook;
  }

  /** Any answer but a refusal of the credentials will do: an agent need not know HEAD. */
  async greet(signal: AbortSignal): Promise<void> {
    const request: HttpRequest = { method: 'HEAD', url: this.#webhook.url, headers: this.#headers('') };
    const answer = await this.#send(request, signal);
    if (answer.status === 401 || answer.status === 403) throw this.#refusal(request, answer, []);
  }

  /** Null when there is no address for it. @throws AppError also APPLIANCE_PROTOCOL */
  async state(signal: AbortSignal): Promise<AgentState | null> {
    const { statusUrl } = this.#webhook;
    if (statusUrl === null) return null;
    const request: HttpRequest = { method: 'GET', url: statusUrl, headers: this.#headers('') };
    const answer = await this.#send(request, signal);
    if (answer.status === 404 || answer.status === 204) return { sha256: null, certificate: null };
    if (answer.status !== 200) throw this.#refusal(request, answer, []);
    const parsed = State.safeParse(jsonOf(answer.body));
    if (parsed.success) return { sha256: parsed.data.sha256, certificate: parsed.data.certificate ?? null };
    throw this.#odd(request, answer, 'does not say which certificate it has: JSON with "sha256" is needed');
  }

  /**
   * Hands it over, and waits while the agent is at it.
   *
   * @throws AppError APPLIANCE_BUSY when it asks to come later, or is at it for too long; APPLIANCE_REJECTED_CERTIFICATE (422)
   */
  async deliver(delivery: Delivery, signal: AbortSignal): Promise<Delivered> {
    const { url, patienceMs } = this.#webhook;
    const headers = {
      ...this.#headers(delivery.body),
      'content-type': 'application/json',
      'idempotency-key': delivery.idempotencyKey,
    };
    const request: HttpRequest = { method: 'POST', url, headers, body: delivery.body };
    const until = this.#clock.now().getTime() + patienceMs;
    const answer = await this.#send(request, signal);
    if (answer.status === 409) return this.#done(request, answer, delivery, false);
    if (answer.status !== 202) return this.#done(request, answer, delivery, true);
    const { location } = answer.headers;
    if (location === undefined) return await this.#awaitState(delivery, answer, until, signal);
    return await this.#awaitEnd(this.#sameOrigin(location), delivery, answer, until, signal);
  }

  /** Asks at `url` until the answer is another one than 202. */
  async #awaitEnd(url: string, delivery: Delivery, first: HttpResponse, until: number, signal: AbortSignal) {
    for (let answer = first; ; ) {
      await this.#pause(answer, until, signal);
      const request: HttpRequest = { method: 'GET', url, headers: this.#headers('') };
      answer = await this.#send(request, signal);
      if (answer.status !== 202) return this.#done(request, answer, delivery, true);
    }
  }

  /** Where nothing says how it goes, the endpoints are looked at afterwards, like everywhere. */
  async #awaitState(delivery: Delivery, first: HttpResponse, until: number, signal: AbortSignal): Promise<Delivered> {
    while (this.#webhook.statusUrl !== null) {
      if ((await this.state(signal))?.sha256 === delivery.sha256) break;
      await this.#pause(first, until, signal);
    }
    return { changed: true };
  }

  async #pause({ headers }: HttpResponse, until: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const wait = Math.max(retryAfterMs(headers['retry-after'], now) ?? POLL_MS, SHORTEST_POLL_MS);
    const { host } = new URL(this.#webhook.url);
    if (now.getTime() + wait > until) {
      throw new AppError('APPLIANCE_BUSY', `${host} took the certificate and is still at it.`, { retryAfterMs: wait });
    }
    await sleep(this.#clock, wait, signal);
  }

  #done(request: HttpRequest, answer: HttpResponse, delivery: Delivery, isNew: boolean): Delivered {
    const isGood = (answer.status >= 200 && answer.status < 300) || answer.status === 409;
    if (!isGood) throw this.#refusal(request, answer, delivery.secrets);
    const said = Installed.safeParse(jsonOf(answer.body));
    const { sha256, changed = true } = said.success ? said.data : {};
    if (sha256 !== undefined && sha256 !== delivery.sha256) {
      throw this.#odd(request, answer, `says that it has another certificate (${sha256})`, delivery.secrets);
    }
    return { changed: isNew && changed };
  }

  /** What is signed and authorised for the agent goes nowhere else. */
  #sameOrigin(location: string): string {
    const { url } = this.#webhook;
    const target = URL.canParse(location, url) ? new URL(location, url) : null;
    if (target?.origin === new URL(url).origin) return target.href;
    const words = `${new URL(url).host} sends us on to ${location}, where certferry does not follow.`;
    throw new AppError('APPLIANCE_PROTOCOL', words);
  }

  #headers(body: string): Readonly<Record<string, string>> {
    const { signingSecret, authorization } = this.#webhook;
    return {
      'user-agent': 'certferry',
      accept: 'application/json',
      'x-certferry-signature': signature(signingSecret, body, this.#clock.now()),
      ...(authorization ? { authorization: authorization.reveal() } : {}),
    };
  }

  async #send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    signal.throwIfAborted();
    try {
      return await this.#http.request(request, signal);
    } catch (cause) {
      if (!(cause instanceof TransportError)) throw cause;
      const code = cause.kind === 'untrusted' ? 'APPLIANCE_NOT_TRUSTED' : 'APPLIANCE_UNREACHABLE';
      throw new AppError(code, `${cause.message}.`, { cause, evidence: { request: lineOf(request) } });
    }
  }

  #refusal(request: HttpRequest, answer: HttpResponse, secrets: readonly Secret[]): AppError {
    const { status, headers } = answer;
    const { code, words } = meaningOf(answer);
    const evidence = this.#evidence(request, answer, secrets);
    const said = evidence.body ? `: ${evidence.body.replaceAll(/\s+/g, ' ').slice(0, 200)}` : '.';
    return new AppError(code, `${new URL(request.url).host} ${words} (HTTP ${status})${said}`, {
      evidence,
      retryAfterMs: retryAfterMs(headers['retry-after'], this.#clock.now()),
    });
  }

  #odd(request: HttpRequest, answer: HttpResponse, words: string, secrets: readonly Secret[] = []): AppError {
    return new AppError('APPLIANCE_PROTOCOL', `${new URL(request.url).host} ${words}.`, {
      evidence: this.#evidence(request, answer, secrets),
    });
  }

  #evidence(request: HttpRequest, answer: HttpResponse, secrets: readonly Secret[]) {
    const { signingSecret, authorization } = this.#webhook;
    const hidden = [...secrets, signingSecret, ...(authorization ? [authorization] : [])];
    const body = keepable(answer.body, hidden).trim().slice(0, EVIDENCE_CHARACTERS);
    return { request: lineOf(request), status: answer.status, ...(body === '' ? {} : { body }) };
  }
}

const EVIDENCE_CHARACTERS = 2000;

/** readme.md has this table for people. */
function meaningOf({ status, headers }: HttpResponse): { readonly code: ErrorCode; readonly words: string } {
  if (status === 401) return { code: 'APPLIANCE_DENIED', words: 'does not accept the signature or the credentials' };
  if (status === 403) return { code: 'APPLIANCE_FORBIDDEN', words: 'does not allow that' };
  if (status === 422) return { code: 'APPLIANCE_REJECTED_CERTIFICATE', words: 'refused the certificate' };
  if (status === 429) return { code: 'APPLIANCE_BUSY', words: 'asks to slow down' };
  if (status >= 500) return { code: 'APPLIANCE_BUSY', words: 'cannot do it now' };
  if (status >= 300 && status < 400 && headers.location) {
    return { code: 'APPLIANCE_REFUSED', words: `sends us on to ${headers.location}, where certferry does not follow` };
  }
  return { code: 'APPLIANCE_REFUSED', words: 'refused the request' };
}

function lineOf({ method, url }: HttpRequest): string {
  return `${method} ${url}`;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
