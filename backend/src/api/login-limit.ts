import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';

const WINDOW_MS = 60_000;

/** For what can be tried before the login: each try takes time and memory, whether it fails or not. */
export function loginLimit({ loginsPerMinute: limit }: Pick<App, 'loginsPerMinute'>): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit,
    standardHeaders: true,
    legacyHeaders: false,
    // Which proxies are believed is decided where the application is made.
    validate: { trustProxy: false, xForwardedForHeader: false, forwardedHeader: false },
    handler: (_req, _res, next) => {
      next(
        new AppError('TOO_MANY_ATTEMPTS', `More than ${limit} attempts within a minute came from your address.`, {
          retryAfterMs: WINDOW_MS,
        }),
      );
    },
  });
}
