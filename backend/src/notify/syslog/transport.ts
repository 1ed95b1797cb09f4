import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AppError } from '../../domain/errors.ts';
import { Deadline } from '../../plugins/deadline.ts';
import { shakeHands } from '../../plugins/tls-dialer.ts';
import { transportFailure } from '../../plugins/transport-failure.ts';
import type { Trust } from '../../plugins/trust.ts';

export interface SyslogServer {
  readonly host: string;
  readonly port: number;
}

const PATIENCE_MS = 10_000;
/** For the peer to close its side. */
const LINGER_MS = 2_000;

/** RFC 5426: one record, one datagram. */
export async function sendDatagram({ host, port }: SyslogServer, record: Buffer, signal: AbortSignal): Promise<void> {
  await guarded({ host, port }, signal, async () => {
    const { address, family } = await lookup(host);
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.send(record, port, address, (error) => (error ? reject(error) : resolve()));
      });
    } finally {
      socket.close();
    }
  });
}

/** RFC 6587, section 3.4.1 and RFC 5425, section 4.3: the length in octets, a space, the record. */
export async function sendOverStream(
  server: SyslogServer,
  record: Buffer,
  trust: Trust | null,
  signal: AbortSignal,
): Promise<void> {
  await guarded(server, signal, async (deadline) => {
    const socket = await dial(server, trust, deadline);
    await closing(socket, deadline, async () => {
      socket.end(Buffer.concat([Buffer.from(`${record.length} `), record]));
      await once(socket, 'finish', { signal: deadline });
    });
  });
}

/** Connects, and sends nothing. */
export async function probe(server: SyslogServer, trust: Trust | null, signal: AbortSignal): Promise<void> {
  await guarded(server, signal, async (deadline) => {
    const socket = await dial(server, trust, deadline);
    await closing(socket, deadline, async () => {
      socket.end();
      await once(socket, 'finish', { signal: deadline });
    });
  });
}

async function dial({ host, port }: SyslogServer, trust: Trust | null, signal: AbortSignal): Promise<Socket> {
  if (trust?.mode === 'pin') return await dialPinned({ host, port }, trust.sha256, signal);
  const ready = trust === null ? 'connect' : 'secureConnect';
  const socket =
    trust === null
      ? connect({ host, port })
      : connectTls({
          host,
          port,
          minVersion: 'TLSv1.2',
          rejectUnauthorized: true,
          ...(isIP(host) ? {} : { servername: host }),
          ...(trust.mode === 'bundle' ? { ca: trust.caPem, allowPartialTrustChain: true } : {}),
        });
  try {
    await once(socket, ready, { signal });
    return socket;
  } catch (cause) {
    socket.on('error', () => {});
    socket.destroy();
    throw cause;
  }
}

async function dialPinned({ host, port }: SyslogServer, pins: readonly string[], signal: AbortSignal): Promise<Socket> {
  const { socket, served } = await shakeHands({ host, port, serverName: host }, { timeoutMs: PATIENCE_MS, signal });
  if (pins.includes(served.sha256)) return socket;
  socket.destroy();
  throw new AppError(
    'NOTIFIER_NOT_TRUSTED',
    `${host}:${port} shows the certificate with SHA-256 ${served.sha256}, but pinned is ${pins.join(' or ')}.`,
  );
}

/**
 * Gives the peer the time to read to the end: what is destroyed at once may be lost on the way. A receiver that keeps its side open
 * has the record nevertheless.
 */
async function closing(socket: Socket, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  using linger = new Deadline(signal, LINGER_MS);
  try {
    const closed = once(socket, 'close', { signal: linger.signal });
    closed.catch(() => {});
    await work();
    socket.resume();
    await closed.catch((cause: unknown) => {
      if (signal.aborted || !linger.signal.aborted) throw cause;
    });
  } finally {
    socket.destroy();
  }
}

async function guarded(
  { host, port }: SyslogServer,
  signal: AbortSignal,
  work: (deadline: AbortSignal) => Promise<void>,
): Promise<void> {
  signal.throwIfAborted();
  using deadline = new Deadline(signal, PATIENCE_MS);
  try {
    await work(deadline.signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof AppError) throw cause;
    const failure = transportFailure(deadline.signal.aborted ? deadline.signal.reason : cause, `${host}:${port}`, true);
    const code = failure.kind === 'untrusted' ? 'NOTIFIER_NOT_TRUSTED' : 'NOTIFIER_UNREACHABLE';
    throw new AppError(code, `${failure.message}.`, { cause: failure });
  }
}
