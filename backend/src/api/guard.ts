import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Access } from '../access/access.ts';
import { Authority, type Duty, localAuthority } from '../access/authority.ts';
import { sameText } from '../access/digest.ts';
import { csrfToken } from '../access/sessions.ts';
import { AppError } from '../domain/errors.ts';
import type { Role } from '../domain/roles.ts';
import type { Secret } from '../domain/secret.ts';
import { enterRoute } from './audited.ts';
import { sessionCookie } from './cookies.ts';
import { isOfThisMachine } from './same-machine.ts';

/** `anyone`: before the login. `login`: whoever is logged in, also with something left to do first. */
export type Needed = 'anyone' | 'login' | Role;

/** What a route concerns: connections that somebody may see, or the whole installation. */
export type Concern = 'connections' | 'installation';

export interface Need {
  readonly role: Needed;
  readonly concerns: Concern;
}

type Asked = Pick<Request, 'method' | 'get' | 'baseUrl' | 'originalUrl' | 'route'>;

/** A handler for a route of any path. */
export interface Declaration {
  (req: Asked, res: Response, next: NextFunction): void;
  readonly need: Need;
}

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * The first handler of every route says who may call it, and refuses everybody else. A route without it keeps the daemon
 * from starting: see route-table.ts. What only administrators may do concerns the installation, unless it is said otherwise.
 */
export function needs(
  role: Needed,
  concerns: Concern = role === 'admin' ? 'installation' : 'connections',
): Declaration {
  const need = { role, concerns };
  const handler = (req: Asked, res: Response, next: NextFunction) => {
    enterRoute(req, res);
    admit(need, req, res);
    next();
  };
  return Object.assign(handler, { need });
}

/** Who asks. @throws AppError UNAUTHENTICATED */
export function authorityOf(res: Response): Authority {
  const { authority } = res.locals;
  if (authority instanceof Authority) return authority;
  throw new AppError('UNAUTHENTICATED', 'You are not logged in, or the session has ended.');
}

/** Finds out who asks: by bearer token, or by session cookie. Refuses a token that is wrong, and nobody else. */
export function authenticate(access: Access, localToken: Secret, publicUrl: string | null): RequestHandler {
  return async (req, res, next) => {
    const [, bearer] = /^Bearer (.+)$/i.exec(req.get('authorization') ?? '') ?? [];
    if (bearer === undefined) {
      refuseOtherSites(req, publicUrl);
      const secret = sessionCookie(req);
      // Watching is not using: an open page alone does not keep a session alive.
      if (secret !== null) res.locals.authority = await access.bySession(secret, req.path !== '/events');
      if (secret !== null) res.locals.csrfToken = csrfToken(secret);
    } else {
      res.locals.authority = sameText(bearer, localToken.reveal()) ? local(req) : await access.byToken(bearer);
    }
    next();
  };
}

/** The access token of the data folder is worth nothing to whoever has a copy of the folder elsewhere. */
function local(req: Request): Authority {
  if (isOfThisMachine(req)) return localAuthority();
  throw new AppError(
    'UNAUTHENTICATED',
    'The access token is good on the machine of the daemon only. Anywhere else, use an API token (CERTFERRY_TOKEN).',
  );
}

/** What a change by cookie has to bring along; null when no cookie came. */
export function expectedCsrfToken(res: Response): string | null {
  const { csrfToken: expected } = res.locals;
  return typeof expected === 'string' ? expected : null;
}

/** Lets those pass who may call what needs this. @throws AppError UNAUTHENTICATED, FORBIDDEN */
export function admit({ role, concerns }: Need, req: Pick<Request, 'method' | 'get'>, res: Response): void {
  if (role === 'anyone') return;
  const authority = authorityOf(res);
  if (authority.session && !SAFE.includes(req.method)) refuseForged(req, res);
  if (role === 'login') return;
  if (authority.duty) throw new AppError('FORBIDDEN', DUTIES[authority.duty]);
  if (!authority.may(role)) {
    throw new AppError('FORBIDDEN', `This needs the role ${role}; ${authority.actor} is ${authority.role}.`);
  }
  if (concerns === 'installation' && authority.limited)
    throw new AppError('FORBIDDEN', `This concerns all connections; ${authority.actor} may see only some.`);
}

const DUTIES: Readonly<Record<Duty, string>> = {
  'change-password': 'Change your password first: somebody else chose it.',
  'set-up-second-factor': 'Set up a second factor first: your role needs one.',
};

function refuseForged(req: Pick<Request, 'get'>, res: Response): void {
  if (sameText(req.get('x-csrf-token') ?? '', expectedCsrfToken(res) ?? '')) return;
  throw new AppError('FORBIDDEN', 'The header X-CSRF-Token is missing or wrong; GET /api/v1/session tells it.');
}

/** A change that a page of another site has a browser ask for. https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site */
function refuseOtherSites(req: Request, publicUrl: string | null): void {
  if (SAFE.includes(req.method)) return;
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  if (site === undefined ? origin === undefined || isOwn(origin, req, publicUrl) : OWN_SITES.includes(site)) return;
  throw new AppError(
    'FORBIDDEN',
    `The request comes from ${origin ?? 'another site'}. Behind a proxy, set CERTFERRY_PUBLIC_URL to its address.`,
  );
}

const OWN_SITES = ['same-origin', 'none'];

function isOwn(origin: string, req: Request, publicUrl: string | null): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, origin: given } = new URL(origin);
  return host === req.get('host') || (publicUrl !== null && given === new URL(publicUrl).origin);
}
