import { Router } from 'express';
import { readPolicy, writePolicy } from '../access/policy.ts';
import { readSso, writeSso } from '../access/sso-settings.ts';
import type { App } from '../app.ts';
import * as contract from './contract/access.ts';
import { authorityOf, needs } from './guard.ts';
import { redirectUri } from './single-sign-on.ts';

/** What administrators demand of logins, and where single sign-on leads. */
export function accessSettingsRouter({ access, store, config }: App): Router {
  const router = Router();

  router.get('/policy', needs('admin'), async (_req, res) => {
    res.json(await readPolicy(store));
  });

  router.put('/policy', needs('admin'), async (req, res) => {
    await writePolicy(store, contract.accessPolicy.parse(req.body), authorityOf(res).actor);
    res.json(await readPolicy(store));
  });

  router.get('/sso', needs('admin'), async (req, res) => {
    const sso = await readSso(store);
    res.json({
      settings: sso?.settings ?? null,
      clientSecretSet: sso !== null && sso.clientSecret !== null,
      redirectUri: redirectUri(req, config.publicUrl),
    } satisfies contract.SsoView);
  });

  router.put('/sso', needs('admin'), async (req, res) => {
    const { settings, clientSecret } = contract.ssoInput.parse(req.body);
    await writeSso(store, settings, clientSecret ?? null, authorityOf(res).actor);
    res.status(204).end();
  });

  router.delete('/sso', needs('admin'), async (_req, res) => {
    await writeSso(store, null, null, authorityOf(res).actor);
    res.status(204).end();
  });

  router.post('/sso/test', needs('admin'), async (req, res) => {
    const { settings, clientSecret } = contract.ssoInput.parse(req.body);
    res.json((await access.sso.test({ settings, clientSecret: clientSecret ?? null })) satisfies contract.SsoTestView);
  });

  return router;
}
