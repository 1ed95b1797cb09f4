import type { Exchanges } from '../exchanges.ts';
import type { Faults } from '../faults.ts';
import { between } from './chance.ts';
import type { VosNode } from './node.ts';
import type { Tomcat, TomcatState } from './tomcat.ts';

export interface RestartSettings {
  readonly node: VosNode;
  readonly tomcat: Tomcat;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  /** What a restart takes, give or take 30 %. */
  readonly restartMs: number;
}

const SLOW_FACTOR = 3;

/** Restarts Tomcat for whoever asks; a second one waits for the first. It goes on when the one who asked is gone. */
export class Restarts {
  readonly #settings: RestartSettings;
  #count = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(settings: RestartSettings) {
    this.#settings = settings;
  }

  /** How many have finished. */
  get count(): number {
    return this.#count;
  }

  /** @throws AbortError when the lab is taken down meanwhile */
  restart(tell: (state: TomcatState) => void): Promise<void> {
    const run = this.#last.then(() => this.#run(tell));
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #run(tell: (state: TomcatState) => void): Promise<void> {
    const { node, tomcat, faults, exchanges, restartMs } = this.#settings;
    await exchanges.reached('vos.restart', 'received');
    const durationMs = (restartMs * between(70, 130) * (faults.has('restart-slow') ? SLOW_FACTOR : 1)) / 100;
    const next = () => (faults.has('wrong-cert-served') ? tomcat.served : node.identity('tomcat'));
    await tomcat.restart(durationMs, next, tell);
    this.#count += 1;
    await exchanges.reached('vos.restart', 'done');
    tell('STARTED');
  }
}
