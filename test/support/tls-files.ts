import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createSecureContext, createServer } from 'node:tls';
import { makeTlsCertificate } from './x509.ts';

/** A TLS server on loopback whose certificate is chosen anew for each client. */
export interface TlsFiles extends AsyncDisposable {
  readonly port: number;
}

/** Serves what is in two files when a client comes. */
export function serveFiles(keyFile: string, certificateFile: string): Promise<TlsFiles> {
  return serveChosen(() => ({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }));
}

/** `choose` is asked for each name; null: the handshake fails. */
export async function serveChosen(
  choose: (name: string) => { readonly key: string | Buffer; readonly cert: string | Buffer } | null,
): Promise<TlsFiles> {
  const fallback = await makeTlsCertificate(['nobody.invalid']);
  const server = createServer({
    key: fallback.keyPem,
    cert: fallback.certificatePem,
    SNICallback(name, done) {
      try {
        const pair = choose(name);
        done(pair ? null : new Error(`Nothing for ${name}.`), pair ? createSecureContext(pair) : undefined);
      } catch (err) {
        done(err instanceof Error ? err : new Error(String(err)));
      }
    },
  });
  server.on('secureConnection', (socket) => socket.on('error', () => {}).end());
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
