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

/** Runs `work` every day at `time`, `02:40` in local time, and now only when it was `missed`. */
export function dailyAt(time: string, work: Work, log: Logger, missed: boolean): AsyncDisposable {
  const { hours, minutes } = partsOf(time);
  const job = repeat(`${minutes} ${hours} * * *`, work, log);
  if (missed) job.run();
  return job;
}

/** When it was `time`, `02:40` in local time, last: `now` at the latest. */
export function previousAt(time: string, now: Date): Date {
  const { hours, minutes } = partsOf(time);
  const today = new Date(now);
  today.setHours(hours, minutes, 0, 0);
  if (today > now) today.setDate(today.getDate() - 1);
  return today;
}

function partsOf(time: string): { readonly hours: number; readonly minutes: number } {
  const [hours, minutes] = time.split(':');
  return { hours: Number(hours), minutes: Number(minutes) };
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
