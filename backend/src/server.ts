import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createHttpApp } from './api/router.ts';
import type { App } from './app.ts';
import { AppError } from './domain/errors.ts';
import type { Secret } from './domain/secret.ts';

const FRONTEND = fileURLToPath(new URL('../../frontend/dist', import.meta.url));

export interface Listening extends AsyncDisposable {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
}

/** @throws AppError INVALID_SETTINGS when the address cannot be listened on. */
export async function listen(app: App, accessToken: Secret): Promise<Listening> {
  const { host, port } = app.config;
  const server = createServer(createHttpApp({ app, accessToken, frontendDir: FRONTEND }));
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'INVALID_SETTINGS',
      `Cannot listen on ${host} port ${port}: ${why}. Set CERTFERRY_HOST and CERTFERRY_PORT.`,
      { cause },
    );
  }
  return { url: urlOf(server, host), [Symbol.asyncDispose]: () => close(server) };
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Streams stay open for ever by themselves: they are cut, and their readers come back with their cursor. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
