import { scheduleJob } from 'node-schedule';
import type { Logger } from '../plugins/plugin.ts';

/**
 * Runs `work` now, and at the times of `cron` (local time), and never twice at once: node-schedule does not look whether the last
 * run is over, and ends the process when one rejects.
 */
export function every(cron: string, work: (signal: AbortSignal) => Promise<unknown>, log: Logger): AsyncDisposable {
  const stop = new AbortController();
  let running: Promise<unknown> | null = null;
  const run = () => {
    running ??= work(stop.signal)
      .catch((err: unknown) => log.error({ err, cron }, 'scheduled work failed'))
      .finally(() => {
        running = null;
      });
  };
  const job = scheduleJob(cron, run);
  run();
  return {
    async [Symbol.asyncDispose]() {
      job.cancel();
      stop.abort();
      await running;
    },
  };
}
