import type { TlsEndpoint } from '../../backend/src/plugins/tls.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';

/** A client that shakes hands again and again, until it is told to stop. */
export interface SteadyClient {
  /** Ends it and says what it met. */
  stop(): Promise<Met>;
}

export interface Met {
  readonly handshakes: number;
  /** Each that failed, in its own words. */
  readonly failures: readonly string[];
  /** SHA-256 of each certificate, with the `performance.now()` at which it was first seen. */
  readonly firstSeen: ReadonlyMap<string, number>;
  /** Milliseconds: of the handshake that took longest, which says how busy the machine is. */
  readonly slowest: number;
}

export function connectSteadily(endpoint: TlsEndpoint): SteadyClient {
  const dialer = createTlsDialer();
  const ending = new AbortController();
  const firstSeen = new Map<string, number>();
  const failures: string[] = [];
  let handshakes = 0;
  let slowest = 0;
  const going = (async () => {
    while (!ending.signal.aborted) {
      const began = performance.now();
      try {
        const { sha256 } = await dialer.served(endpoint, AbortSignal.timeout(10_000));
        handshakes += 1;
        slowest = Math.max(slowest, performance.now() - began);
        if (!firstSeen.has(sha256)) firstSeen.set(sha256, performance.now());
      } catch (err) {
        failures.push(String(err));
      }
    }
  })();
  return {
    async stop() {
      ending.abort();
      await going;
      return { handshakes, failures, firstSeen, slowest };
    },
  };
}
