import { Agent, request } from 'undici';
import { type HttpClient, type HttpFactory, type HttpOptions, TransportError } from '../../backend/src/plugins/http.ts';
import { transportFailure } from '../../backend/src/plugins/transport-failure.ts';

/** What a client has been busy with: time spent waiting for answers, and how many. */
export interface HttpMeter {
  exchanges: number;
  waitingMs: number;
}

/** A plain undici client for tests and the benchmark, with connections kept open. `meter` is added to. */
export function meteredHttp(meter: HttpMeter = { exchanges: 0, waitingMs: 0 }): HttpFactory {
  return (options) => clientOf(options, meter);
}

function clientOf({ trust, timeoutMs = 30_000 }: HttpOptions, meter: HttpMeter): HttpClient {
  if (trust.mode === 'pin') throw new TransportError('other', 'The test client knows no pins.', false);
  const agent = new Agent({ connect: trust.mode === 'bundle' ? { ca: trust.caPem } : {} });
  return {
    async request({ method, url, headers = {}, body = null, encoding = 'utf8', timeoutMs: own }, signal) {
      const started = performance.now();
      const limited = AbortSignal.any([signal, AbortSignal.timeout(own ?? timeoutMs)]);
      try {
        const answer = await request(url, { method, headers, body, dispatcher: agent, signal: limited });
        const bytes = Buffer.from(await answer.body.arrayBuffer());
        const flat = Object.entries(answer.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
        return { status: answer.statusCode, headers: Object.fromEntries(flat), body: bytes.toString(encoding) };
      } catch (cause) {
        signal.throwIfAborted();
        throw transportFailure(cause, new URL(url).host, true);
      } finally {
        meter.exchanges += 1;
        meter.waitingMs += performance.now() - started;
      }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}
