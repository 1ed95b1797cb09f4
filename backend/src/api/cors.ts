import type { RequestHandler } from 'express';

/** Seconds for which browsers remember the answer. */
const REMEMBERED = 600;

/**
 * Lets pages of `origins` call the API with an API token of their own. Without any, as by default, nothing is sent and browsers keep
 * every other page out. Never with cookies: no page of another site acts as the person who is logged in.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function cors(origins: readonly string[]): RequestHandler {
  return (req, res, next) => {
    const origin = req.get('origin');
    if (origins.length > 0) res.vary('origin');
    if (origin === undefined || !origins.includes(origin)) {
      next();
      return;
    }
    res.set('access-control-allow-origin', origin);
    res.set('access-control-expose-headers', 'ETag, Location, Retry-After, X-Request-Id, X-Last-Event-Id');
    if (req.method !== 'OPTIONS' || req.get('access-control-request-method') === undefined) {
      next();
      return;
    }
    res.set({
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers':
        'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id',
      'access-control-max-age': String(REMEMBERED),
    });
    res.status(204).end();
  };
}
