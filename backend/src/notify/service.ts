import type { Secret } from '../domain/secret.ts';
import type { PluginDeps } from '../plugins/plugin.ts';
import { every } from '../renewal/schedule.ts';
import type { Store } from '../store/store.ts';
import { Notices } from './notices.ts';
import { ScheduleHealth } from './schedule-health.ts';
import type { SubjectDeps } from './subject.ts';
import { type Heartbeat, Watchdog } from './watchdog.ts';

interface NotifyServiceDeps extends PluginDeps, SubjectDeps {
  readonly store: Store;
  /** Nobody is called without it. */
  readonly heartbeatUrl?: Secret | null | undefined;
  readonly heartbeatMethod: Heartbeat['method'];
  readonly heartbeatCa: Heartbeat['caPem'];
}

/** Everything that tells people, with what keeps it going. */
export interface NotifyService extends AsyncDisposable {
  readonly parts: { readonly notices: Notices; readonly scheduleHealth: ScheduleHealth };
  start(): Promise<void>;
}

const EVERY_MINUTE = '* * * * *';

export function createNotifyService(deps: NotifyServiceDeps): NotifyService {
  const { log, heartbeatUrl, heartbeatMethod, heartbeatCa } = deps;
  const notices = new Notices(deps);
  const scheduleHealth = new ScheduleHealth(deps);
  const heartbeat = heartbeatUrl ? { url: heartbeatUrl, method: heartbeatMethod, caPem: heartbeatCa } : null;
  const watchdog = new Watchdog({
    ...deps,
    health: scheduleHealth,
    isTelling: () => notices.isCurrent(),
    heartbeat,
  });
  let minutes: AsyncDisposable | null = null;
  return {
    parts: { notices, scheduleHealth },
    async start() {
      await notices.start();
      await scheduleHealth.lookBack();
      minutes = every(EVERY_MINUTE, () => notices.tick(), log);
      watchdog.start();
    },
    async [Symbol.asyncDispose]() {
      await watchdog[Symbol.asyncDispose]();
      await minutes?.[Symbol.asyncDispose]();
      await notices[Symbol.asyncDispose]();
    },
  };
}
