import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, isIPv6 } from 'node:net';
import { type DecodedPacket, decode, encode, type Packet, RECURSION_DESIRED, streamEncode } from 'dns-packet';

export type QueryType = 'TXT' | 'CAA' | 'A' | 'AAAA';

const ATTEMPTS = 2;
const ATTEMPT_MS = 2_000;
const MAX_ALIASES = 8;

/** The resolver did not give a usable answer. */
export class DnsFailure extends Error {
  override readonly name = 'DnsFailure';
  /** `TIMEOUT`, or the response code such as `SERVFAIL`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Asks one recursive resolver: UDP first, TCP when the answer is cut short. */
export class DnsClient {
  readonly #host: string;
  readonly #port: number;

  /** `server`: `ip:port`, an IPv6 address in brackets */
  constructor(server: string) {
    const { hostname, port } = new URL(`dns://${server}`);
    this.#host = hostname.replace(/^\[|\]$/g, '');
    this.#port = Number(port || 53);
  }

  /**
   * The records of that type, through any CNAME. Empty when the name has none.
   *
   * @throws DnsFailure also for names that do not exist (NXDOMAIN)
   */
  async records(name: string, type: QueryType, signal: AbortSignal): Promise<readonly RecordOf[]> {
    let target = name;
    for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
      const answers = await this.#answers(target, type, signal);
      const wanted = answers.filter((answer) => answer.type === type);
      const alias = answers.findLast((answer) => answer.type === 'CNAME');
      if (wanted.length > 0 || alias === undefined || typeof alias.data !== 'string') return wanted;
      target = alias.data;
    }
    throw new DnsFailure('LOOP', `too many aliases looking up ${type} for ${name}`);
  }

  async #answers(name: string, type: QueryType, signal: AbortSignal): Promise<readonly RecordOf[]> {
    const query = queryFor(name, type);
    const short = await this.#overUdp(query, name, signal);
    const reply = short.flag_tc ? await this.#overTcp(query, name, signal) : short;
    // @types/dns-packet leaves out `rcode`, which decode() sets.
    const { rcode = 'NOERROR' } = reply as DecodedPacket & { rcode?: string };
    if (rcode !== 'NOERROR') throw new DnsFailure(rcode, `${rcode} looking up ${type} for ${name}`);
    return reply.answers ?? [];
  }

  async #overUdp(query: Packet, name: string, signal: AbortSignal): Promise<DecodedPacket> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const reply = await this.#exchange(query, signal);
      if (reply !== null) return reply;
    }
    throw new DnsFailure('TIMEOUT', `query timed out looking up ${name}`);
  }

  /** Null when nothing came in time, or the port is closed. */
  async #exchange(query: Packet, signal: AbortSignal): Promise<DecodedPacket | null> {
    const socket = createSocket(isIPv6(this.#host) ? 'udp6' : 'udp4');
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]);
    try {
      socket.connect(this.#port, this.#host);
      await once(socket, 'connect', { signal: limit });
      const received = once(socket, 'message', { signal: limit });
      socket.send(encode(query));
      const [message] = await received;
      const reply = decode(message);
      return reply.id === query.id ? reply : null;
    } catch {
      signal.throwIfAborted();
      return null;
    } finally {
      socket.close();
    }
  }

  async #overTcp(query: Packet, name: string, signal: AbortSignal): Promise<DecodedPacket> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]);
    const socket = connect({ host: this.#host, port: this.#port, signal: limit });
    try {
      socket.write(streamEncode(query));
      return decode(await framed(socket));
    } catch (cause) {
      signal.throwIfAborted();
      throw new DnsFailure('TIMEOUT', `no answer over TCP looking up ${name}: ${cause}`);
    } finally {
      socket.destroy();
    }
  }
}

export interface RecordOf {
  readonly type: string;
  readonly data?: unknown;
}

function queryFor(name: string, type: QueryType): Packet {
  return {
    type: 'query',
    id: randomInt(0x1_0000),
    flags: RECURSION_DESIRED,
    questions: [{ type, name, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  };
}

/** One message with the two-byte length in front of it (RFC 1035 section 4.2.2). */
async function framed(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  let received = Buffer.alloc(0);
  for await (const chunk of stream) {
    received = Buffer.concat([received, chunk]);
    const length = received.length < 2 ? Number.POSITIVE_INFINITY : received.readUInt16BE(0);
    if (received.length >= length + 2) return received.subarray(2, length + 2);
  }
  throw new Error('the connection was closed before the whole answer had come');
}
