import type { DnsManagementClientOptionalParams } from '@azure/arm-dns';
import type { HttpClient, HttpResponse } from '../../plugins/http.ts';

/** What the SDK calls to send a request, and what it expects back. */
export type AzureHttp = NonNullable<DnsManagementClientOptionalParams['httpClient']>;
type AzureRequest = Parameters<AzureHttp['sendRequest']>[0];
type AbortSignalLike = NonNullable<AzureRequest['abortSignal']>;

/** The last exchange that went wrong. The SDK's login wraps failures until nobody can tell a wrong secret from a broken line. */
export interface Trouble {
  last: HttpResponse | Error | null;
}

/**
 * Puts certferry's own HTTP client under the SDK: its trust, its time limits, no redirects, no hidden repeats.
 * Exchanges that fail, or are answered with an error, are noted in `trouble`.
 */
export function azureHttp(http: HttpClient, trouble: Trouble): AzureHttp {
  return {
    async sendRequest(request) {
      const answer = await exchange(http, request).catch((err: Error) => {
        trouble.last = err;
        throw err;
      });
      if (answer.status >= 400) trouble.last = answer;
      return { request, status: answer.status, headers: new Headers(answer.headers), bodyAsText: answer.body };
    },
  };
}

function exchange(http: HttpClient, request: AzureRequest): Promise<HttpResponse> {
  const { method, url, body, timeout } = request;
  if (body !== undefined && body !== null && typeof body !== 'string')
    throw new TypeError('Only text is sent to Azure.');
  const limit = timeout > 0 ? { timeoutMs: timeout } : {};
  const headers = request.headers.toJSON();
  if (method === 'TRACE' || method === 'OPTIONS') throw new TypeError(`${method} is not sent to Azure.`);
  return http.request({ method, url, headers, ...(body ? { body } : {}), ...limit }, signalOf(request.abortSignal));
}

/** The SDK knows signals that only look like the platform's. */
function signalOf(like: AbortSignalLike | undefined): AbortSignal {
  if (like instanceof AbortSignal) return like;
  const controller = new AbortController();
  if (like?.aborted) controller.abort();
  like?.addEventListener('abort', () => controller.abort());
  return controller.signal;
}

/** The header list of the SDK, which its own package does not export. */
class Headers {
  readonly #values: Map<string, string>;

  constructor(values: Readonly<Record<string, string>>) {
    this.#values = new Map(Object.entries(values));
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string | number | boolean): void {
    this.#values.set(name.toLowerCase(), String(value));
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#values.entries();
  }
}
