import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';

/** Lets only those pass who send the access token of this installation. */
export function requireToken(token: Secret): RequestHandler {
  const expected = digest(token.reveal());
  return (req, _res, next) => {
    const [, given = ''] = /^Bearer (.+)$/.exec(req.get('authorization') ?? '') ?? [];
    // Of digests, because timingSafeEqual takes equal lengths only.
    if (!timingSafeEqual(digest(given), expected))
      throw new AppError('UNAUTHENTICATED', 'The access token is missing or wrong.');
    next();
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
