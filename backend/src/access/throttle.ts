import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { ipKeyGenerator } from 'express-rate-limit';
import { AppError } from '../domain/errors.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { Store } from '../store/store.ts';

interface Patience {
  /** Failures before the first delay. */
  readonly free: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Somebody who mistypes; many people may share an address. */
const PATIENCE: Readonly<Record<'account' | 'address', Patience>> = {
  account: { free: 5, firstMs: 30_000, longestMs: 3_600_000 },
  address: { free: 20, firstMs: 30_000, longestMs: 900_000 },
};

/** Milliseconds after which failures are forgotten. */
const MEMORY = 24 * 3_600_000;

export interface Attempt {
  /** As it was typed. */
  readonly name: string;
  readonly address: string;
}

/**
 * Delays logins after failures, for each account and each address, across restarts. An attempt is counted before the
 * password is looked at, so that many at once gain nothing, and while locked nothing is looked at, so that the answer
 * says nothing about the password.
 */
export class Throttle {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Counts an attempt as failed until it is forgiven. @throws AppError TOO_MANY_ATTEMPTS */
  async begin(attempt: Attempt): Promise<void> {
    const now = this.#clock.now();
    await this.#store.transaction(async ({ access: { attempts } }) => {
      await attempts.removeBefore(new Date(now.getTime() - MEMORY).toISOString());
      const counted = await Promise.all(
        keysOf(attempt).map(async ({ key, kind }) => ({ key, kind, row: await attempts.get(key) })),
      );
      const until = counted
        .flatMap(({ row }) => row?.lockedUntil ?? [])
        .sort()
        .at(-1);
      if (until !== undefined && until > now.toISOString()) throw tooMany(until, now);
      for (const { key, kind, row } of counted) {
        const failures = (row?.failures ?? 0) + 1;
        await attempts.put(key, { failures, lastAt: now.toISOString(), lockedUntil: lockedUntil(failures, kind, now) });
      }
    });
  }

  /** It was not a failure. `completely`: the person is in, so earlier failures of the account are forgotten. */
  async forgive(attempt: Attempt, completely: boolean): Promise<void> {
    await this.#store.transaction(async ({ access: { attempts } }) => {
      for (const { key, kind } of keysOf(attempt)) {
        const row = await attempts.get(key);
        const failures = completely && kind === 'account' ? 0 : (row?.failures ?? 1) - 1;
        if (failures <= 0) await attempts.remove(key);
        else await attempts.put(key, { failures, lastAt: row?.lastAt ?? '', lockedUntil: null });
      }
    });
  }

  /** Until when the next attempt has to wait (ISO 8601); null when it need not. */
  async lockedUntil(attempt: Attempt): Promise<string | null> {
    const { attempts } = this.#store.access;
    const rows = await Promise.all(keysOf(attempt).map(({ key }) => attempts.get(key)));
    return (
      rows
        .flatMap((row) => row?.lockedUntil ?? [])
        .sort()
        .at(-1) ?? null
    );
  }

  /** For whoever has reset the password. */
  async unlock(name: string): Promise<void> {
    await this.#store.access.attempts.remove(accountKey(name));
  }
}

function lockedUntil(failures: number, kind: keyof typeof PATIENCE, now: Date): string | null {
  const { free, firstMs, longestMs } = PATIENCE[kind];
  if (failures < free) return null;
  return new Date(now.getTime() + Math.min(firstMs * 2 ** (failures - free), longestMs)).toISOString();
}

function tooMany(until: string, now: Date): AppError {
  const retryAfterMs = Date.parse(until) - now.getTime();
  const seconds = Math.ceil(retryAfterMs / 1_000);
  const wait = seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return new AppError('TOO_MANY_ATTEMPTS', `Too many failed logins. Try again in ${wait}.`, { retryAfterMs });
}

function keysOf({ name, address }: Attempt): readonly { readonly key: string; readonly kind: keyof typeof PATIENCE }[] {
  // A whole IPv6 network of one customer counts as one address.
  const network = isIP(address) === 0 ? address : ipKeyGenerator(address);
  return [
    { key: accountKey(name), kind: 'account' },
    { key: keyed(`address ${network}`), kind: 'address' },
  ];
}

function accountKey(name: string): string {
  return keyed(`account ${name.trim().toLowerCase()}`);
}

function keyed(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
