import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { findAccount } from '../accounts.ts';
import { AppError } from '../domain/errors.ts';
import type { AccountFamily } from '../store/accounts.ts';
import type { Store } from '../store/store.ts';
import { credentialTag, policyTag, ssoTag, tokenTag, userTag } from './tags.ts';

/**
 * What can be told apart from what it was, so that a change that was made meanwhile is not overwritten. It is sent as ETag and
 * taken as `If-Match`: a number that equals `version` in the body, or a tag (`tags.ts`).
 */

interface Asked {
  /** As it is registered: `/connections/:id`. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
}

interface Versioned {
  readonly version: number;
}

type FindVersion = (store: Store, name: string) => Promise<Versioned | undefined>;

const VERSIONED: Readonly<Record<string, FindVersion>> = {
  '/connections/:id': (store, id) => store.connections.get(Number(id)),
  '/connections/:id/owner': (store, id) => store.connections.get(Number(id)),
  '/certificates/managed/:id': (store, id) => store.connections.get(Number(id)),
  '/calendars/:id': (store, id) => store.calendars.get(Number(id)),
  '/notifiers/:id': (store, id) => store.notify.notifiers.get(Number(id)),
  '/notification-rules/:id': (store, id) => store.notify.rules.get(Number(id)),
  '/issuers/:account': accountOf('issuer'),
  '/dns-accounts/:account': accountOf('dns'),
};

type FindTag = (store: Store, name: string) => Promise<string | undefined>;

const TAGGED: Readonly<Record<string, FindTag>> = {
  '/users/:id': userTag,
  '/users/:id/password': userTag,
  '/users/:id/totp': userTag,
  '/tokens/:id': tokenTag,
  '/tokens/:id/successor': tokenTag,
  '/credentials/:name': credentialTag,
  '/access/policy': policyTag,
  '/access/sso': ssoTag,
};

export function isVersioned(path: string): boolean {
  return path in VERSIONED || path in TAGGED;
}

const SAFE = ['GET', 'HEAD'];

/**
 * The version or tag that `If-Match` names; null without it. A version is put into the body where one belongs there.
 *
 * @throws AppError BAD_REQUEST
 */
export function expectedVersion(path: string, req: Request): number | string | null {
  const header = req.get('if-match');
  if (header === undefined || SAFE.includes(req.method)) return null;
  if (!isVersioned(path)) throw new AppError('BAD_REQUEST', 'If-Match: what is at this address has no version.');
  return path in TAGGED ? tagIn(header) : versionIn(header, path, req);
}

/** @throws AppError BAD_REQUEST */
function tagIn(header: string): string {
  const [, tag] = /^"([A-Za-z0-9_-]{1,100})"$/.exec(header.trim()) ?? [];
  if (tag === undefined) throw new AppError('BAD_REQUEST', 'If-Match: give the one ETag that was read, in quotes.');
  return tag;
}

/** @throws AppError BAD_REQUEST */
function versionIn(header: string, path: string, req: Request): number {
  const [, digits] = /^"(\d{1,15})(?:-[A-Za-z0-9_-]*)?"$/.exec(header.trim()) ?? [];
  if (digits === undefined)
    throw new AppError('BAD_REQUEST', 'If-Match: give the one ETag that was read, or the version in quotes: "3".');
  const version = Number(digits);
  const body: unknown = req.body;
  if (req.method !== 'PUT' || path.endsWith('/owner') || typeof body !== 'object' || body === null) return version;
  if ('version' in body && body.version !== version)
    throw new AppError('BAD_REQUEST', `version: If-Match names ${version}, the body another one.`);
  Object.assign(body, { version });
  return version;
}

/**
 * Compares with what is stored.
 *
 * @throws AppError PRECONDITION_FAILED
 */
export async function compareVersion(
  store: Store,
  { path, params }: Asked,
  expected: number | string | null,
): Promise<void> {
  if (expected === null) return;
  const name = Object.values(params)[0] ?? '';
  const stored = (await VERSIONED[path]?.(store, name))?.version ?? (await TAGGED[path]?.(store, name));
  if (stored !== undefined && stored !== expected)
    throw new AppError('PRECONDITION_FAILED', `"${stored}" is stored, and If-Match names "${expected}".`);
}

/**
 * The version, and a digest: what is shown beside the stored fields changes without it, and caches must not take one for the
 * other. A tag is read before the answer is made, so that an answer is never older than its tag.
 */
export async function tellVersion(
  store: Store,
  { path, params }: Asked,
  req: Pick<Request, 'method'>,
  res: Response,
): Promise<void> {
  const tag = SAFE.includes(req.method) && (await TAGGED[path]?.(store, Object.values(params)[0] ?? ''));
  if (tag) res.set('etag', `"${tag}"`);
  if (!(path in VERSIONED)) return;
  const send = res.json.bind(res);
  res.json = (body: unknown) => {
    if (typeof body === 'object' && body !== null && 'version' in body && res.statusCode < 300) {
      const digest = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 16);
      res.set('etag', `"${body.version}-${digest}"`);
    }
    return send(body);
  };
}

function accountOf(family: AccountFamily): FindVersion {
  return async (store, idOrName) => {
    try {
      return await findAccount(store, family, idOrName);
    } catch (err) {
      if (err instanceof AppError && err.code === 'NOT_FOUND') return undefined;
      throw err;
    }
  };
}
