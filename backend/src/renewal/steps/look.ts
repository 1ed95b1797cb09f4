import { type CertificateFacts, readCertificate, UnreadableCertificateError } from '../../domain/certificate.ts';
import { TransportError } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { TlsDialer, TlsEndpoint } from '../../plugins/tls.ts';
import type { ServedEndpoint } from '../facts.ts';

interface Looker {
  readonly dialer: TlsDialer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What an endpoint serves, with the certificate itself; null when there was no handshake. */
export interface Sight extends ServedEndpoint {
  readonly certificate: CertificateFacts | 'unreadable' | null;
}

/** Asks every endpoint, all at once, what it serves now. An endpoint that does not answer is an answer. */
export function sightsOf(endpoints: readonly TlsEndpoint[], ctx: Looker): Promise<readonly Sight[]> {
  return Promise.all(endpoints.map((endpoint) => lookAtOne(endpoint, ctx)));
}

/** `sightsOf`, as it is kept among the facts of a renewal. */
export async function lookAt(endpoints: readonly TlsEndpoint[], ctx: Looker): Promise<readonly ServedEndpoint[]> {
  return (await sightsOf(endpoints, ctx)).map(withoutCertificate);
}

export function withoutCertificate({ certificate: _, ...served }: Sight): ServedEndpoint {
  return served;
}

async function lookAtOne(endpoint: TlsEndpoint, { dialer, clock, signal }: Looker): Promise<Sight> {
  try {
    const { sha256, leafPem } = await dialer.served(endpoint, signal);
    const certificate = readable(leafPem);
    const notAfter = certificate === 'unreadable' ? null : certificate.notAfter;
    return { endpoint, sha256, notAfter, detail: null, at: clock.now().toISOString(), certificate };
  } catch (err) {
    if (!(err instanceof TransportError)) throw err;
    const at = clock.now().toISOString();
    return { endpoint, sha256: null, notAfter: null, detail: err.message, at, certificate: null };
  }
}

function readable(pem: string): CertificateFacts | 'unreadable' {
  try {
    return readCertificate(pem);
  } catch (err) {
    if (err instanceof UnreadableCertificateError) return 'unreadable';
    throw err;
  }
}

export function allServe(served: readonly ServedEndpoint[], sha256: string): boolean {
  return served.length > 0 && served.every((one) => one.sha256 === sha256);
}

/** `cucm-pub.example.com:8443` */
export function nameOf({ host, port, serverName }: TlsEndpoint): string {
  return host === serverName ? `${host}:${port}` : `${serverName} (${host}:${port})`;
}

/** One line per endpoint, for people: what it serves instead of the wanted certificate. */
export function describeServed(served: readonly ServedEndpoint[], wanted: string, before: string | null): string {
  return served.map((one) => `${nameOf(one.endpoint)} ${whatItServes(one, wanted, before)}`).join('; ');
}

function whatItServes({ sha256, notAfter, detail }: ServedEndpoint, wanted: string, before: string | null): string {
  if (sha256 === null) return `does not answer (${detail})`;
  const until = `${shortFingerprint(sha256)}, valid until ${notAfter?.slice(0, 10)}`;
  if (sha256 === wanted) return `serves the new certificate (${until})`;
  if (before === null) return `serves ${until}`;
  return sha256 === before ? `still serves the old certificate (${until})` : `serves a third certificate (${until})`;
}

/** The first eight bytes, as people compare them. */
export function shortFingerprint(sha256: string): string {
  return (sha256.slice(0, 16).match(/../g) ?? []).join(':').toUpperCase();
}
