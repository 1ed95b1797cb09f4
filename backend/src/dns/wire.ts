import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect, isIP, isIPv6 } from 'node:net';
import type { Endpoint } from './endpoint.ts';
import { DnsTransportError, timedOut, transportError } from './transport-error.ts';

/**
 * Carries one DNS message to one server and brings back the reply. Knows bytes, not their meaning.
 */
export interface ExchangeOptions {
  /** `udp` changes to TCP by itself when the reply is truncated (RFC 7766, section 5). */
  readonly transport: 'udp' | 'tcp';
  /** Milliseconds for each transport tried. */
  readonly timeoutMs: number;
  /** Says whether a reply with the right id belongs to the request. What it refuses, or throws at, is passed over. */
  readonly accepts?: (reply: Buffer) => boolean;
}

export interface Exchanged {
  readonly reply: Buffer;
  readonly transport: 'udp' | 'tcp';
  /** Milliseconds from sending to the reply, both transports together. */
  readonly latencyMs: number;
}

/**
 * A request whose id is in its first two octets, as in every DNS message.
 *
 * @throws DnsTransportError, or the signal's reason.
 */
export async function exchange(
  server: Endpoint,
  message: Buffer,
  options: ExchangeOptions,
  signal: AbortSignal,
): Promise<Exchanged> {
  signal.throwIfAborted();
  const target = { address: await addressOf(server), port: server.port };
  const started = performance.now();
  let { transport } = options;
  let reply = await TRANSPORTS[transport](target, message, options, signal);
  if (transport === 'udp' && isTruncated(reply)) {
    transport = 'tcp';
    reply = await TRANSPORTS.tcp(target, message, options, signal);
  }
  return { reply, transport, latencyMs: Math.round(performance.now() - started) };
}

const HEADER_LENGTH = 12;
const TRANSPORTS = { udp: exchangeUdp, tcp: exchangeTcp } as const;

async function addressOf({ address }: Endpoint): Promise<string> {
  if (isIP(address.replace(/%.*$/, ''))) return address;
  try {
    return (await lookup(address)).address;
  } catch (cause) {
    throw new DnsTransportError('name', `the host name ${address} has no address`, { cause });
  }
}

/** The socket is connected, so that the kernel passes on only what comes from this server, and its ICMP errors. */
function exchangeUdp(server: Endpoint, message: Buffer, options: ExchangeOptions, signal: AbortSignal) {
  return limited<Buffer>(options.timeoutMs, signal, (outcome) => {
    const socket = createSocket(isIPv6(server.address.replace(/%.*$/, '')) ? 'udp6' : 'udp4');
    const send = () => socket.send(message);
    // One datagram lost on the way must not look like a dead server.
    const again = setTimeout(send, options.timeoutMs / 2);
    socket.on('error', outcome.reject);
    socket.on('connect', send);
    socket.on('message', (reply) => {
      // Some servers cut a reply in the middle of a record; it is asked for again over TCP, so it need not be readable.
      const accepts = isTruncated(reply) ? undefined : options.accepts;
      if (belongs(reply, message, accepts)) outcome.resolve(reply);
      else outcome.passOver();
    });
    socket.connect(server.port, server.address);
    return () => {
      clearTimeout(again);
      socket.close();
    };
  });
}

function exchangeTcp(server: Endpoint, message: Buffer, options: ExchangeOptions, signal: AbortSignal) {
  return limited<Buffer>(options.timeoutMs, signal, (outcome) => {
    let received: Buffer = Buffer.alloc(0);
    const socket = connect(server.port, server.address);
    socket.on('error', outcome.reject);
    socket.on('close', () =>
      outcome.reject(new DnsTransportError('other', 'the connection was closed without an answer')),
    );
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let reply = framed(received); reply; reply = framed(received)) {
        received = received.subarray(reply.length + 2);
        if (belongs(reply, message, options.accepts)) outcome.resolve(reply);
        else outcome.passOver();
      }
    });
    socket.write(Buffer.concat([u16(message.length), message]));
    return () => socket.destroy();
  });
}

interface Outcome<T> {
  resolve(value: T): void;
  reject(cause: Error): void;
  /** Counts a reply that did not belong to the request. */
  passOver(): void;
}

/** Settles once, closes what `open` opened, and turns the limit, the signal and socket errors into rejections. */
function limited<T>(timeoutMs: number, signal: AbortSignal, open: (outcome: Outcome<T>) => () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let passedOver = 0;
    let settled = false;
    const settle = (report: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      close();
      report();
    };
    const aborted = () => settle(() => reject(signal.reason));
    const timer = setTimeout(() => settle(() => reject(timedOut(timeoutMs, passedOver))), timeoutMs);
    signal.addEventListener('abort', aborted, { once: true });
    const close = open({
      resolve: (value) => settle(() => resolve(value)),
      reject: (cause) => settle(() => reject(transportError(cause))),
      passOver: () => {
        passedOver += 1;
      },
    });
  });
}

function belongs(reply: Buffer, message: Buffer, accepts: ExchangeOptions['accepts']): boolean {
  const isReply = reply.length >= HEADER_LENGTH && (reply.readUInt8(2) & 0x80) !== 0;
  if (!isReply || reply.readUInt16BE(0) !== message.readUInt16BE(0)) return false;
  try {
    return accepts?.(reply) ?? true;
  } catch {
    return false;
  }
}

function isTruncated(reply: Buffer): boolean {
  return reply.length >= HEADER_LENGTH && (reply.readUInt8(2) & 0x02) !== 0;
}

/** The first whole message of a TCP stream, or null. */
function framed(received: Buffer): Buffer | null {
  if (received.length < 2) return null;
  const length = received.readUInt16BE(0);
  return received.length < length + 2 ? null : received.subarray(2, length + 2);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
