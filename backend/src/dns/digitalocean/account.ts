import { z } from 'zod';
import { AppError, type Evidence } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { redact } from '../../plugins/redact.ts';
import { VERSION } from '../../version.ts';
import { below, call } from '../http-call.ts';

export interface AccountOptions {
  readonly token: Secret;
  /** `https://api.digitalocean.com/v2` */
  readonly baseUrl: string;
  readonly http: HttpClient;
  readonly clock: Clock;
}

export interface Answer {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  /** An object, or null when there is nothing to say (204). */
  readonly json: object | null;
}

const JsonObject = z.looseObject({});

/** Sends what belongs to one account, whoever wrote the request: our own client or digitalocean-js. */
export class Account {
  readonly host: string;
  readonly #options: AccountOptions;

  constructor(options: AccountOptions) {
    this.#options = options;
    this.host = new URL(options.baseUrl).host;
  }

  /**
   * `path` is below the API's URL: `/domains`.
   *
   * @throws AppError DNS_DENIED, DNS_REFUSED, DNS_RATE_LIMITED, DNS_UNREACHABLE
   */
  async send(method: HttpRequest['method'], path: string, body: string | null, signal: AbortSignal): Promise<Answer> {
    const { http, clock, baseUrl } = this.#options;
    const token = trimmed(this.#options.token);
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${token.reveal()}`,
      'user-agent': `certferry/${VERSION}`,
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    };
    const request = { method, url: below(baseUrl, path), headers, ...(body === null ? {} : { body }) };
    const response = await call(http, request, { clock, secrets: [token] }, signal);
    const { status } = response;
    if (status === 204) return { status, headers: response.headers, json: null };
    const json = JsonObject.safeParse(parseJson(response.body));
    if (json.success) return { status, headers: response.headers, json: json.data };
    const text = redact(response.body, [token]).slice(0, 2000);
    throw this.notTheApi({ request: `${method} ${request.url}`, status, body: text });
  }

  /** An answer of something else: a proxy's login page, or a wrong URL in the settings. */
  notTheApi(evidence: Evidence): AppError {
    return new AppError('DNS_REFUSED', `${this.host} does not answer like the API of DigitalOcean.`, { evidence });
  }
}

function trimmed(token: Secret): Secret {
  const plain = token.reveal().trim();
  if (/^[\x21-\x7e]+$/.test(plain)) return new Secret(plain);
  throw new AppError('DNS_DENIED', 'The DigitalOcean token holds a character that no token has, such as a space.');
}

/** Undefined when it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
