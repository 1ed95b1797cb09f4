import { createHmac } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { StartNote } from '../renewal/runner.ts';
import type { Asked, GivenAnswer, IdempotencyRow, IdempotencyTable, KeyName } from '../store/idempotency.ts';
import { madeSecret } from '../store/made-secret.ts';
import type { Store } from '../store/store.ts';
import { authorityOf } from './guard.ts';

const KEPT_MS = 24 * 3_600_000;
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Answers a request that comes again with the same `Idempotency-Key` as it was answered the first time, for a day and across
 * restarts. What was refused or failed is forgotten: nothing was begun, so a repetition is a new try.
 */
export class Repeats {
  readonly #store: Pick<Store, 'idempotency' | 'vault'>;
  readonly #table: IdempotencyTable;
  readonly #clock: Clock;
  #digestKey: Promise<Secret> | null = null;
  /** Resolved when the request that has the key is over. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(store: Pick<Store, 'idempotency' | 'vault'>, clock: Clock) {
    this.#store = store;
    this.#table = store.idempotency;
    this.#clock = clock;
  }

  /**
   * True when the answer is given. Otherwise the handler gives it, and it is kept before it is sent.
   *
   * @throws AppError BAD_REQUEST, IDEMPOTENCY_KEY_REUSED; CONFLICT when the daemon was stopped during the first request, unless that
   *   has begun a renewal, of which the handler tells then: `begunBefore`.
   */
  async answer(req: Request, res: Response, next: NextFunction): Promise<boolean> {
    const key = req.get('idempotency-key');
    if (key === undefined) return false;
    if (!KEY.test(key))
      throw new AppError('BAD_REQUEST', 'Idempotency-Key: 1 to 200 visible ASCII characters, a UUID for example.');
    const { kind, actor } = authorityOf(res);
    const request = fingerprint(req, await this.#digest());
    const row = { caller: `${kind}:${actor}`, key, request, at: this.#clock.now().toISOString() };
    const taken = await this.#take(row);
    if (taken && taken.request !== row.request)
      throw new AppError('IDEMPOTENCY_KEY_REUSED', `The key "${key}" was sent with another request.`);
    if (!taken || (!taken.answer && taken.renewal !== null)) {
      res.locals.keyed = { ...row, begun: taken?.renewal ?? null } satisfies Keyed;
      this.#keep(row, res, next);
      return false;
    }
    if (!taken.answer)
      throw new AppError('CONFLICT', `The daemon was stopped during the first request with the key "${key}".`);
    repeat(taken.answer, res);
    return true;
  }

  async #digest(): Promise<Secret> {
    this.#digestKey ??= madeSecret(this.#store, 'daemon:idempotency', 'digestKey');
    return await this.#digestKey.catch((err: unknown) => {
      this.#digestKey = null;
      throw err;
    });
  }

  /** The row that has the key; null when it is ours now. */
  async #take(row: Asked): Promise<IdempotencyRow | null> {
    await this.#table.prune(new Date(this.#clock.now().getTime() - KEPT_MS).toISOString());
    for (;;) {
      const taken = await this.#table.take(row);
      const running = this.#running.get(idOf(row));
      if (!taken || taken.answer || taken.request !== row.request || !running) return taken;
      await running;
    }
  }

  #keep(row: Asked, res: Response, next: NextFunction): void {
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

/** A request that has a key, and what an earlier one with it has begun. */
interface Keyed extends KeyName {
  readonly begun: string | null;
}

/** The renewal that was begun with the key of this request before the daemon was stopped; null: nothing was. */
export function begunBefore({ locals }: Response): string | null {
  return (locals.keyed as Keyed | undefined)?.begun ?? null;
}

/** Has the renewal noted with the key of this request as it is begun; undefined without a key. */
export function notedWithKey({ locals }: Response): StartNote | undefined {
  const keyed = locals.keyed as Keyed | undefined;
  return keyed && ((tx, renewalId) => tx.idempotency.began(keyed, renewalId));
}

/**
 * A key that would be dropped without a word makes its sender believe in it. What replaces and removes is the same when it comes
 * twice, and needs none.
 *
 * @throws AppError BAD_REQUEST
 */
export function refuseKey(req: Request): void {
  if (req.method !== 'POST' || req.get('idempotency-key') === undefined) return;
  throw new AppError('BAD_REQUEST', 'Idempotency-Key is not understood here: a repetition would be done once more.');
}

function idOf({ caller, key }: KeyName): string {
  return `${caller} ${key}`;
}

/** Of what is asked for. The body may hold passwords: without the key of the digest nobody can guess at them. */
function fingerprint(req: Request, key: Secret): string {
  const asked = [req.method, req.originalUrl, req.body ?? {}];
  return createHmac('sha256', key.reveal()).update(JSON.stringify(asked)).digest('hex');
}

function repeat({ status, location, body }: GivenAnswer, res: Response): void {
  if (location !== null) res.location(location);
  res.status(status).set('idempotency-replayed', 'true').type('json').send(body);
}
