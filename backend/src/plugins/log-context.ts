import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from './plugin.ts';

/** Fields that every line has which is logged while some work goes on, however deep: the id of a request or of a renewal. */
export class LogContext {
  readonly #fields = new AsyncLocalStorage<object>();

  /** Within it, the fields of an outer `run` no longer count. */
  run<T>(fields: object, work: () => T): T {
    return this.#fields.run(fields, work);
  }

  /** `log`, with the fields of the work that goes on. */
  bind(log: Logger): Logger {
    const all = (fields: object) => ({ ...this.#fields.getStore(), ...fields });
    return {
      debug: (fields, message) => log.debug(all(fields), message),
      info: (fields, message) => log.info(all(fields), message),
      warn: (fields, message) => log.warn(all(fields), message),
      error: (fields, message) => log.error(all(fields), message),
    };
  }
}
