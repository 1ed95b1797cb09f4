import type { Config } from '../config/config.ts';
import type { NotifyService } from '../notify/service.ts';
import { Bulk } from '../overview/bulk.ts';
import { LiveReconciler } from '../reconcile/live.ts';
import { renewalWindowBy } from '../reconcile/renewal-window.ts';
import { Journal } from '../renewal/journal.ts';
import { Peers } from '../renewal/peers.ts';
import { Recordings } from '../renewal/recordings.ts';
import { RETRY_LADDER_MS } from '../renewal/retry.ts';
import { Runner } from '../renewal/runner.ts';
import { Sweeper } from '../renewal/sweeper.ts';
import { Turns } from '../renewal/turns.ts';
import { Trials } from '../trials.ts';
import { Calendars } from '../windows/calendars.ts';
import { StoredOpenings } from '../windows/stored-openings.ts';
import type { Foundation } from './foundation.ts';

const MINUTE_MS = 60_000;

/** Everything that renews, or does something for renewals. */
export type Engine = ReturnType<typeof buildEngine>;

export function buildEngine(
  { lookMinutes }: Config,
  foundation: Foundation,
  notify: NotifyService,
  retryLadderMs = RETRY_LADDER_MS,
) {
  const { store, clock, log, logContext, http, accounts, operations, callLog } = foundation;
  const peers = new Peers(foundation);
  const trials = new Trials(foundation);
  const recordings = new Recordings(accounts, log);
  const windows = new StoredOpenings(store);
  const runner = new Runner({
    store,
    windows,
    clock,
    log,
    logContext,
    retryLadderMs,
    turns: new Turns(clock),
    recordings,
    callLog,
    peers: (connection, recorder) => peers.of(connection, recorder),
  });
  const reconciler = new LiveReconciler({
    store,
    clock,
    log,
    runner,
    opensAt: renewalWindowBy(windows, ({ policy }) => policy.renewalCalendar),
    lookEveryMs: lookMinutes * MINUTE_MS,
    async onRound(at) {
      await notify.parts.scheduleHealth.ran(at);
      operations.pulse.beat();
    },
    peers: (connection) => peers.of(connection),
  });
  return {
    peers,
    trials,
    recordings,
    windows,
    runner,
    reconciler,
    journal: new Journal({ store, accounts, log }),
    sweeper: new Sweeper({ store, log, dns: (ref) => peers.dns(ref), http01: (ref) => peers.http01(ref) }),
    calendars: new Calendars({
      store,
      clock,
      log,
      http,
      onChange: () => {
        const done = Promise.all([runner.reconsider(), reconciler.reconsider()]);
        done.catch((err: unknown) => log.error({ err }, 'what waits for a calendar was not looked at again'));
      },
    }),
    bulk: new Bulk({
      store,
      runner,
      clock,
      log,
      preflight: (connectionId, signal) => trials.storedConnection(connectionId, { writeTestRecord: false }, signal),
    }),
  };
}
