import type { HttpFactory } from '../plugins/http.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { effectOf, readState } from '../renewal/machine.ts';
import type { Store } from '../store/store.ts';
import type { ConnectionName } from '../store/upkeep.ts';
import { VERSION } from '../version.ts';
import type { BackupRecord } from './backup-record.ts';
import { heardAtCas } from './ca-exchanges.ts';
import { beginCounting, countEvent } from './count-event.ts';
import { endpointLines } from './endpoint-lines.ts';
import { Instruments } from './instruments.ts';
import type { Pulse } from './pulse.ts';
import { endpointReadings } from './sightings.ts';

export interface MetricsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pulse: Pulse;
  readonly backups: BackupRecord;
}

const PHASES = { step: 'running', sleep: 'waiting', hold: 'held', end: 'running' } as const;

/**
 * What monitoring scrapes. Counters follow the event log from the start of the process, as Prometheus expects of counters; everything
 * else is read when somebody asks, in a fixed number of statements.
 */
export class Metrics implements AsyncDisposable {
  readonly #deps: MetricsDeps;
  readonly #instruments = new Instruments();
  readonly #stop = new AbortController();
  #following: Promise<void> = Promise.resolve();
  #watchesProcess = false;

  constructor(deps: MetricsDeps) {
    this.#deps = deps;
    beginCounting(this.#instruments);
    this.#instruments.set('certferry_build_info', 1, { version: VERSION, node: process.version });
  }

  /** Clients of `make`, whose exchanges are counted as those with CAs. */
  heardAtCas(make: HttpFactory): HttpFactory {
    return heardAtCas(make, {
      asked: (ca, kind) => this.#instruments.add('certferry_ca_requests_total', { ca, kind }),
      answered: (ca, answer) => this.#instruments.add('certferry_ca_answers_total', { ca, answer }),
    });
  }

  async start(): Promise<void> {
    const { store, log } = this.#deps;
    const cursor = await store.events.latest();
    this.#following = this.#follow(cursor).catch((err: unknown) => log.error({ err }, 'metrics hear no events'));
  }

  /** The text format of Prometheus. */
  async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
    if (!this.#watchesProcess) this.#instruments.watchProcess();
    this.#watchesProcess = true;
    const connections = await this.#readStore();
    await this.#readOthers();
    const readings = await endpointReadings(this.#deps.store, connections);
    const text = await this.#instruments.text();
    return { contentType: this.#instruments.contentType, text: `${text}\n${endpointLines(readings)}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(cursor: number): Promise<void> {
    for await (const { event } of this.#deps.store.events.follow(cursor, this.#stop.signal)) {
      countEvent(event, this.#instruments);
    }
  }

  async #readStore(): Promise<readonly ConnectionName[]> {
    const { upkeep } = this.#deps.store;
    const connections = await upkeep.connectionNames();
    for (const automatic of [true, false]) {
      const count = connections.filter((connection) => connection.automatic === automatic).length;
      this.#instruments.set('certferry_connections', count, { automatic: String(automatic) });
    }
    const unfinished = (await upkeep.unfinishedStates()).map((one) => ({ ...one, phase: phaseOf(one) }));
    for (const phase of Object.values(PHASES)) {
      const count = unfinished.filter((one) => one.phase === phase).length;
      this.#instruments.set('certferry_renewals_unfinished', count, { phase });
    }
    this.#instruments.clear('certferry_connection_unfinished_renewal');
    for (const { connectionId, phase } of unfinished) {
      const labels = { connection_id: String(connectionId), phase };
      this.#instruments.set('certferry_connection_unfinished_renewal', 1, labels);
    }
    this.#instruments.set('certferry_event_cursor_lag', await upkeep.unreadEvents());
    this.#instruments.set('certferry_notice_backlog', await upkeep.waitingNotices());
    return connections;
  }

  async #readOthers(): Promise<void> {
    const { pulse, backups } = this.#deps;
    const { lagMs } = pulse;
    this.#instruments.set('certferry_scheduler_lag_seconds', lagMs === null ? null : lagMs / 1_000);
    const last = await backups.read();
    const madeAt = last?.made ? Date.parse(last.made.at) / 1_000 : null;
    this.#instruments.set('certferry_backup_last_success_timestamp_seconds', madeAt);
    this.#instruments.set('certferry_backup_size_bytes', last?.made?.bytes ?? null);
    this.#instruments.set('certferry_backup_last_result', last ? Number(last.failed === null) : null);
  }
}

/** One that this version cannot read is ended at the next start; until then it does nothing. */
function phaseOf({ state, machineVersion }: { state: Parameters<typeof readState>[0]; machineVersion: number }) {
  try {
    return PHASES[effectOf(readState(state, machineVersion)).kind];
  } catch {
    return PHASES.hold;
  }
}
