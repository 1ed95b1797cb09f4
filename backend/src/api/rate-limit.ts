import type { Request, RequestHandler, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { Authority } from '../access/authority.ts';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';

const WINDOW_MS = 60_000;

interface Limit {
  /** Within a minute. */
  readonly limit: number;
  /** Completes "More than 30 …". */
  readonly words: string;
  /** Who is counted together; left out: an address. */
  readonly keyOf?: (req: Request, res: Response) => string;
  readonly skip?: (req: Request, res: Response) => boolean;
}

function limited({ limit, words, keyOf, skip = () => false }: Limit): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit,
    skip,
    standardHeaders: true,
    legacyHeaders: false,
    ...(keyOf && { keyGenerator: keyOf }),
    // Which proxies are believed is decided where the application is made.
    validate: { trustProxy: false, xForwardedForHeader: false, forwardedHeader: false },
    handler: (_req, _res, next) => {
      next(new AppError('TOO_MANY_ATTEMPTS', `More than ${limit} ${words}`, { retryAfterMs: WINDOW_MS }));
    },
  });
}

/** For what can be tried before the login: each try takes time and memory, whether it fails or not. */
export function loginLimit({ loginsPerMinute: limit }: Pick<App, 'loginsPerMinute'>): RequestHandler {
  return limited({ limit, words: 'attempts within a minute came from your address.' });
}

/** For every request, before anything is looked up for it. */
export function addressLimit({ config }: Pick<App, 'config'>): RequestHandler {
  return limited({ limit: config.requestsPerMinute, words: 'requests within a minute came from your address.' });
}

/** For whoever is logged in, from however many addresses. The operator of the machine is not counted. */
export function callerLimit({ config }: Pick<App, 'config'>): RequestHandler {
  return limited({
    limit: config.requestsPerMinute,
    words: 'requests within a minute were yours.',
    keyOf: (_req, res) => callerOf(res) ?? '',
    skip: (_req, res) => callerOf(res) === null,
  });
}

/** `user 3`, `token 7`; null for the others. */
function callerOf({ locals: { authority } }: Response): string | null {
  if (!(authority instanceof Authority) || authority.kind === 'local') return null;
  return `${authority.kind} ${authority.userId ?? authority.tokenId}`;
}
