import { once } from 'node:events';
import type { Server } from 'node:net';

/** Loopback only: this is a test CA. */
const LOOPBACK = '127.0.0.1';

/** Opens the server and returns its `host:port`. `port` 0 takes any free one. */
export async function listenOnLoopback(server: Server, port: number): Promise<string> {
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return `${LOOPBACK}:${address.port}`;
}

/** Ends open connections too. */
export async function close(server: Server & { closeAllConnections(): void }): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
