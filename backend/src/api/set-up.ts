import { Router } from 'express';
import type { App } from '../app.ts';
import * as contract from './contract/access.ts';
import { needs } from './guard.ts';
import { loginLimit } from './rate-limit.ts';
import { beginSession, sessionView } from './session.ts';

/** The first administrator, who is logged in at once. */
export function setUpRouter(app: App): Router {
  const router = Router();
  router.post('/', needs('anyone'), loginLimit(app), async (req, res) => {
    const { token, user: name, password } = contract.setUpRequest.parse(req.body);
    const user = await app.access.setUp.createAdministrator(token, name, password);
    await beginSession(app, req, res, user, 'password');
    res.status(201).json(await sessionView(app, res));
  });
  return router;
}
