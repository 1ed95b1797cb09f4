import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isChallenge } from '../http01/answer.ts';
import type { TlsIdentities } from './tls-identities.ts';

/** Milliseconds. A client that takes longer to say what it wants is let go; making an answer may take any time. */
const HEADERS_MS = 20_000;
const FIRST_BYTE_MS = 20_000;

export interface WebLimits {
  /** Milliseconds for the whole of a request, its body too. */
  readonly requestMs: number;
  /** Milliseconds: how often it is looked whether a request took longer. */
  readonly lookEveryMs: number;
  /** Milliseconds in which a client takes nothing of an answer that waits for it, or says nothing, before it is let go. */
  readonly idleMs: number;
  /** Further connections are closed at once. */
  readonly connections: number;
}

const LIMITS: WebLimits = { requestMs: 60_000, lookEveryMs: 5_000, idleMs: 60_000, connections: 1_000 };

/** The first byte of a TLS record that begins a handshake (RFC 8446, section 5.1). */
const HANDSHAKE = 0x16;

export interface WebServer {
  /** What is listened with. */
  readonly front: NetServer;
  close(): Promise<void>;
}

/** HTTP, or HTTPS on whose port plain HTTP is told where to go. */
export function createWebServer(
  handle: RequestListener,
  tls: TlsIdentities | null,
  given: Partial<WebLimits> = {},
): WebServer {
  const limits = { ...LIMITS, ...given };
  const looking = { connectionsCheckingInterval: limits.lookEveryMs };
  const prepared = <T extends Server>(server: T, listener: RequestListener) => prepare(server, listener, limits);
  if (!tls) {
    const server = prepared(createHttpServer(looking, handle), handle);
    server.maxConnections = limits.connections;
    return { front: server, close: () => closeAll(server, [server]) };
  }
  const secure = prepared(
    createHttpsServer(
      { ...looking, SNICallback: (name, done) => done(null, tls.contextFor(name)), minVersion: 'TLSv1.2' },
      handle,
    ),
    handle,
  );
  tls.follow((pem) => secure.setSecureContext({ key: pem, cert: pem, minVersion: 'TLSv1.2' }));
  const inClear: RequestListener = (req, res) => (isHealth(req) || isChallenge(req) ? handle : redirect)(req, res);
  const plain = prepared(createHttpServer(looking, inClear), inClear);
  const open = new Set<Socket>();
  const front = createNetServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    route(socket, (first) => {
      (first === HANDSHAKE ? secure : plain).emit('connection', socket);
    });
  });
  front.maxConnections = limits.connections;
  return {
    front,
    async close() {
      for (const socket of open) socket.destroy();
      await closeAll(front, [secure, plain]);
    },
  };
}

function prepare<T extends Server>(server: T, handle: RequestListener, { requestMs, idleMs }: WebLimits): T {
  server.headersTimeout = Math.min(HEADERS_MS, requestMs);
  server.requestTimeout = requestMs;
  letIdleGo(server, idleMs);
  // An expectation that nobody knows may be left aside (RFC 9110, section 10.1.1).
  server.on('checkExpectation', handle);
  server.on('clientError', refuseUnreadable);
  return server;
}

/**
 * Ends connections on which nothing moves, unless the next move is ours: an answer that is being made, or a stream that has nothing
 * to tell, may take any time, and a reader who takes nothing of what is sent may not.
 */
function letIdleGo(server: Server, idleMs: number): void {
  const answering = new WeakMap<Duplex, number>();
  const count = (socket: Duplex, change: number) => answering.set(socket, (answering.get(socket) ?? 0) + change);
  server.prependListener('request', ({ socket }, res) => {
    count(socket, 1);
    res.once('close', () => count(socket, -1));
  });
  server.setTimeout(idleMs, (socket) => {
    const isOurTurn = (answering.get(socket) ?? 0) > 0 && socket.writableLength === 0;
    if (isOurTurn) socket.setTimeout(idleMs);
    else socket.destroy();
  });
}

/** What came before there was a request to answer. */
function refuseUnreadable(err: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || err.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, title] = UNREADABLE[err.code ?? ''] ?? [400, 'Bad Request'];
  const detail = status === 408 ? TOO_SLOW : 'The request is not HTTP that can be read.';
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, code: 'BAD_REQUEST' });
  const head = `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nConnection: close\r\n`;
  socket.end(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
}

const TOO_SLOW = 'The request took too long to arrive as a whole.';

/** https://nodejs.org/docs/latest-v20.x/api/http.html#event-clienterror */
const UNREADABLE: Readonly<Record<string, readonly [number, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'Payload Too Large'],
};

/** Hands a connection on when its first byte is there, with that byte put back. */
function route(socket: Socket, to: (first: number) => void): void {
  socket.setTimeout(FIRST_BYTE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.once('readable', () => {
    const chunk: Buffer | null = socket.read();
    if (!chunk || chunk.length === 0) return void socket.destroy();
    socket.setTimeout(0);
    socket.unshift(chunk);
    to(chunk[0] ?? 0);
  });
}

/** Asked by programs on the same machine, which should need no certificate to ask. */
function isHealth({ url }: IncomingMessage): boolean {
  return url === '/healthz' || url === '/readyz';
}

/** Only what changes nothing is sent on: whoever has sent a password in clear should hear of it. */
const redirect: RequestListener = (req, res) => {
  const { host } = req.headers;
  if (host && (req.method === 'GET' || req.method === 'HEAD') && !req.url?.startsWith('/api/')) {
    res.writeHead(308, { location: `https://${host}${req.url ?? '/'}` }).end();
    return;
  }
  const detail = 'This port speaks HTTPS. Whatever the request held was sent in clear.';
  const problem = { type: 'about:blank', title: 'HTTPS needed', status: 400, detail, code: 'BAD_REQUEST' };
  res.writeHead(400, { 'content-type': 'application/problem+json', connection: 'close' }).end(JSON.stringify(problem));
};

async function closeAll(front: NetServer, servers: readonly Server[]): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    front.close(() => resolve());
  });
  for (const server of servers) {
    if (server !== front) server.close();
    // Streams stay open for ever by themselves: they are cut, and their readers come back with their cursor.
    server.closeAllConnections();
  }
  await closed;
}
