import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../domain/errors.ts';
import { answerChallenges } from './answer.ts';
import type { TokenBoard } from './token-board.ts';

/** Milliseconds. A CA sends one short request and goes. */
const REQUEST_MS = 10_000;
const MOST_CONNECTIONS = 200;

export interface ChallengeListener extends AsyncDisposable {
  readonly port: number;
}

/**
 * Listens for the questions of CAs and answers nothing else. `host` null: at every address of this machine.
 *
 * @throws AppError INVALID_SETTINGS when the address cannot be listened on.
 */
export async function listenForChallenges(
  board: TokenBoard,
  { host, port }: { readonly host: string | null; readonly port: number },
): Promise<ChallengeListener> {
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, answerChallenges(board));
  server.maxConnections = MOST_CONNECTIONS;
  server.keepAliveTimeout = 1_000;
  server.listen(port, host ?? undefined);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new AppError('INVALID_SETTINGS', refusal(host, port, cause), { cause });
  }
  // Of a server that listens on a TCP port.
  const address = server.address() as AddressInfo;
  const away = board.answersAt(`${host ?? 'every address'}, port ${address.port}`);
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      away();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function refusal(host: string | null, port: number, cause: unknown): string {
  const why = cause instanceof Error ? cause.message : String(cause);
  const where = host === null ? `port ${port}` : `${host} port ${port}`;
  const advice =
    cause instanceof Error && 'code' in cause && cause.code === 'EACCES'
      ? 'Give the process the capability CAP_NET_BIND_SERVICE, or set CERTFERRY_HTTP01_PORT to a port above 1023 and forward port 80 to it.'
      : 'Set CERTFERRY_HTTP01_HOST and CERTFERRY_HTTP01_PORT, or end what listens there.';
  return `Cannot listen for HTTP challenges on ${where}: ${why}. ${advice}`;
}
