import { once } from 'node:events';
import { connect } from 'node:tls';
import type { TlsEndpoint } from '../../backend/src/plugins/tls.ts';

/** One connection that stays open while the server is changed. */
export interface OpenConnection extends AsyncDisposable {
  /** The status line of another request over the same connection. @throws Error when it is gone */
  ask(): Promise<string>;
}

export async function openConnection({ host, port, serverName }: TlsEndpoint): Promise<OpenConnection> {
  const socket = connect({ host, port, servername: serverName, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return {
    async ask() {
      if (socket.destroyed || socket.readableEnded) throw new Error('The connection is gone.');
      const answered = once(socket, 'data', { signal: AbortSignal.timeout(10_000) });
      socket.write(`GET / HTTP/1.1\r\nHost: ${serverName}\r\n\r\n`);
      const [chunk] = await answered;
      return String(chunk).split('\r\n', 1)[0] ?? '';
    },
    async [Symbol.asyncDispose]() {
      if (socket.destroyed) return;
      const closed = once(socket, 'close');
      socket.destroy();
      await closed;
    },
  };
}
