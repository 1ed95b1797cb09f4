import { scheduleJob } from 'node-schedule';
import type { Logger } from '../plugins/plugin.ts';

type Work = (signal: AbortSignal) => Promise<unknown>;

/**
 * Runs `work` now, and at the times of `cron` (local time), and never twice at once: node-schedule does not look whether the last
 * run is over, and ends the process when one rejects.
 */
export function every(cron: string, work: Work, log: Logger): AsyncDisposable {
  const job = repeat(cron, work, log);
  job.run();
  return job;
}

/** Runs `work` every day at `time`, `02:40` in local time, and not now. */
export function dailyAt(time: string, work: Work, log: Logger): AsyncDisposable {
  const [hours = '', minutes = ''] = time.split(':');
  return repeat(`${Number(minutes)} ${Number(hours)} * * *`, work, log);
}

function repeat(cron: string, work: Work, log: Logger): AsyncDisposable & { run(): void } {
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
  return {
    run,
    async [Symbol.asyncDispose]() {
      job.cancel();
      stop.abort();
      await running;
    },
  };
}
