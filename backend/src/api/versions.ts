import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { findAccount } from '../accounts.ts';
import { AppError } from '../domain/errors.ts';
import type { AccountFamily } from '../store/accounts.ts';
import type { Store } from '../store/store.ts';

/**
 * What has a version, so that a change that was made meanwhile is not overwritten: the version is sent as ETag, taken as
 * `If-Match`, and equals `version` in the body.
 */

interface Asked {
  /** As it is registered: `/connections/:id`. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
}

interface Versioned {
  readonly version: number;
}

type Find = (store: Store, name: string) => Promise<Versioned | undefined>;

const VERSIONED: Readonly<Record<string, Find>> = {
  '/connections/:id': (store, id) => store.connections.get(Number(id)),
  '/connections/:id/owner': (store, id) => store.connections.get(Number(id)),
  '/calendars/:id': (store, id) => store.calendars.get(Number(id)),
  '/notifiers/:id': (store, id) => store.notify.notifiers.get(Number(id)),
  '/notification-rules/:id': (store, id) => store.notify.rules.get(Number(id)),
  '/issuers/:account': accountOf('issuer'),
  '/dns-accounts/:account': accountOf('dns'),
};

export function isVersioned(path: string): boolean {
  return path in VERSIONED;
}

const SAFE = ['GET', 'HEAD'];

/**
 * The version that `If-Match` names; null without it. It is put into the body where a version belongs there.
 *
 * @throws AppError BAD_REQUEST
 */
export function expectedVersion(path: string, req: Request): number | null {
  const header = req.get('if-match');
  if (header === undefined || SAFE.includes(req.method)) return null;
  if (!isVersioned(path)) throw new AppError('BAD_REQUEST', 'If-Match: what is at this address has no version.');
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
 * Compares with what is stored; where the body has a version, the store does so once more when it writes.
 *
 * @throws AppError PRECONDITION_FAILED
 */
export async function compareVersion(store: Store, { path, params }: Asked, version: number | null): Promise<void> {
  if (version === null) return;
  const stored = await VERSIONED[path]?.(store, Object.values(params)[0] ?? '');
  if (stored && stored.version !== version)
    throw new AppError('PRECONDITION_FAILED', `Version ${stored.version} is stored, and If-Match names ${version}.`);
}

/**
 * The version, and a digest: what is shown beside the stored fields changes without it, and caches must not take one for the
 * other.
 */
export function tellVersion(path: string, res: Response): void {
  if (!isVersioned(path)) return;
  const send = res.json.bind(res);
  res.json = (body: unknown) => {
    if (typeof body === 'object' && body !== null && 'version' in body && res.statusCode < 300) {
      const digest = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 16);
      res.set('etag', `"${body.version}-${digest}"`);
    }
    return send(body);
  };
}

function accountOf(family: AccountFamily): Find {
  return async (store, idOrName) => {
    try {
      return await findAccount(store, family, idOrName);
    } catch (err) {
      if (err instanceof AppError && err.code === 'NOT_FOUND') return undefined;
      throw err;
    }
  };
}
