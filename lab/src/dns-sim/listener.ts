import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

type Transport = 'udp' | 'tcp';

/** The answer to one message; null to stay silent. */
export type Answerer = (message: Buffer, transport: Transport) => Promise<Buffer | null>;

const BIND_ATTEMPTS = 50;

/** One name server's UDP and TCP sockets, on the same port. */
export class Listener implements AsyncDisposable {
  /** `127.0.0.1:40053` */
  readonly address: string;
  readonly #pair: SocketPair;
  readonly #connections = new Set<Socket>();
  #isOpen = true;

  /** `host` is an IPv4 address; the port is any that is free for both. */
  static async open(host: string, answer: Answerer): Promise<Listener> {
    return new Listener(await bindPair(host), host, answer);
  }

  private constructor(pair: SocketPair, host: string, answer: Answerer) {
    this.#pair = pair;
    this.address = `${host}:${pair.port}`;
    pair.udp.on('message', async (message, peer) => {
      const reply = await answer(message, 'udp');
      if (reply !== null && this.#isOpen) pair.udp.send(reply, peer.port, peer.address, ignoreLoss);
    });
    pair.tcp.on('connection', (socket) => this.#serve(socket, answer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const socket of this.#connections) socket.destroy();
    await closePair(this.#pair);
  }

  #serve(socket: Socket, answer: Answerer): void {
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket));
    // A client that hangs up in the middle is no event here; 'close' follows.
    socket.on('error', () => socket.destroy());
    onFrames(socket, async (message) => {
      const reply = await answer(message, 'tcp');
      if (reply !== null && socket.writable) socket.write(frame(reply));
    });
  }
}

interface SocketPair {
  readonly udp: UdpSocket;
  readonly tcp: Server;
  readonly port: number;
}

/** TCP takes a free port; when UDP cannot have the same one, both try again with the next. */
async function bindPair(host: string): Promise<SocketPair> {
  let failure: unknown;
  for (let attempt = 0; attempt < BIND_ATTEMPTS; attempt++) {
    const tcp = createServer();
    const udp = createSocket('udp4');
    try {
      tcp.listen(0, host);
      await once(tcp, 'listening');
      const port = portOf(tcp);
      udp.bind(port, host);
      await once(udp, 'listening');
      return { udp, tcp, port };
    } catch (error) {
      failure = error;
      if (tcp.listening) await closeTcp(tcp);
      udp.close();
    }
  }
  throw new Error(`No port on ${host} is free for both UDP and TCP`, { cause: failure });
}

/** Datagrams may be lost; the client asks again. */
function ignoreLoss(): void {}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port');
  return address.port;
}

async function closePair({ udp, tcp }: SocketPair): Promise<void> {
  await Promise.all([new Promise<void>((resolve) => udp.close(() => resolve())), closeTcp(tcp)]);
}

function closeTcp(tcp: Server): Promise<void> {
  return new Promise((resolve) => tcp.close(() => resolve()));
}

/** Messages over TCP are preceded by their length in two bytes (RFC 1035, section 4.2.2). */
function onFrames(socket: Socket, receive: (message: Buffer) => Promise<void>): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      void receive(pending.subarray(2, end));
      pending = pending.subarray(end);
    }
  });
}

function frame(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
