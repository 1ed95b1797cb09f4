import { Router } from 'express';
import type { App } from '../app.ts';
import { existing } from '../connections.ts';
import { AppError } from '../domain/errors.ts';
import { type ApplianceAnswerView, applianceQuestion } from './contract/accounts.ts';
import * as contract from './contract.ts';
import { whenGone } from './gone.ts';
import { needs } from './guard.ts';
import { certificateView, lookAt } from './served.ts';

/** What an appliance shows to anybody: asked before there is a connection, so that a person can decide what to trust. */
export function appliancesRouter({ store, trials, dialer, ssh }: App): Router {
  const router = Router();
  router.post('/look', needs('operator'), async (req, res) => {
    const { host, apiPort, sshPort, serverName } = contract.lookRequest.parse(req.body);
    const gone = whenGone(res);
    const endpoint = { host, port: apiPort, serverName: serverName ?? host };
    const [tls, sshKey] = await Promise.all([
      lookAt(endpoint, dialer, gone),
      hostKey(() => ssh.hostKey({ host, port: sshPort }, gone)),
    ]);
    res.json({ tls, ssh: { port: sshPort, ...sshKey } } satisfies contract.LookView);
  });

  router.post('/ask', needs('admin'), async (req, res) => {
    const { appliance, slot, connectionId } = applianceQuestion.parse(req.body);
    const current = connectionId === undefined ? null : (await existing(store, connectionId)).appliance;
    const gone = whenGone(res);
    const { installed, pending, ...identity } = await trials.appliance(appliance, slot, current, gone);
    res.json({
      ...identity,
      installed: installed && certificateView(installed.pem),
      pending: withoutPem(pending),
    } satisfies ApplianceAnswerView);
  });
  return router;
}

function withoutPem<Facts extends { readonly pem: string }>(facts: Facts | null): Omit<Facts, 'pem'> | null {
  if (facts === null) return null;
  const { pem: _, ...rest } = facts;
  return rest;
}

async function hostKey(ask: () => Promise<string>): Promise<Pick<contract.LookView['ssh'], 'fingerprint' | 'detail'>> {
  try {
    return { fingerprint: await ask(), detail: null };
  } catch (err) {
    if (!(err instanceof AppError)) throw err;
    return { fingerprint: null, detail: err.message };
  }
}
