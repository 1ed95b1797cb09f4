import { once } from 'node:events';
import { createSession } from 'better-sse';
import { type RequestHandler, Router } from 'express';
import type { App } from '../app.ts';
import type { DomainEvent } from '../store/events.ts';
import * as contract from './contract.ts';
import { whenGone } from './gone.ts';

/**
 * The event log as server-sent events. The id of each is its cursor: a client that comes back with `Last-Event-ID`
 * (or `?after=`) misses nothing and sees nothing twice. Without either it starts with what happens from now on.
 */
export function streamRouter(app: App): Router {
  const router = Router();
  router.get('/', follow(app));
  return router;
}

function follow({ store }: App): RequestHandler {
  return async (req, res) => {
    const { after, renewalId } = contract.streamQuery.parse(req.query);
    const cursor = lastEventId(req.get('last-event-id')) ?? after ?? (await store.events.latest());
    const gone = whenGone(res);
    const session = await createSession(req, res);
    for await (const stored of store.events.follow(cursor, gone)) {
      if (renewalId !== undefined && renewalOf(stored.event) !== renewalId) continue;
      session.push(stored, stored.event.type, String(stored.seq));
      // A reader that is slower than the log is waited for; it reads on from the table.
      if (res.writableNeedDrain) await Promise.race([once(res, 'drain'), once(res, 'close')]);
    }
    res.end();
  };
}

function lastEventId(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

function renewalOf(event: DomainEvent): string | null {
  return 'renewalId' in event ? event.renewalId : null;
}
