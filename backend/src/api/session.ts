import { type Request, type Response, Router } from 'express';
import type { Origin } from '../access/sessions.ts';
import { csrfToken } from '../access/sessions.ts';
import { readSso } from '../access/sso-settings.ts';
import { existingUser } from '../access/users.ts';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import type { SessionRow, User } from '../store/access.ts';
import * as contract from './contract/access.ts';
import { id } from './contract.ts';
import { clearSessionCookie, ownOrigin, sessionCookie, setSessionCookie } from './cookies.ts';
import { authorityOf, expectedCsrfToken, needs } from './guard.ts';
import { loginLimit } from './rate-limit.ts';

/** Logging in and out, and what people do about their own account. */
export function sessionRouter(app: App): Router {
  const { access, config, store } = app;
  const router = Router();
  const limit = loginLimit(app);

  router.get('/options', needs('anyone'), async (_req, res) => {
    const sso = await readSso(store);
    const options = { setUpNeeded: await access.setUp.isNeeded(), sso: sso?.settings.title ?? null };
    res.json(options satisfies contract.SessionOptions);
  });

  router.post('/', needs('anyone'), limit, async (req, res) => {
    const { user: name, password, code } = contract.loginRequest.parse(req.body);
    const user = await access.login.check({ name, password, code }, originOf(req).address);
    await beginSession(app, req, res, user, 'password');
    res.status(201).json(await sessionView(app, res));
  });

  router.get('/', needs('login'), async (_req, res) => {
    res.json(await sessionView(app, res));
  });

  router.delete('/', needs('login'), async (req, res) => {
    const { session, actor } = authorityOf(res);
    if (session) await access.sessions.logOut(session, actor);
    clearSessionCookie(req, res);
    const signOutUrl =
      session?.via === 'sso'
        ? await access.sso.signOutUrl(`${ownOrigin(req, config.publicUrl)}/`).catch(() => null)
        : null;
    res.json({ signOutUrl } satisfies contract.LoggedOut);
  });

  router.put('/password', needs('login'), limit, async (req, res) => {
    const { current, next } = contract.passwordChange.parse(req.body);
    const { user, session } = await ownUser(app, res);
    await access.login.confirm(user, current, originOf(req).address);
    await access.users.changePassword(user, current, next, session.id);
    res.json(await sessionView(app, res));
  });

  router.get('/sessions', needs('login'), async (_req, res) => {
    const { user, session } = await ownUser(app, res);
    const sessions = await access.sessions.ofUser(user.id);
    res.json(sessions.map((one) => sessionEntry(one, session.id)));
  });

  router.delete('/sessions', needs('login'), async (_req, res) => {
    const { user, session } = await ownUser(app, res);
    await access.sessions.end(user, { allBut: session.id });
    res.status(204).end();
  });

  router.delete('/sessions/:id', needs('login'), async (req, res) => {
    const { user } = await ownUser(app, res);
    await access.sessions.end(user, { id: id.parse(req.params.id) });
    res.status(204).end();
  });

  return router;
}

/** The user of the session as stored now. @throws AppError FORBIDDEN for tokens, which are nobody's account */
export async function ownUser(
  { store }: App,
  res: Response,
): Promise<{ readonly user: User; readonly session: SessionRow }> {
  const { session, userId } = authorityOf(res);
  if (!session || userId === null)
    throw new AppError('FORBIDDEN', 'This is for people who are logged in, not for tokens.');
  return { user: await existingUser(store, userId), session };
}

/** A new session for this browser; the one that it had ends, so that nobody can plant one. */
export async function beginSession(
  app: App,
  req: Request,
  res: Response,
  user: User,
  via: SessionRow['via'],
): Promise<void> {
  const { access, config, store } = app;
  const earlier = sessionCookie(req);
  const found = earlier === null ? null : await access.sessions.find(earlier, false);
  if (found) await store.access.sessions.remove(found.session.id);
  const { secret } = await access.sessions.begin(user, via, originOf(req));
  setSessionCookie(req, res, config.publicUrl, secret);
  res.locals.authority = await access.bySession(secret, false);
  res.locals.csrfToken = csrfToken(secret);
}

export async function sessionView({ access, store }: App, res: Response): Promise<contract.SessionView> {
  const before = authorityOf(res);
  const { kind, actor, role, limited, duty, userId, session } = (await access.again(before)) ?? before;
  const user = userId === null ? null : await existingUser(store, userId);
  return {
    kind,
    actor,
    role,
    limited,
    duty,
    csrfToken: session ? expectedCsrfToken(res) : null,
    user: user && {
      id: user.id,
      name: user.name,
      scope: user.scope,
      hasPassword: user.passwordHash !== null,
      secondFactor: user.totpEnabled,
      recoveryCodes: await store.access.recoveryCodes.count(user.id),
    },
  };
}

export function originOf(req: Request): Origin {
  return { address: req.ip ?? 'unknown', agent: req.get('user-agent') ?? 'unknown' };
}

function sessionEntry({ id, via, address, agent, createdAt, usedAt }: SessionRow, currentId: number) {
  return { id, current: id === currentId, via, address, agent, createdAt, usedAt } satisfies contract.SessionEntry;
}
