import type { Access } from './access/access.ts';
import type { Backups } from './backup/backups.ts';
import type { AppSecrets } from './compose/app-secrets.ts';
import { buildEngine, type Engine } from './compose/engine.ts';
import { layFoundation } from './compose/foundation.ts';
import type { Overrides, PracticeWorld } from './compose/overrides.ts';
import { type Questions, questionsTo } from './compose/questions.ts';
import { accessOf, backupsOf, notifyOf } from './compose/services.ts';
import type { Config } from './config/config.ts';
import type { ChallengeResolver } from './dns/resolver.ts';
import type { TokenBoard } from './http01/token-board.ts';
import type { Operations } from './monitoring/operations.ts';
import type { Notices } from './notify/notices.ts';
import type { ScheduleHealth } from './notify/schedule-health.ts';
import type { Bulk } from './overview/bulk.ts';
import type { LogContext } from './plugins/log-context.ts';
import type { Clock, Logger } from './plugins/plugin.ts';
import type { SshDialer } from './plugins/ssh.ts';
import type { TlsDialer } from './plugins/tls.ts';
import type { Recordings } from './renewal/recordings.ts';
import type { Runner } from './renewal/runner.ts';
import { dailyAt, every } from './renewal/schedule.ts';
import type { Sweeper } from './renewal/sweeper.ts';
import type { Store } from './store/store.ts';
import { reloadDaily } from './transport/daily-reload.ts';
import type { TlsIdentities } from './transport/tls-identities.ts';
import type { Trials } from './trials.ts';
import type { Calendars } from './windows/calendars.ts';
import type { Windows } from './windows/stored-openings.ts';

export type { Overrides, PracticeWorld };

/** Each takes time and memory, whether it fails or not. */
const LOGINS_PER_MINUTE = 30;

/** At a minute when few others do: many installations share the name servers of a DNS service. */
const DAILY = '23 3 * * *';

/** Freezes are seldom announced within the hour. */
const HOURLY = '41 * * * *';

/** Everything that runs, made once. Disposing stops every renewal where it can be resumed and closes the store. */
export interface App extends Questions, AsyncDisposable {
  readonly config: Config;
  readonly store: Store;
  /** Who may come in, and what they may do. */
  readonly access: Access;
  readonly loginsPerMinute: number;
  readonly runner: Runner;
  readonly recordings: Recordings;
  readonly sweeper: Sweeper;
  readonly bulk: Bulk;
  readonly backups: Backups;
  readonly calendars: Calendars;
  readonly windows: Windows;
  /** What the daemon answers when a CA asks for HTTP files. */
  readonly board: TokenBoard;
  readonly clock: Clock;
  readonly notices: Notices;
  /** Whoever runs the schedule says there that it ran. */
  readonly scheduleHealth: ScheduleHealth;
  /** Over the DNS of this installation. */
  readonly resolver: ChallengeResolver;
  readonly dialer: TlsDialer;
  readonly ssh: SshDialer;
  /** Null where the daemon speaks plain HTTP. */
  readonly tls: TlsIdentities | null;
  readonly log: Logger;
  readonly logContext: LogContext;
  /** What is measured, and whether all is well. */
  readonly operations: Operations;
  /** Null where there is no lab: then everything is real. */
  readonly practice: PracticeWorld | null;
  /** Tries settings that are not stored, or not yet. */
  readonly trials: Trials;
  /** Resumes what another process left unfinished, and begins what happens every day. */
  start(): Promise<void>;
}

/** @throws AppError VAULT_KEY_MISMATCH, SCHEMA_NEWER, INVALID_SETTINGS */
export async function createApp(config: Config, secrets: AppSecrets, overrides: Partial<Overrides> = {}): Promise<App> {
  const foundation = await layFoundation(config, secrets, overrides);
  const notify = notifyOf(config, secrets, foundation);
  const engine = buildEngine(config, foundation, notify, overrides.retryLadderMs);
  const backups = backupsOf(config, secrets, foundation);
  const { journal, peers, runner, reconciler, bulk } = engine;
  const scheduled: AsyncDisposable[] = [];
  return {
    ...foundation,
    ...engine,
    ...notify.parts,
    ...questionsTo(foundation, engine),
    config,
    backups,
    access: accessOf(config, foundation, overrides),
    loginsPerMinute: overrides.loginsPerMinute ?? LOGINS_PER_MINUTE,
    practice: overrides.practice ?? null,
    async start() {
      await journal.start();
      await foundation.operations.start();
      await notify.start();
      await runner.resumeAll();
      if (overrides.schedule !== false) await reconciler.start();
      await bulk.start();
      const { tls, clock, log, operations } = foundation;
      if (tls) scheduled.push(reloadDaily(tls, clock, log));
      scheduled.push(...schedule(engine, foundation));
      const { backupAt } = config;
      if (backupAt === null) return;
      scheduled.push(dailyAt(backupAt, () => backups.run(), log, await operations.backups.missed(backupAt)));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([backups, ...scheduled].map((part) => part[Symbol.asyncDispose]()));
      const parts = [bulk, reconciler, runner, journal, notify, foundation.operations, peers, foundation.store];
      for (const part of parts) await part[Symbol.asyncDispose]();
      foundation.logContext[Symbol.dispose]();
    },
  };
}

function schedule(
  { sweeper, calendars }: Engine,
  { store, log }: Pick<App, 'store' | 'log'>,
): readonly AsyncDisposable[] {
  return [
    every(DAILY, () => tellAuditHead(store, log), log),
    every(DAILY, (signal) => sweeper.sweep(signal), log),
    every(HOURLY, (signal) => calendars.refresh(signal), log),
  ];
}

/** Whoever keeps the log elsewhere can tell from it whether the chain before was made anew: `certferry audit verify --anchor`. */
async function tellAuditHead({ audit }: Store, log: Logger): Promise<void> {
  const head = await audit.head();
  if (head) log.info({ anchor: `${head.seq}:${head.hash}` }, 'audit anchor');
}
