import type Cloudflare from 'cloudflare';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { redact } from '../../plugins/redact.ts';
import { VERSION } from '../../version.ts';
import { call } from '../http-call.ts';
import { CloudflareRefusal, parseJson } from './failures.ts';
import { Success } from './schema.ts';

export interface Account {
  readonly apiToken: Secret;
  /** `https://api.cloudflare.com/client/v4` */
  readonly baseUrl: string;
  readonly http: HttpClient;
  readonly clock: Clock;
}

/** The SDK wants one. The true token is added where the request leaves. */
const NO_TOKEN = 'added-by-certferry';
const Method = z.enum(['GET', 'POST', 'DELETE']);

/**
 * Runs one call of the official SDK over our own HTTP client, with our trust, deadlines and errors.
 * The SDK neither repeats a request nor logs, and takes no credential, header or address from the environment.
 *
 * @throws AppError DNS_DENIED, DNS_REFUSED, DNS_RATE_LIMITED, DNS_UNREACHABLE
 */
export async function callSdk<T>(
  account: Account,
  use: (sdk: Cloudflare) => PromiseLike<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  // Loaded when it is needed: it takes most of a second and 50 MB.
  const { default: Sdk } = await import('cloudflare');
  const sdk = new Sdk({
    baseURL: account.baseUrl,
    apiToken: NO_TOKEN,
    apiKey: null,
    apiEmail: null,
    userServiceKey: null,
    logLevel: 'off',
    maxRetries: 0,
    fetch: (url, init) => fetchOver(account, String(url), init, signal),
  });
  try {
    return await use(sdk);
  } catch (err) {
    throw err instanceof Error && err.cause instanceof Stop ? err.cause.failure : err;
  }
}

/** What the SDK sees of a failure. It searches the words of errors for timeouts and drops those, so this has none. */
class Stop extends Error {
  readonly failure: unknown;

  constructor(failure: unknown) {
    super('stopped');
    this.failure = failure;
  }
}

async function fetchOver(account: Account, url: string, init: RequestInit | undefined, signal: AbortSignal) {
  try {
    const content = typeof init?.body === 'string' ? { body: init.body } : {};
    const response = await send(account, { method: Method.parse(init?.method), url, ...content }, signal);
    return new Response(response.body, { headers: { 'content-type': 'application/json' } });
  } catch (failure) {
    throw new Stop(failure);
  }
}

async function send(account: Account, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
  const { http, clock } = account;
  const token = tokenOf(account);
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${token.reveal()}`,
    'user-agent': `certferry/${VERSION}`,
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const sent = call(http, { ...request, headers }, { clock, secrets: [token] }, signal);
  const response = await sent.catch((err: unknown) => {
    throw err instanceof AppError && err.evidence?.status ? new CloudflareRefusal(err) : err;
  });
  if (Success.safeParse(parseJson(response.body)).success) return response;
  throw notTheApi(request, response, token);
}

/** A proxy's login page, for instance, or the API of somebody else. */
function notTheApi({ method, url }: HttpRequest, { status, body }: HttpResponse, token: Secret): AppError {
  return new AppError('DNS_REFUSED', `${new URL(url).host} does not answer like the API of Cloudflare.`, {
    evidence: { request: `${method} ${url}`, status, body: redact(body, [token]).slice(0, 2000) },
  });
}

function tokenOf({ apiToken }: Account): Secret {
  const token = apiToken.reveal().trim();
  if (/^[\x21-\x7e]+$/.test(token)) return new Secret(token);
  throw new AppError('DNS_DENIED', 'The Cloudflare API token holds a character that no token has, such as a space.');
}
