import { once } from 'node:events';
import { createSession } from 'better-sse';
import { type RequestHandler, Router } from 'express';
import type { Access } from '../access/access.ts';
import type { Authority } from '../access/authority.ts';
import { EventFilter } from '../access/visibility.ts';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import type { DomainEvent } from '../store/events.ts';
import * as contract from './contract.ts';
import { whenGone } from './gone.ts';
import { authorityOf, needs } from './guard.ts';

/**
 * The event log as server-sent events. The id of each is its cursor: a client that comes back with `Last-Event-ID`
 * (or `?after=`) misses nothing and sees nothing twice. Without either it starts with what happens from now on; the header
 * `X-Last-Event-Id` says from where, for whoever loses the connection before the first event. It ends with the session or
 * token of whoever reads.
 */
export function streamRouter(app: App): Router {
  const router = Router();
  router.get('/', needs('viewer'), follow(app));
  return router;
}

function follow(app: App): RequestHandler {
  const { store, access, clock } = app;
  return async (req, res) => {
    const { after, renewalId } = contract.streamQuery.parse(req.query);
    const cursor = lastEventId(req.get('last-event-id')) ?? after ?? (await store.events.latest());
    const reader = new Reader(app, authorityOf(res), renewalId ?? null);
    // It may have been taken away before `cursor`, after it was looked at.
    if (!(await reader.mayGoOn())) throw new AppError('UNAUTHENTICATED', 'The session has ended.');
    const over = new AbortController();
    const end = AbortSignal.any([whenGone(res), over.signal]);
    void untilItsTime(access, authorityOf(res), clock, end).then(() => over.abort());
    res.set('x-last-event-id', String(cursor));
    const session = await createSession(req, res);
    for await (const stored of store.events.follow(cursor, end)) {
      if (!(await reader.mayGoOn(stored.event))) break;
      if (!(await reader.wants(stored.event))) continue;
      session.push(stored, stored.event.type, String(stored.seq));
      // A reader that is slower than the log is waited for; it reads on from the table.
      if (res.writableNeedDrain) await Promise.race([once(res, 'drain'), once(res, 'close')]);
    }
    over.abort();
    res.end();
  };
}

/** Whoever reads, as they are now: roles change while a stream is open. */
class Reader {
  readonly #access: Access;
  readonly #filter: EventFilter;
  readonly #renewalId: string | null;
  #authority: Authority;

  constructor({ access, store }: Pick<App, 'access' | 'store'>, authority: Authority, renewalId: string | null) {
    this.#access = access;
    this.#filter = new EventFilter(store);
    this.#renewalId = renewalId;
    this.#authority = authority;
  }

  /** Whatever takes access away is an event of access, and comes here before what happened afterwards. */
  async mayGoOn(event?: DomainEvent): Promise<boolean> {
    if (event && !event.type.startsWith('access.')) return true;
    const now = await this.#access.again(this.#authority);
    if (now) this.#authority = now;
    return now !== null && now.duty === null;
  }

  async wants(event: DomainEvent): Promise<boolean> {
    if (this.#renewalId !== null && renewalOf(event) !== this.#renewalId) return false;
    return await this.#filter.shows(event, this.#authority);
  }
}

/** Resolves when the session or token has run out, and when nobody reads any more. */
async function untilItsTime(
  access: Access,
  authority: Authority,
  clock: App['clock'],
  gone: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      const at = await access.endOf(authority);
      if (at === null) return await never(gone);
      if (at <= clock.now()) return;
      await clock.sleepUntil(at, gone);
    }
  } catch (err) {
    if (!gone.aborted) throw err;
  }
}

function never(gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) resolve();
    gone.addEventListener('abort', () => resolve(), { once: true });
  });
}

function lastEventId(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

function renewalOf(event: DomainEvent): string | null {
  return 'renewalId' in event ? event.renewalId : null;
}
