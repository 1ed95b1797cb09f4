import type { Request, Response } from 'express';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { authorityOf } from './guard.ts';
import { originOf, ownUser } from './session.ts';

/** What somebody without a password has as a proof: that the single sign-on took place within this time. */
const FRESH_MS = 10 * 60_000;

export interface Proof {
  readonly password?: Secret | undefined;
  readonly code?: string | undefined;
}

/**
 * Has whoever asks prove again that they are the person, and not a thief of the session: by password and second factor, or by a
 * single sign-on a moment ago. The operator of the machine, who can read the master key, needs no proof.
 *
 * @throws AppError FORBIDDEN for API tokens, and for a single sign-on that is too long ago; BAD_REQUEST without a password;
 *   LOGIN_FAILED, SECOND_FACTOR_NEEDED, TOO_MANY_ATTEMPTS
 */
export async function proveAgain(app: App, req: Request, res: Response, { password, code }: Proof): Promise<void> {
  const { kind } = authorityOf(res);
  if (kind === 'local') return;
  if (kind === 'token')
    throw new AppError(
      'FORBIDDEN',
      'Stored secrets are not given to API tokens. Log in, or run the command on the machine of the daemon.',
    );
  const { user, session } = await ownUser(app, res);
  if (user.passwordHash === null) {
    const age = app.clock.now().getTime() - Date.parse(session.createdAt);
    if (session.via === 'sso' && age <= FRESH_MS) return;
    throw new AppError('FORBIDDEN', 'For this, log out and in again: your login has to be younger than 10 minutes.');
  }
  if (!password) throw new AppError('BAD_REQUEST', 'password: Give your password again.');
  await app.access.login.check({ name: user.name, password, code: code ?? null }, originOf(req).address);
}
