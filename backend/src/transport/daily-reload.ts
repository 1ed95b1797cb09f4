import type { Clock, Logger } from '../plugins/plugin.ts';
import type { TlsIdentities } from './tls-identities.ts';

const DAY_MS = 86_400_000;

/**
 * Reads the certificates of the daemon again every day, until it is disposed: a self-signed one is renewed before it ends, however
 * long the daemon runs, and what a person put there is served.
 */
export function reloadDaily(tls: Pick<TlsIdentities, 'reload'>, clock: Clock, log: Logger): AsyncDisposable {
  const stop = new AbortController();
  const running = run(tls, clock, log, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function run(tls: Pick<TlsIdentities, 'reload'>, clock: Clock, log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleepUntil(new Date(clock.now().getTime() + DAY_MS), signal);
      await tls.reload();
    } catch (err) {
      if (!signal.aborted) log.error({ err }, 'the certificates of the daemon itself could not be read again');
    }
  }
}
