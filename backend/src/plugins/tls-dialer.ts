import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { derToPem } from '../domain/certificate.ts';
import { Deadline } from './deadline.ts';
import type { ServedCertificate, TlsDialer, TlsEndpoint } from './tls.ts';
import { transportFailure } from './transport-failure.ts';

const HANDSHAKE_MS = 10_000;

export interface TlsDialerOptions {
  /** Milliseconds for connection and handshake together. Default 10 000. */
  readonly timeoutMs?: number;
}

export function createTlsDialer({ timeoutMs = HANDSHAKE_MS }: TlsDialerOptions = {}): TlsDialer {
  return {
    async served(endpoint, signal) {
      const { socket, served } = await shakeHands(endpoint, { timeoutMs, signal });
      // Not `destroy`: the end of the handshake must still reach the peer, or it logs a failed one.
      socket.destroySoon();
      return served;
    },
  };
}

export interface Handshake {
  /** Open, and nothing was sent on it yet. Whoever gets it ends it. */
  readonly socket: TLSSocket;
  readonly served: ServedCertificate;
}

export interface HandshakeOptions {
  /** Milliseconds for connection and handshake together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly alpn?: readonly string[];
}

/**
 * Completes a handshake with whoever answers and sends nothing, so that the caller can look at the certificate
 * before it decides whether to send anything. Expired, self-signed and misnamed certificates are let through:
 * that is the state in which an appliance most needs us. Never resumes a session, because then no certificate is shown.
 *
 * @throws TransportError when there is no handshake; the signal's reason when the caller aborts.
 */
export async function shakeHands(endpoint: TlsEndpoint, options: HandshakeOptions): Promise<Handshake> {
  const { signal, timeoutMs, alpn } = options;
  signal.throwIfAborted();
  using deadline = new Deadline(signal, timeoutMs);
  const socket = connect({
    host: endpoint.host,
    port: endpoint.port,
    // An IP address is no server name (RFC 6066, section 3).
    ...(isIP(endpoint.serverName) ? {} : { servername: endpoint.serverName }),
    ...(alpn ? { ALPNProtocols: [...alpn] } : {}),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: false,
  });
  try {
    await secured(socket, deadline.signal);
    return { socket, served: servedBy(socket) };
  } catch (cause) {
    socket.destroy();
    signal.throwIfAborted();
    throw transportFailure(cause, `${endpoint.host}:${endpoint.port}`, false);
  }
}

function secured(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    // The listener stays: an error after the handshake must not end the process before the next owner listens.
    socket.on('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('Closed in the handshake.'), { code: 'ECONNRESET' })));
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', aborted);
      resolve();
    });
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
  });
}

function servedBy(socket: TLSSocket): ServedCertificate {
  const leaf = socket.getPeerX509Certificate();
  if (!leaf) throw new Error('No certificate was shown.');
  const chainPem: string[] = [];
  for (let cert: typeof leaf | undefined = leaf; cert; cert = cert.issuerCertificate) chainPem.push(derToPem(cert.raw));
  return {
    sha256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    leafPem: derToPem(leaf.raw),
    chainPem,
  };
}
