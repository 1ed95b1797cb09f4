import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from './plugin.ts';

/** Fields that every line has which is logged while some work goes on, however deep: the id of a request or of a renewal. */
export class LogContext implements Disposable {
  readonly #fields = new AsyncLocalStorage<object>();

  /** Within it, the fields of an outer `run` no longer count. */
  run<T>(fields: object, work: () => T): T {
    return this.#fields.run(fields, work);
  }

  /** From then on lines bear no fields of a work. Without it Node carries the fields on to the end of the process. */
  [Symbol.dispose](): void {
    this.#fields.disable();
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
