import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { App } from '../app.ts';

/** What a proxy in front may call a request. Anything else is not repeated into the log. */
const GIVEN_ID = /^[\w.-]{8,64}$/;

/**
 * Gives every request an id, which all lines of the log bear that are written while it is answered, and tells of it at level
 * debug when it is over. Queries are left out: they may hold what people typed.
 */
export function requestLog({ log, logContext }: Pick<App, 'log' | 'logContext'>): RequestHandler {
  return (req, res, next) => {
    const given = req.get('x-request-id') ?? '';
    const requestId = GIVEN_ID.test(given) ? given : randomUUID();
    const began = performance.now();
    const { method, path, ip } = req;
    res.set('x-request-id', requestId);
    res.on('close', () => {
      const tookMs = Math.round(performance.now() - began);
      const fields = { requestId, method, path, ip, status: res.statusCode, tookMs };
      log.debug(fields, res.writableFinished ? 'request answered' : 'client gone before the answer');
    });
    logContext.run({ requestId }, next);
  };
}
