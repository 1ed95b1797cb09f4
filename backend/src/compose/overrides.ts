import type { ScryptParameters } from '../access/passwords.ts';
import type { ApplianceDriver } from '../appliances/driver.ts';
import type { ConnectionInput } from '../connections.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import type { Store } from '../store/store.ts';

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
  /** Speaks to an appliance in place of the driver of its plugin. */
  readonly driverOf: () => ApplianceDriver;
  /** The simulated appliance of a lab, for people who practise. */
  readonly practice: PracticeWorld;
}

/** What a lab gives to practise with. */
export interface PracticeWorld {
  /** The connection to its appliance, as a person would describe it. */
  connection(): ConnectionInput;
}
