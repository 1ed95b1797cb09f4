import type { Client } from 'acme-client';
import type { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import type { HttpResponse } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { ChallengeKind } from '../issuer.ts';
import { AcmeProblem, cut, parseJson } from './problems.ts';
import type { ExternalAccount } from './settings.ts';
import type { AcmeTransport } from './transport.ts';

/**
 * acme-client signs requests and knows the order of an ACME flow, but brings an HTTP client that shares its trust between
 * all CAs, sleeps through rate limits and forgets problem documents. These members of it are replaced, so that its
 * requests go through `AcmeTransport`. They exist at run time and not in its types; the version is pinned.
 */
interface ClientInternals {
  http: {
    request(url: string, method: string, options?: { readonly data?: unknown }): Promise<WireAnswer>;
    getNonce(): Promise<string>;
    getDirectory(): Promise<unknown>;
    signedRequest(url: string, payload: object | null, options: SigningOptions): Promise<WireAnswer>;
  };
  readonly api: {
    apiRequest(
      url: string,
      payload?: object | null,
      okStatuses?: readonly number[],
      options?: ApiOptions,
    ): Promise<WireAnswer>;
    createAccount(payload: object): Promise<WireAnswer>;
    getAccountUrl(): string;
  };
}

interface SigningOptions {
  readonly kid: string | null;
  readonly includeExternalAccountBinding: boolean;
}

interface ApiOptions {
  readonly includeJwsKid?: boolean;
  readonly includeExternalAccountBinding?: boolean;
}

/** What acme-client expects of its HTTP layer; `text` is ours. */
interface WireAnswer {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  readonly data: unknown;
  readonly text: string;
}

export interface SessionOptions {
  readonly transport: AcmeTransport;
  readonly accountKey: Secret;
  /** Null before the account exists. */
  readonly accountUrl: string | null;
  readonly externalAccount: ExternalAccount | null;
  readonly clock: Clock;
}

/** An answer of the CA to a signed request. */
export interface SignedAnswer {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  readonly body: string;
}

/** One acme-client for one call of the issuer. */
export class AcmeSession {
  readonly #client: Client & ClientInternals;

  /** @throws AppError INTERNAL when acme-client is another version than we know */
  constructor(Library: typeof Client, options: SessionOptions, signal: AbortSignal) {
    const { transport, accountKey, accountUrl, externalAccount, clock } = options;
    const client = new Library({
      directoryUrl: transport.directoryUrl,
      accountKey: accountKey.reveal(),
      ...(accountUrl ? { accountUrl } : {}),
      ...(externalAccount
        ? { externalAccountBinding: { kid: externalAccount.kid, hmacKey: externalAccount.hmac.reveal().trim() } }
        : {}),
    });
    if (!hasInternals(client)) throw new AppError('INTERNAL', 'This version of acme-client is not the one we know.');
    layOver(client, transport, clock, signal);
    this.#client = client;
  }

  get accountUrl(): string {
    return this.#client.api.getAccountUrl();
  }

  /** Signed POST; `payload` null is POST-as-GET. @throws AcmeProblem for any status from 400. */
  async post(url: string, payload: object | null): Promise<SignedAnswer> {
    const { status, headers, text } = await this.#client.api.apiRequest(url, payload, []);
    return { status, headers, body: text };
  }

  /** POST-as-GET of an object. @throws AppError ISSUER_UNREACHABLE when it is not what RFC 8555 describes. */
  async read<T extends z.ZodType>(url: string, schema: T): Promise<z.output<T>> {
    return parseAnswer(await this.post(url, null), url, schema);
  }

  /** Creates the account or finds that of the same key. */
  async createAccount(payload: object): Promise<void> {
    const answer = await this.#client.api.createAccount(payload);
    if (!answer.headers.location) throw new AppError('ISSUER_ACCOUNT', 'The CA created an account without a URL.');
  }

  /** The TXT value for a dns-01 token, and the text of the file for an http-01 token. */
  proofOf(type: ChallengeKind, url: string, token: string): Promise<string> {
    return this.#client.getChallengeKeyAuthorization({ type, status: 'pending', url, token });
  }
}

export function parseAnswer<T extends z.ZodType>(answer: SignedAnswer, url: string, schema: T): z.output<T> {
  const parsed = schema.safeParse(parseJson(answer.body));
  if (parsed.success) return parsed.data;
  throw new AppError('ISSUER_UNREACHABLE', `The CA answered in a way certferry does not understand at ${url}.`, {
    evidence: { request: `POST ${url}`, status: answer.status, body: cut(answer.body) },
    cause: parsed.error,
  });
}

function hasInternals(client: Client): client is Client & ClientInternals {
  // The check itself needs the members that the types leave out.
  const { http, api } = client as Partial<ClientInternals>;
  const members: readonly unknown[] = [
    http?.request,
    http?.getNonce,
    http?.getDirectory,
    http?.signedRequest,
    api?.apiRequest,
    api?.createAccount,
    api?.getAccountUrl,
  ];
  return members.every((member) => typeof member === 'function');
}

function layOver(client: ClientInternals, transport: AcmeTransport, clock: Clock, signal: AbortSignal): void {
  client.http.request = async (url, method, options = {}) => {
    const verb = verbOf(method);
    const body = options.data === undefined ? {} : { body: JSON.stringify(options.data) };
    const { status, headers, body: text } = await transport.exchange({ method: verb, url, ...body }, signal);
    return { status, headers, text, data: isJson(headers) ? (parseJson(text) ?? text) : text };
  };
  client.http.getNonce = () => transport.nonce(signal);
  client.http.getDirectory = () => transport.directory(signal);
  client.api.apiRequest = async (url, payload = null, _okStatuses = [], options = {}) => {
    const { includeJwsKid = true, includeExternalAccountBinding = false } = options;
    const kid = includeJwsKid ? client.api.getAccountUrl() : null;
    const answer = await client.http.signedRequest(url, payload, { kid, includeExternalAccountBinding });
    if (answer.status < 400) return answer;
    throw new AcmeProblem({ method: 'POST', url, ...answer, body: answer.text }, clock.now());
  };
}

function verbOf(method: string): 'GET' | 'HEAD' | 'POST' {
  const verb = method.toUpperCase();
  if (verb === 'GET' || verb === 'HEAD' || verb === 'POST') return verb;
  throw new AppError('INTERNAL', `acme-client asked for ${method}, which ACME does not use.`);
}

function isJson(headers: HttpResponse['headers']): boolean {
  return /[/+]json/i.test(headers['content-type'] ?? '');
}
