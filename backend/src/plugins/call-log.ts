import { AsyncLocalStorage } from 'node:async_hooks';
import type { HttpFactory, HttpResponse } from './http.ts';
import type { Clock } from './plugin.ts';

/** A request over HTTP to a CA or a DNS service, without what was said: no headers, no bodies, no query. */
export interface Call {
  /** ISO 8601; of the first, when the same was asked several times in a row. */
  readonly at: string;
  readonly to: 'CA' | 'DNS';
  /** `POST https://ca.example.com/new-order` */
  readonly request: string;
  /** Null when no answer came. */
  readonly status: number | null;
  /** Why none came. */
  readonly failure: string | null;
  /** How often in a row. */
  readonly times: number;
}

/** Of one renewal; the oldest give way. */
const MOST = 200;

/** What somebody who works has asked of others, in order. Polling is one line. */
export class Calls {
  #list: readonly Call[];

  constructor(earlier: readonly Call[] = []) {
    this.#list = earlier;
  }

  get list(): readonly Call[] {
    return this.#list;
  }

  add(call: Omit<Call, 'times'>): void {
    const last = this.#list.at(-1);
    this.#list =
      last && isSame(last, call)
        ? [...this.#list.slice(0, -1), { ...last, times: last.times + 1 }]
        : [...this.#list, { ...call, times: 1 }].slice(-MOST);
  }
}

/** Knows on whose behalf a request is made, also where clients are shared. */
export class CallLog {
  readonly #clock: Clock;
  readonly #calls = new AsyncLocalStorage<Calls>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What `work` asks over clients that are `heard`, however deep, is added to `calls`. */
  during<T>(calls: Calls, work: () => T): T {
    return this.#calls.run(calls, work);
  }

  /** Clients of `make`, whose requests are noted for whoever makes them. */
  heard(make: HttpFactory, to: Call['to']): HttpFactory {
    return (options) => {
      const client = make(options);
      return {
        request: (input, signal) =>
          this.#noted(`${input.method} ${withoutQuery(input.url)}`, to, () => client.request(input, signal)),
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      };
    };
  }

  async #noted(request: string, to: Call['to'], ask: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const calls = this.#calls.getStore();
    const at = this.#clock.now().toISOString();
    try {
      const answer = await ask();
      calls?.add({ at, to, request, status: answer.status, failure: null });
      return answer;
    } catch (err) {
      calls?.add({ at, to, request, status: null, failure: err instanceof Error ? err.message : String(err) });
      throw err;
    }
  }
}

function isSame(one: Omit<Call, 'times'>, other: Omit<Call, 'times'>): boolean {
  return (
    one.to === other.to && one.request === other.request && one.status === other.status && one.failure === other.failure
  );
}

/** A query may hold a token. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
