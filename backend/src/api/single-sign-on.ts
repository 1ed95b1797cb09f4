import { type Request, Router } from 'express';
import { type PendingLogin, pendingLogin } from '../access/sso.ts';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import { clearSsoCookie, ownOrigin, setSsoCookie, ssoCookie } from './cookies.ts';
import { needs } from './guard.ts';
import { loginLimit } from './rate-limit.ts';
import { beginSession, originOf } from './session.ts';

const CALLBACK = '/api/v1/session/oidc/callback';

/** Away to the provider and back. A person is looking at the browser, so failures lead to the login page, which tells them. */
export function singleSignOnRouter(app: App): Router {
  const { access, config, log, store } = app;
  const router = Router();
  const limit = loginLimit(app);

  router.get('/start', needs('anyone'), limit, async (req, res) => {
    res.set('cache-control', 'no-store');
    try {
      const { url, pending } = await access.sso.begin(redirectUri(req, config.publicUrl));
      setSsoCookie(req, res, config.publicUrl, Buffer.from(JSON.stringify(pending)).toString('base64url'));
      res.redirect(303, url.href);
    } catch (err) {
      const { code, message } = AppError.from(err);
      log.warn({ code, detail: message }, 'single sign-on could not begin');
      res.redirect(303, `/?refused=${code}`);
    }
  });

  router.get('/callback', needs('anyone'), limit, async (req, res) => {
    res.set('cache-control', 'no-store');
    const pending = readPending(ssoCookie(req));
    clearSsoCookie(req, res);
    try {
      if (!pending) throw new AppError('SINGLE_SIGN_ON_FAILED', 'No login was begun in this browser, or long ago.');
      const callback = new URL(redirectUri(req, config.publicUrl));
      callback.search = new URL(req.originalUrl, callback).search;
      await beginSession(app, req, res, await access.sso.finish(callback, pending), 'sso');
      res.redirect(303, '/');
    } catch (err) {
      const { code, message } = AppError.from(err);
      log.warn({ code, detail: message }, 'single sign-on refused');
      await store.events.append([{ type: 'access.login-failed', actor: null, address: originOf(req).address }]);
      res.redirect(303, `/?refused=${code}`);
    }
  });

  return router;
}

/** The address that the provider sends browsers back to. */
export function redirectUri(req: Request, publicUrl: string | null): string {
  return `${ownOrigin(req, publicUrl)}${CALLBACK}`;
}

function readPending(cookie: string | null): PendingLogin | null {
  if (cookie === null) return null;
  try {
    return pendingLogin.parse(JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}
