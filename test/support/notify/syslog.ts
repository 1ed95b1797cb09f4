import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsIdentity } from '../../../backend/src/plugins/testing/tls-server.ts';

export interface SyslogRecord {
  readonly facility: number;
  readonly severity: number;
  readonly at: string;
  readonly hostname: string;
  readonly appName: string;
  readonly processId: string;
  readonly messageId: string;
  /** Of the one element that certferry sends. */
  readonly data: Readonly<Record<string, string>>;
  readonly message: string;
}

export interface TestSyslog extends AsyncDisposable {
  readonly port: number;
  readonly records: readonly SyslogRecord[];
  /** Why something that came was not taken. */
  readonly errors: readonly string[];
}

/** A receiver that takes RFC 5424 and nothing else. */
export async function startSyslog(transport: 'udp' | 'tcp' | 'tls', identity?: TlsIdentity): Promise<TestSyslog> {
  const records: SyslogRecord[] = [];
  const errors: string[] = [];
  const take = (bytes: Buffer) => {
    const record = parseRecord(bytes.toString('utf8'));
    if (typeof record === 'string') errors.push(record);
    else records.push(record);
  };
  if (transport === 'udp') {
    const socket = createSocket('udp4', take);
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return {
      port: socket.address().port,
      records,
      errors,
      [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(() => resolve())),
    };
  }
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = takeFrames(Buffer.concat([rest, chunk]), take, (why) => errors.push(why));
    });
    socket.on('end', () => {
      if (rest.length > 0) errors.push(`${rest.length} bytes are no whole frame`);
    });
  };
  const server =
    transport === 'tls'
      ? createTlsServer({ cert: identity?.certPem, key: identity?.keyPem }, accept)
      : createServer(accept);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    records,
    errors,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** RFC 6587, section 3.4.1: the length in octets, a space, the record. */
function takeFrames(bytes: Buffer, take: (record: Buffer) => void, wrong: (why: string) => void): Buffer<ArrayBuffer> {
  let rest = Buffer.from(bytes);
  for (;;) {
    const space = rest.indexOf(0x20);
    if (space < 0) return rest;
    const digits = rest.subarray(0, space).toString('latin1');
    if (!/^[1-9]\d*$/.test(digits)) {
      wrong(`"${digits}" is no length`);
      return Buffer.alloc(0);
    }
    const end = space + 1 + Number(digits);
    if (rest.length < end) return rest;
    take(rest.subarray(space + 1, end));
    rest = Buffer.from(rest.subarray(end));
  }
}

const RECORD =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) \[([^ =\]"]{1,32})((?: [^ =\]"]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*)\] \uFEFF(.*)$/su;

function parseRecord(text: string): SyslogRecord | string {
  const [
    ,
    pri = '',
    at = '',
    hostname = '',
    appName = '',
    processId = '',
    messageId = '',
    element = '',
    params = '',
    message = '',
  ] = RECORD.exec(text) ?? [];
  if (pri === '') return `is no record of RFC 5424: ${text}`;
  if (!/^[a-z]+@\d+$/.test(element)) return `the element ${element} belongs to IANA`;
  if (/\p{Cc}/u.test(message)) return 'has control characters';
  const data = [...params.matchAll(/ ([^ =\]"]+)="((?:[^"\\\]]|\\["\\\]])*)"/g)].map(
    ([, name = '', value = '']) => [name, value.replaceAll(/\\(["\\\]])/g, '$1')] as const,
  );
  return {
    facility: Math.floor(Number(pri) / 8),
    severity: Number(pri) % 8,
    at,
    hostname,
    appName,
    processId,
    messageId,
    data: Object.fromEntries(data),
    message,
  };
}
