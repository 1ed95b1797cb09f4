import type { HttpFactory } from '../../backend/src/plugins/http.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';

/** What a client has been busy with: time spent waiting for answers, and how many. */
export interface HttpMeter {
  exchanges: number;
  waitingMs: number;
}

/** The product's own HTTP, with a meter that is added to. */
export function meteredHttp(meter: HttpMeter = { exchanges: 0, waitingMs: 0 }): HttpFactory {
  const make = createHttpFactory();
  return (options) => {
    const client = make(options);
    return {
      async request(input, signal) {
        const started = performance.now();
        try {
          return await client.request(input, signal);
        } finally {
          meter.exchanges += 1;
          meter.waitingMs += performance.now() - started;
        }
      },
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    };
  };
}
