import { Router } from 'express';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import * as contract from './contract.ts';
import { whenGone } from './gone.ts';
import { lookAt } from './served.ts';

/** What an appliance shows to anybody: asked before there is a connection, so that a person can decide what to trust. */
export function appliancesRouter({ dialer, ssh }: App): Router {
  const router = Router();
  router.post('/look', async (req, res) => {
    const { host, apiPort, sshPort, serverName } = contract.lookRequest.parse(req.body);
    const gone = whenGone(res);
    const endpoint = { host, port: apiPort, serverName: serverName ?? host };
    const [tls, sshKey] = await Promise.all([
      lookAt(endpoint, dialer, gone),
      hostKey(() => ssh.hostKey({ host, port: sshPort }, gone)),
    ]);
    res.json({ tls, ssh: { port: sshPort, ...sshKey } } satisfies contract.LookView);
  });
  return router;
}

async function hostKey(ask: () => Promise<string>): Promise<Pick<contract.LookView['ssh'], 'fingerprint' | 'detail'>> {
  try {
    return { fingerprint: await ask(), detail: null };
  } catch (err) {
    if (!(err instanceof AppError)) throw err;
    return { fingerprint: null, detail: err.message };
  }
}
