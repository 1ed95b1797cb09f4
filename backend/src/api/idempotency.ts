import { createHash } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { AppError } from '../domain/errors.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { GivenAnswer, IdempotencyRow, IdempotencyTable } from '../store/idempotency.ts';
import { authorityOf } from './guard.ts';

const KEPT_MS = 24 * 3_600_000;
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Answers a request that comes again with the same `Idempotency-Key` as it was answered the first time, for a day and across
 * restarts. What was refused or failed is forgotten: nothing was begun, so a repetition is a new try.
 */
export class Repeats {
  readonly #table: IdempotencyTable;
  readonly #clock: Clock;
  /** Resolved when the request that has the key is over. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(table: IdempotencyTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /**
   * True when the answer is given. Otherwise the handler gives it, and it is kept before it is sent.
   *
   * @throws AppError BAD_REQUEST, IDEMPOTENCY_KEY_REUSED, CONFLICT when the daemon was stopped during the first request
   */
  async answer(req: Request, res: Response, next: NextFunction): Promise<boolean> {
    const key = req.get('idempotency-key');
    if (key === undefined) return false;
    if (!KEY.test(key))
      throw new AppError('BAD_REQUEST', 'Idempotency-Key: 1 to 200 visible ASCII characters, a UUID for example.');
    const { kind, actor } = authorityOf(res);
    const row = { caller: `${kind}:${actor}`, key, request: fingerprint(req), at: this.#clock.now().toISOString() };
    const taken = await this.#take(row);
    if (!taken) {
      this.#keep(row, res, next);
      return false;
    }
    if (taken.request !== row.request)
      throw new AppError('IDEMPOTENCY_KEY_REUSED', `The key "${key}" was sent with another request.`);
    if (!taken.answer)
      throw new AppError('CONFLICT', `The daemon was stopped during the first request with the key "${key}".`);
    repeat(taken.answer, res);
    return true;
  }

  /** The row that has the key; null when it is ours now. */
  async #take(row: Omit<IdempotencyRow, 'answer'>): Promise<IdempotencyRow | null> {
    await this.#table.prune(new Date(this.#clock.now().getTime() - KEPT_MS).toISOString());
    for (;;) {
      const taken = await this.#table.take(row);
      const running = this.#running.get(idOf(row));
      if (!taken || taken.answer || taken.request !== row.request || !running) return taken;
      await running;
    }
  }

  #keep(row: Omit<IdempotencyRow, 'answer'>, res: Response, next: NextFunction): void {
    let over = () => {};
    this.#running.set(
      idOf(row),
      new Promise((resolve) => {
        over = resolve;
      }),
    );
    const settle = () => {
      this.#running.delete(idOf(row));
      over();
    };
    const send = res.json.bind(res);
    const end = res.end.bind(res);
    let kept = false;
    res.json = (body: unknown) => {
      const answer = { status: res.statusCode, location: res.get('location') ?? null, body: JSON.stringify(body) };
      this.#table.finish(row, answer).then(() => {
        kept = true;
        send(body);
      }, next);
      return res;
    };
    // Whatever the handler answers comes through here in the end, also when nobody waits for it any more.
    res.end = ((...rest: Parameters<typeof end>) => {
      if (kept) settle();
      else this.#table.release(row).then(settle, settle);
      return end(...rest);
    }) as typeof res.end;
  }
}

function idOf({ caller, key }: Pick<IdempotencyRow, 'caller' | 'key'>): string {
  return `${caller} ${key}`;
}

/** Of what is asked for; the body is no secret's place to be kept, hence a digest. */
function fingerprint(req: Request): string {
  const asked = [req.method, req.originalUrl, req.body ?? {}];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}

function repeat({ status, location, body }: GivenAnswer, res: Response): void {
  if (location !== null) res.location(location);
  res.status(status).set('idempotency-replayed', 'true').type('json').send(body);
}
