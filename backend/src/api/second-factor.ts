import { Router } from 'express';
import { readPolicy } from '../access/policy.ts';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import * as contract from './contract/access.ts';
import { needs } from './guard.ts';
import { loginLimit } from './rate-limit.ts';
import { originOf, ownUser } from './session.ts';

/** One's own second factor. Whatever weakens it needs the password again. */
export function secondFactorRouter(app: App): Router {
  const { access, store } = app;
  const router = Router();
  const limit = loginLimit(app);

  router.post('/', needs('login'), limit, async (req, res) => {
    const { password } = contract.passwordRequest.parse(req.body);
    const { user } = await ownUser(app, res);
    await access.login.confirm(user, password, originOf(req).address);
    const enrolment: contract.EnrolmentView = await access.secondFactor.begin(user);
    res.status(201).set('cache-control', 'no-store').json(enrolment);
  });

  router.put('/', needs('login'), limit, async (req, res) => {
    const { code } = contract.codeRequest.parse(req.body);
    const { user } = await ownUser(app, res);
    const recoveryCodes = await access.secondFactor.confirm(user, code);
    res.set('cache-control', 'no-store').json({ recoveryCodes } satisfies contract.RecoveryCodesView);
  });

  router.delete('/', needs('login'), limit, async (req, res) => {
    const { password } = contract.passwordRequest.parse(req.body);
    const { user } = await ownUser(app, res);
    await access.login.confirm(user, password, originOf(req).address);
    const { secondFactorFor } = await readPolicy(store);
    if (secondFactorFor.includes(user.role))
      throw new AppError('FORBIDDEN', `The role ${user.role} needs a second factor here.`);
    await access.secondFactor.remove(user);
    res.status(204).end();
  });

  router.post('/recovery-codes', needs('login'), limit, async (req, res) => {
    const { password } = contract.passwordRequest.parse(req.body);
    const { user } = await ownUser(app, res);
    await access.login.confirm(user, password, originOf(req).address);
    if (!user.totpEnabled) throw new AppError('CONFLICT', 'Set up the second factor first.');
    const recoveryCodes = await access.secondFactor.newRecoveryCodes(user);
    res.set('cache-control', 'no-store').json({ recoveryCodes } satisfies contract.RecoveryCodesView);
  });

  return router;
}
