import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createHttpApp } from './api/router.ts';
import type { App } from './app.ts';
import { AppError } from './domain/errors.ts';
import type { Secret } from './domain/secret.ts';
import { type ChallengeListener, listenForChallenges } from './http01/challenge-listener.ts';
import { localUrl } from './transport/daemon-address.ts';
import { createWebServer, type WebLimits } from './transport/web-server.ts';

const FRONTEND = fileURLToPath(new URL('../../frontend/dist', import.meta.url));

export interface Listening extends AsyncDisposable {
  /** `https://127.0.0.1:8080`, for this machine. */
  readonly url: string;
  /** Where only the questions of CAs are answered; null: nowhere. */
  readonly challengePort: number | null;
}

/** @throws AppError INVALID_SETTINGS when the address cannot be listened on. */
export async function listen(app: App, accessToken: Secret, limits?: Partial<WebLimits>): Promise<Listening> {
  const { config, tls } = app;
  const { host } = config;
  const { front, close } = createWebServer(createHttpApp({ app, accessToken, frontendDir: FRONTEND }), tls, limits);
  const port = await listenOn(front, config);
  const challenges = await challengeListener(app).catch(async (err: unknown) => {
    await close();
    throw err;
  });
  if (tls) tls.address = { host, port };
  return {
    url: localUrl({ host, port, https: tls !== null }),
    challengePort: challenges?.port ?? null,
    async [Symbol.asyncDispose]() {
      await Promise.all([challenges?.[Symbol.asyncDispose](), close()]);
    },
  };
}

async function challengeListener({ board, config: { http01 } }: App): Promise<ChallengeListener | null> {
  const { host, port } = http01;
  return port === null ? null : await listenForChallenges(board, { host, port });
}

async function listenOn(server: Server, { host, port }: App['config']): Promise<number> {
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
  return (server.address() as AddressInfo).port;
}
