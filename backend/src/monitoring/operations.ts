import type { Clock, Logger } from '../plugins/plugin.ts';
import { every } from '../renewal/schedule.ts';
import type { Store } from '../store/store.ts';
import { BackupRecord } from './backup-record.ts';
import { Metrics } from './metrics.ts';
import { Pulse } from './pulse.ts';
import { type ReadyCheck, readiness } from './readiness.ts';
import { forgetOld } from './retention.ts';

/** When backups and whatever else runs at night are over. */
const CLEARING = '47 4 * * *';

interface OperationsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** For how long history is kept. */
  readonly keepDays: number;
}

/** What an installation is watched by, and kept small by. */
export class Operations implements AsyncDisposable {
  /** Of the schedule, which beats it after each of its rounds. */
  readonly pulse: Pulse;
  readonly backups: BackupRecord;
  readonly metrics: Metrics;
  readonly #deps: OperationsDeps;
  readonly #scheduled: AsyncDisposable[] = [];

  constructor(deps: OperationsDeps) {
    const { store, clock } = deps;
    this.#deps = deps;
    this.pulse = new Pulse(clock);
    this.backups = new BackupRecord(store, clock);
    this.metrics = new Metrics({ ...deps, pulse: this.pulse, backups: this.backups });
  }

  async start(): Promise<void> {
    const { log } = this.#deps;
    await this.metrics.start();
    this.pulse.beat();
    this.#scheduled.push(every(CLEARING, (signal) => forgetOld(this.#deps, signal), log));
  }

  readiness(): Promise<readonly ReadyCheck[]> {
    return readiness({ ...this.#deps, pulse: this.pulse });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#scheduled.map((job) => job[Symbol.asyncDispose]()));
    await this.metrics[Symbol.asyncDispose]();
  }
}
