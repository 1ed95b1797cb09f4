import type { RequestHandler } from 'express';
import type { Accounts } from './accounts.ts';
import { Refusal, TEXTS } from './refusal.ts';

const READS = ['GET', 'HEAD'];

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Basic authentication on every request (RFC 7617); privilege 0 may only read. */
export function gate(accounts: Accounts): RequestHandler {
  return (request, _response, next) => {
    const credentials = basicCredentials(request.get('authorization'));
    const account = credentials && accounts.logIn(credentials.user, credentials.password);
    if (!account) throw new Refusal(401, accounts.areLocked ? TEXTS.locked : TEXTS.unauthorized);
    if (account.privilege < 1 && !READS.includes(request.method)) throw new Refusal(403, TEXTS.forbidden);
    next();
  };
}

export function basicCredentials(header: string | undefined): Credentials | null {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  if (!encoded) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
