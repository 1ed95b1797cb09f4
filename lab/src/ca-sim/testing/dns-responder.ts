import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  streamDecode,
  streamEncode,
  TRUNCATED_RESPONSE,
} from 'dns-packet';

/** A name server with a handful of records, for tests of what a CA sees. UDP and TCP share one port. */
export class DnsResponder implements AsyncDisposable {
  readonly #udp: Socket = createSocket('udp4');
  readonly #tcp: Server = createServer();
  readonly #records = new Map<string, Answer[]>();
  readonly #rcodes = new Map<string, number>();
  /** UDP answers carry no records and say so. */
  truncates = false;
  address = '';

  static async start(): Promise<DnsResponder> {
    const responder = new DnsResponder();
    await responder.#listen();
    return responder;
  }

  addText(name: string, value: string): void {
    this.add({ type: 'TXT', name, ttl: 1, data: value });
  }

  add(record: Answer): void {
    this.#records.set(record.name, [...(this.#records.get(record.name) ?? []), record]);
  }

  removeText(name: string, value: string): void {
    const left = (this.#records.get(name) ?? []).filter((record) => record.type !== 'TXT' || record.data !== value);
    this.#records.set(name, left);
  }

  /** 2 is SERVFAIL, 3 NXDOMAIN, 5 REFUSED. */
  answerWith(name: string, rcode: number): void {
    this.#rcodes.set(name, rcode);
  }

  async #listen(): Promise<void> {
    this.#tcp.listen(0, '127.0.0.1');
    await once(this.#tcp, 'listening');
    const address = this.#tcp.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    this.#udp.bind(port, '127.0.0.1');
    await once(this.#udp, 'listening');
    this.address = `127.0.0.1:${port}`;
    this.#udp.on('message', (message, peer) => {
      const { flags = 0, ...reply } = this.#reply(message);
      const short = this.truncates ? { ...reply, answers: [], flags: flags | TRUNCATED_RESPONSE } : { ...reply, flags };
      this.#udp.send(encode(short), peer.port, peer.address);
    });
    this.#tcp.on('connection', (socket) => {
      socket.on('data', (message) => socket.end(streamEncode(this.#reply(encode(streamDecode(message))))));
    });
  }

  #reply(message: Buffer): Packet {
    const { id = 0, questions = [] } = decode(message);
    const { name = '', type = 'TXT' } = questions[0] ?? {};
    const here = this.#records.get(name.toLowerCase()) ?? [];
    const answers = here.filter((record) => record.type === type || record.type === 'CNAME');
    const flags = AUTHORITATIVE_ANSWER | (this.#rcodes.get(name.toLowerCase()) ?? 0);
    return { type: 'response', id, flags, questions, answers };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#udp.close();
    const closed = once(this.#tcp, 'close');
    this.#tcp.close();
    await closed;
  }
}
