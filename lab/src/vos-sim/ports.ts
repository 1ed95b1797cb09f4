import { once } from 'node:events';
import type { Server } from 'node:net';
import { between, pause } from './chance.ts';

const TRIES = 50;
const WAIT_FOR_PORT_MS = 10_000;

/**
 * Below the range that operating systems take outgoing ports from (RFC 6335, section 6, and Linux's wider default): while a
 * restarting Tomcat has its port closed, no client can be given that port as its own, nor meet itself there.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Listens on `port`, or on a random free one. Returns the port. @throws when the port is taken. */
export async function listen(server: Server, host: string, port?: number): Promise<number> {
  if (port !== undefined) return await tryListen(server, host, port);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryListen(server, host, between(LOWEST, HIGHEST));
    } catch (error) {
      if (attempt >= TRIES || !isTaken(error)) throw error;
    }
  }
}

/** Listens again on a port that was just closed, and waits when somebody holds it for a moment. */
export async function listenAgain(server: Server, host: string, port: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + WAIT_FOR_PORT_MS;
  for (;;) {
    try {
      await tryListen(server, host, port);
      return;
    } catch (error) {
      if (!isTaken(error) || Date.now() > deadline) throw error;
      await pause(20, 50, signal);
    }
  }
}

async function tryListen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
