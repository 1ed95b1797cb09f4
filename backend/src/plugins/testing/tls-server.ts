import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';

/** A listener on loopback that counts what reaches it. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** TCP connections accepted. */
  connections: number;
  /** Everything that clients sent inside TLS (or on the plain socket). */
  received: string;
  /** Server names that clients asked for; null when they named none. */
  readonly serverNames: (string | null)[];
}

export interface TlsIdentity {
  readonly certPem: string;
  readonly keyPem: string;
}

/** Serves TLS with the `identity` of the moment; `answer` gets each socket with what was received on it so far. */
export async function startTlsServer(
  identity: () => TlsIdentity,
  answer: (socket: TLSSocket, received: string) => void = () => {},
): Promise<Listener> {
  const server = createTlsServer();
  server.prependListener('connection', () => {
    const { certPem, keyPem } = identity();
    server.setSecureContext({ cert: certPem, key: keyPem });
  });
  return await listening<TLSSocket>(server, 'secureConnection', (socket, listener) => {
    listener.serverNames.push(serverNameOf(socket));
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('utf8');
      listener.received += chunk.toString('utf8');
      answer(socket, received);
    });
  });
}

/** Accepts TCP and leaves the rest to `accept`. */
export async function startTcpServer(accept: (socket: Socket) => void = () => {}): Promise<Listener> {
  return await listening<Socket>(createServer(), 'connection', (socket, listener) => {
    socket.on('data', (chunk: Buffer) => {
      listener.received += chunk.toString('latin1');
    });
    accept(socket);
  });
}

/** A complete HTTP/1.1 answer. */
export function httpAnswer(status: number, body: string, headers: readonly string[] = []): string {
  const lines = [`HTTP/1.1 ${status} X`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers, '', body];
  return lines.join('\r\n');
}

/** `servername` is false when the client sent none; the types of @types/node 20 do not have it. */
function serverNameOf(socket: TLSSocket): string | null {
  return 'servername' in socket && typeof socket.servername === 'string' ? socket.servername : null;
}

interface NetServer {
  listen(port: number, host: string): unknown;
  address(): AddressInfo | string | null;
  close(done: () => void): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: the events of net and tls servers differ only in their sockets
  on(event: string, listener: (socket: any) => void): unknown;
}

async function listening<S extends Socket>(
  server: NetServer & NodeJS.EventEmitter,
  event: string,
  opened: (socket: S, listener: Listener) => void,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const listener: Listener = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    received: '',
    serverNames: [],
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
  server.on('connection', (socket: Socket) => {
    listener.connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on(event, (socket: S) => {
    socket.on('error', () => {});
    opened(socket, listener);
  });
  return listener;
}
