import { join } from 'node:path';
import { pino } from 'pino';
import { Access, type AccessOptions } from './access/access.ts';
import type { ScryptParameters } from './access/passwords.ts';
import { Backups } from './backup/backups.ts';
import { openTarget } from './backup/open-target.ts';
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { type ConnectionInput, existing } from './connections.ts';
import { createChallengeResolver } from './dns/challenge-resolver.ts';
import { createPropagationHistory } from './dns/history.ts';
import type { ChallengeResolver } from './dns/resolver.ts';
import type { Finding } from './domain/finding.ts';
import type { Notices } from './notify/notices.ts';
import type { ScheduleHealth } from './notify/schedule-health.ts';
import { createNotifyService, type NotifyService } from './notify/service.ts';
import type { Plan } from './plan/plan.ts';
import { planAll } from './plan/planner.ts';
import { systemClock } from './plugins/clock.ts';
import type { Clock, Logger, PluginDeps } from './plugins/plugin.ts';
import type { SshDialer } from './plugins/ssh.ts';
import { createSshDialer } from './plugins/ssh2-dialer.ts';
import type { TlsDialer } from './plugins/tls.ts';
import { createTlsDialer } from './plugins/tls-dialer.ts';
import { createHttpFactory } from './plugins/undici-http.ts';
import type { Explanation } from './reconcile/explain.ts';
import { LiveReconciler } from './reconcile/live.ts';
import { nextTryAfter } from './reconcile/next-try.ts';
import { renewalWindowBy } from './reconcile/renewal-window.ts';
import { type BlastRadius, blastRadius } from './renewal/blast-radius.ts';
import { Journal } from './renewal/journal.ts';
import { Peers } from './renewal/peers.ts';
import type { PreflightOptions } from './renewal/preflight.ts';
import { Recordings } from './renewal/recordings.ts';
import { RETRY_LADDER_MS } from './renewal/retry.ts';
import { Runner } from './renewal/runner.ts';
import { dailyAt, every } from './renewal/schedule.ts';
import type { StepPeers } from './renewal/step.ts';
import { Sweeper } from './renewal/sweeper.ts';
import { Turns } from './renewal/turns.ts';
import { createAccountsDir } from './store/accounts-dir.ts';
import { openStore } from './store/kysely/open.ts';
import type { Connection, Store } from './store/store.ts';
import { TlsIdentities } from './transport/tls-identities.ts';
import { Trials } from './trials.ts';
import { VERSION } from './version.ts';
import { Calendars } from './windows/calendars.ts';
import { StoredOpenings, type Windows } from './windows/stored-openings.ts';

/** What tests, the lab and the benchmark replace. */
export interface Overrides {
  readonly clock: Clock;
  readonly log: Logger;
  readonly retryLadderMs: readonly number[];
  /** What hashing a password costs. */
  readonly scrypt: ScryptParameters;
  /** Attempts to log in from one address, right or wrong. */
  readonly loginsPerMinute: number;
  /** False: nobody is looked at and nothing is renewed unless somebody asks. */
  readonly schedule: boolean;
  /** Wraps the store that was opened. */
  readonly wrapStore: (store: Store) => Store;
  /** The simulated appliance of a lab, for people who practise. */
  readonly practice: PracticeWorld;
}

/** What a lab gives to practise with. */
export interface PracticeWorld {
  /** The connection to its appliance, as a person would describe it. */
  connection(): ConnectionInput;
}

/** How far back a connection remembers how long its restarts took. */
const REMEMBERED_RENEWALS = 20;

/** Each takes time and memory, whether it fails or not. */
const LOGINS_PER_MINUTE = 30;
const MINUTE_MS = 60_000;

/** At a minute when few others do: many installations share the name servers of a DNS service. */
const DAILY = '23 3 * * *';

/** Freezes are seldom announced within the hour. */
const HOURLY = '41 * * * *';

/** Everything that runs, made once. Disposing stops every renewal where it can be resumed and closes the store. */
export interface App extends AsyncDisposable {
  readonly config: Config;
  readonly store: Store;
  /** Who may come in, and what they may do. */
  readonly access: Access;
  readonly loginsPerMinute: number;
  readonly runner: Runner;
  readonly recordings: Recordings;
  readonly sweeper: Sweeper;
  readonly backups: Backups;
  readonly calendars: Calendars;
  readonly windows: Windows;
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
  /** Null where there is no lab: then everything is real. */
  readonly practice: PracticeWorld | null;
  /** Tries settings that are not stored, or not yet. */
  readonly trials: Trials;
  /** What a renewal of the connection talks to. @throws AppError INVALID_SETTINGS, VAULT_DAMAGED */
  peersOf(connection: Connection): Promise<StepPeers & AsyncDisposable>;
  /** Resumes what another process left unfinished, and begins what happens every day. */
  start(): Promise<void>;
  /** @throws AppError NOT_FOUND, INVALID_SETTINGS */
  blastRadius(connectionId: number, signal: AbortSignal): Promise<BlastRadius>;
  /** Why the connection is, or is not, renewed now. Asks nobody. */
  explain(connection: Connection): Promise<Explanation>;
  /** @throws AppError BAD_REQUEST when there is no such scenario. */
  plan(scenario: string): Promise<Plan>;
  /** @throws AppError NOT_FOUND, INVALID_SETTINGS */
  preflight(connectionId: number, options: PreflightOptions, signal: AbortSignal): Promise<readonly Finding[]>;
}

/** @throws AppError VAULT_KEY_MISMATCH, SCHEMA_NEWER, INVALID_SETTINGS */
export async function createApp(
  config: Config,
  secrets: Pick<Secrets, 'masterKey' | 's3SecretAccessKey'> & Partial<Pick<Secrets, 'heartbeatUrl'>>,
  overrides: Partial<Overrides> = {},
): Promise<App> {
  const { clock = systemClock, retryLadderMs = RETRY_LADDER_MS, wrapStore = (store: Store) => store } = overrides;
  const log = overrides.log ?? pino({ level: config.logLevel });
  const accounts = await createAccountsDir(config.accountsDir);
  const store = wrapStore(await openStore({ file: config.databaseFile, masterKey: secrets.masterKey, clock }));
  const dialer = createTlsDialer();
  const tls = config.https ? await TlsIdentities.open({ folder: join(config.dataDir, 'tls'), clock, log }) : null;
  const common = { clock, log, http: createHttpFactory(), ssh: createSshDialer(), ...(tls && { ownTls: tls }) };
  const resolver = createChallengeResolver(config, common);
  const history = createPropagationHistory(store.settings);
  const peersDeps = { ...common, store, accounts, resolver, history, dialer, userAgent: `certferry/${VERSION}` };
  const peers = new Peers(peersDeps);
  const trials = new Trials(peersDeps);
  const journal = new Journal({ store, accounts, log });
  const recordings = new Recordings(accounts, log);
  const windows = new StoredOpenings(store);
  const runner = new Runner({
    ...{ store, windows, clock, log, retryLadderMs },
    turns: new Turns(clock),
    recordings,
    peers: (connection, recorder) => peers.of(connection, recorder),
  });
  const notify = notifyOf(config, secrets, { ...common, store });
  const reconciler = reconcilerOf(config, { store, clock, log, runner, peers, windows, notify });
  const sweeper = new Sweeper({ store, log, peers: (connection) => peers.of(connection) });
  const backups = backupsOf(config, secrets, common);
  const scheduled: AsyncDisposable[] = [];
  const calendars = new Calendars({ store, clock, log, http: common.http, onChange: () => void runner.reconsider() });
  return {
    config,
    store,
    access: accessOf(config, { store, clock, http: common.http, scrypt: overrides.scrypt }),
    loginsPerMinute: overrides.loginsPerMinute ?? LOGINS_PER_MINUTE,
    runner,
    recordings,
    sweeper,
    backups,
    calendars,
    windows,
    clock,
    ...notify.parts,
    resolver,
    dialer,
    tls,
    ssh: common.ssh,
    log,
    trials,
    practice: overrides.practice ?? null,
    peersOf: (connection) => peers.of(connection),
    async start() {
      await journal.start();
      await notify.start();
      await runner.resumeAll();
      if (overrides.schedule !== false) await reconciler.start();
      scheduled.push(...jobsOf(config, { sweeper, calendars, backups, log }));
    },
    blastRadius: (connectionId, signal) => radiusOf(connectionId, { store, peers, windows, clock, reconciler }, signal),
    explain: (connection) => reconciler.explain(connection),
    plan: (scenario) =>
      planAll(scenario, { store, clock, windows, issuerOf: (connection) => peers.issuerOf(connection) }),
    preflight: (connectionId, options, signal) => trials.storedConnection(connectionId, options, signal),
    async [Symbol.asyncDispose]() {
      await Promise.all(scheduled.map((job) => job[Symbol.asyncDispose]()));
      for (const part of [reconciler, runner, journal, notify, peers, store]) await part[Symbol.asyncDispose]();
    },
  };
}

function accessOf(
  { dataDir, sessionIdleMinutes, sessionHours }: Config,
  parts: Pick<AccessOptions, 'store' | 'clock' | 'http' | 'scrypt'>,
): Access {
  const sessionLimits = { idleMs: sessionIdleMinutes * 60_000, longestMs: sessionHours * 3_600_000 };
  return new Access({ ...parts, dataDir, sessionLimits });
}

interface Watched extends Omit<LookDeps, 'reconciler'> {
  readonly log: Logger;
  readonly runner: Runner;
  readonly notify: NotifyService;
}

function reconcilerOf({ lookMinutes }: Config, { peers, windows, notify, ...shared }: Watched): LiveReconciler {
  return new LiveReconciler({
    ...shared,
    opensAt: renewalWindowBy(windows, ({ policy }) => policy.renewalCalendar ?? null),
    lookEveryMs: lookMinutes * MINUTE_MS,
    onRound: (at) => notify.parts.scheduleHealth.ran(at),
    peers: (connection) => peers.of(connection),
  });
}

/** What happens by itself beside renewals, from now on. */
function jobsOf(
  { backupAt }: Config,
  { sweeper, calendars, backups, log }: Pick<App, 'sweeper' | 'calendars' | 'backups' | 'log'>,
): readonly AsyncDisposable[] {
  return [
    every(DAILY, (signal) => sweeper.sweep(signal), log),
    every(HOURLY, (signal) => calendars.refresh(signal), log),
    ...(backupAt === null ? [] : [dailyAt(backupAt, () => backups.run(), log)]),
  ];
}

function backupsOf(
  config: Config,
  secrets: Pick<Secrets, 'masterKey' | 's3SecretAccessKey'>,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Backups {
  return new Backups({
    ...config,
    masterKey: secrets.masterKey,
    target: openTarget({ to: config.backupTo, s3: { ...config.s3, secretAccessKey: secrets.s3SecretAccessKey } }),
    keep: config.backupKeep,
    clock,
    log,
  });
}

interface LookDeps {
  readonly store: Store;
  readonly peers: Peers;
  readonly windows: Windows;
  readonly clock: Clock;
  readonly reconciler: LiveReconciler;
}

async function radiusOf(
  connectionId: number,
  { store, peers, windows, clock, reconciler }: LookDeps,
  signal: AbortSignal,
): Promise<BlastRadius> {
  const connection = await existing(store, connectionId);
  await using context = await peers.of(connection);
  const past = await store.renewals.list({ connectionId, limit: REMEMBERED_RENEWALS });
  const { restartCalendar } = connection.policy;
  const look = restartCalendar === null ? null : await windows.look(restartCalendar, clock.now());
  const allowance = await reconciler.allowance(connection, context.issuer.key);
  return await blastRadius(connection, context, { past, ...allowance }, signal, look);
}

function notifyOf(
  config: Config,
  { heartbeatUrl }: Partial<Pick<Secrets, 'heartbeatUrl'>>,
  common: PluginDeps & { readonly store: Store },
): NotifyService {
  return createNotifyService({ ...config, ...common, nextTry: nextTryAfter, heartbeatUrl });
}
