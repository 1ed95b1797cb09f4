import { Router } from 'express';
import type { App } from '../app.ts';
import { existing } from '../connections.ts';
import { readCertificate } from '../domain/certificate.ts';
import { isPracticeIssuer } from '../issuers/acme/traits.ts';
import { TransportError } from '../plugins/http.ts';
import type { TlsDialer, TlsEndpoint } from '../plugins/tls.ts';
import * as contract from './contract.ts';
import { whenGone } from './gone.ts';
import { needs } from './guard.ts';

/** What clients meet now: every endpoint of a connection is dialled. Changes nothing and sends nothing. */
export function servedRouter(app: App): Router {
  const router = Router();
  router.get('/:id/served', needs('viewer'), async (req, res) => {
    const connection = await existing(app.store, contract.id.parse(req.params.id));
    const gone = whenGone(res);
    await using peers = await app.peersOf(connection);
    const endpoints = await peers.appliance.endpoints(connection.slot, gone);
    const views = await Promise.all(endpoints.map((endpoint) => lookAt(endpoint, app.dialer, gone)));
    const wanted = (await app.store.certificates.wanted([connection.id])).get(connection.id)?.sha256 ?? null;
    res.json({ wanted, endpoints: views } satisfies contract.ServedView);
  });
  return router;
}

/** An endpoint that does not answer is an answer. */
export async function lookAt(
  endpoint: TlsEndpoint,
  dialer: TlsDialer,
  signal: AbortSignal,
): Promise<contract.ServedEndpointView> {
  const at = new Date().toISOString();
  try {
    const { chainPem } = await dialer.served(endpoint, signal);
    const chain = chainPem.map(certificateView);
    return { endpoint, at, detail: null, certificate: chain[0] ?? null, chain: chain.slice(1) };
  } catch (err) {
    if (!(err instanceof TransportError)) throw err;
    return { endpoint, at, detail: err.message, certificate: null, chain: [] };
  }
}

export function certificateView(pem: string): contract.CertificateView {
  const { pem: _, ...facts } = readCertificate(pem);
  return { ...facts, practice: isPracticeIssuer(facts.issuer) };
}
