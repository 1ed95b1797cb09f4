import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { GatedPort } from './gated-port.ts';
import type { Identity } from './identities.ts';
import type { TlsPort } from './tls-ports.ts';

export interface ServedPortSettings {
  readonly row: TlsPort;
  readonly host: string;
  readonly port: number | undefined;
  readonly identity: Identity;
  /** What the web server answers. */
  readonly answer: RequestListener;
}

/** A TLS port, and the certificate that clients meet there. */
export class ServedPort {
  readonly row: TlsPort;
  readonly gate: GatedPort;
  readonly #current: { identity: Identity };

  private constructor(row: TlsPort, gate: GatedPort, current: { identity: Identity }) {
    this.row = row;
    this.gate = gate;
    this.#current = current;
  }

  static async open(settings: ServedPortSettings): Promise<ServedPort> {
    const { row, host, port, answer } = settings;
    const current = { identity: settings.identity };
    const gate = await GatedPort.open({ host, port, newServer: () => newServer(row, current.identity, answer) });
    return new ServedPort(row, gate, current);
  }

  /** While the port is closed, the last one that was served. */
  get served(): Identity {
    return this.#current.identity;
  }

  /** @throws AbortError when the signal fires first */
  async reopen(identity: Identity, signal: AbortSignal): Promise<void> {
    this.#current.identity = identity;
    await this.gate.reopen(signal);
  }
}

function newServer(row: TlsPort, identity: Identity, answer: RequestListener): Server {
  const chain = [identity.certificatePem, ...identity.issuers.map((issuer) => issuer.pem)];
  const options = { key: identity.keyPem, cert: chain.join('') };
  const server = row.isWeb ? createHttpsServer(options, answer) : createTlsServer(options, (socket) => socket.resume());
  // Clients that hang up, or that only look at the certificate, are nobody's fault.
  server.on('tlsClientError', () => undefined);
  if (!row.isWeb) server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  return server;
}
