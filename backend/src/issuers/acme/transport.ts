import { AppError } from '../../domain/errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { AcmeProblem, cut, hostOf, parseJson, throwUnanswered } from './problems.ts';
import { type Directory, directorySchema } from './schema.ts';

const DIRECTORY_MAX_AGE_MS = 24 * 60 * 60 * 1000;
const MAX_NONCES = 16;
const BAD_NONCE = 'urn:ietf:params:acme:error:badNonce';

/**
 * The connection to one CA under one trust: HTTP client, cached directory, unused nonces.
 * Nothing here belongs to a renewal; losing it costs two requests.
 */
export class AcmeTransport {
  readonly directoryUrl: string;
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #userAgent: string;
  readonly #nonces: string[] = [];
  #directory: FetchedDirectory | null = null;

  constructor(directoryUrl: string, { http, clock, userAgent }: TransportDeps) {
    this.directoryUrl = directoryUrl;
    this.#http = http;
    this.#clock = clock;
    this.#userAgent = userAgent;
  }

  /**
   * One exchange. Any HTTP status is an answer.
   *
   * @throws AppError ISSUER_UNREACHABLE, ISSUER_NOT_TRUSTED
   */
  async exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const answer = await this.#send(request, signal);
    this.#keepNonce(answer);
    return answer;
  }

  /** Fetched once, and again after a day. */
  async directory(signal: AbortSignal): Promise<Directory> {
    const age = this.#directory ? this.#clock.now().getTime() - this.#directory.fetchedAt.getTime() : Infinity;
    if (this.#directory && age < DIRECTORY_MAX_AGE_MS) return this.#directory.directory;
    return (await this.fetchDirectory(signal)).directory;
  }

  /** @throws AppError ISSUER_REFUSED when the URL answers with something else. */
  async fetchDirectory(signal: AbortSignal): Promise<FetchedDirectory> {
    const url = this.directoryUrl;
    const answer = await this.exchange({ method: 'GET', url }, signal);
    const fetchedAt = this.#clock.now();
    if (answer.status >= 400) throw new AcmeProblem({ method: 'GET', url, ...answer }, fetchedAt);
    const parsed = directorySchema.safeParse(parseJson(answer.body));
    if (answer.status !== 200 || !parsed.success) {
      throw new AppError('ISSUER_REFUSED', `${url} does not answer with an ACME directory.`, {
        evidence: { request: `GET ${url}`, status: answer.status, body: cut(answer.body) },
      });
    }
    this.#directory = { directory: parsed.data, fetchedAt, date: answer.headers.date ?? null };
    return this.#directory;
  }

  /** An unused nonce, from an earlier answer when there is one. */
  async nonce(signal: AbortSignal): Promise<string> {
    const kept = this.#nonces.pop();
    if (kept) return kept;
    const { newNonce } = await this.directory(signal);
    const answer = await this.exchange({ method: 'HEAD', url: newNonce }, signal);
    if (answer.status >= 400) {
      throw new AcmeProblem({ method: 'HEAD', url: newNonce, ...answer }, this.#clock.now());
    }
    const fresh = this.#nonces.pop();
    if (!fresh) throw new AppError('ISSUER_UNREACHABLE', `${hostOf(newNonce)} answered without a nonce.`);
    return fresh;
  }

  async #send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    signal.throwIfAborted();
    const headers = {
      'user-agent': this.#userAgent,
      ...(request.body === undefined ? {} : { 'content-type': 'application/jose+json' }),
      ...request.headers,
    };
    try {
      return await this.#http.request({ ...request, headers }, signal);
    } catch (err) {
      signal.throwIfAborted();
      return throwUnanswered(err, request.url);
    }
  }

  /** acme-client repeats a refused request with the nonce of the refusal: that one is not free. */
  #keepNonce({ status, headers, body }: HttpResponse): void {
    const nonce = headers['replay-nonce'];
    if (!nonce || (status === 400 && body.includes(BAD_NONCE))) return;
    this.#nonces.push(nonce);
    if (this.#nonces.length > MAX_NONCES) this.#nonces.shift();
  }
}

export interface TransportDeps {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly userAgent: string;
}

export interface FetchedDirectory {
  readonly directory: Directory;
  readonly fetchedAt: Date;
  /** The Date header: what the CA's clock said. */
  readonly date: string | null;
}
