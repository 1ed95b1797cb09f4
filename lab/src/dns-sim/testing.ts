/** What the tests of this folder share: a small world, a raw client, and the programs of BIND. */
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { type Answer, type DecodedPacket, decode, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet';
import { Exchanges } from '../exchanges.ts';
import { Faults } from '../faults.ts';
import { type DnsSim, type DnsSimOptions, startDnsSim } from './index.ts';

export const ZONE = 'lab.example.com';
export const KEY = {
  name: 'lab-key',
  algorithm: 'hmac-sha256',
  secret: 'bGFiLXNlY3JldC1sYWItc2VjcmV0LWxhYi1zZWNyZXQ=',
} as const;

export interface TestWorld extends AsyncDisposable {
  readonly sim: DnsSim;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
}

export async function startWorld(options: Partial<DnsSimOptions> = {}): Promise<TestWorld> {
  const faults = new Faults();
  const exchanges = new Exchanges();
  const sim = await startDnsSim({ zones: [{ name: ZONE }], tsig: KEY, faults, exchanges, ...options });
  return { sim, faults, exchanges, [Symbol.asyncDispose]: () => sim[Symbol.asyncDispose]() };
}

interface AskOptions {
  readonly recursion?: boolean;
  /** Bytes; asks without EDNS when left out. */
  readonly ednsSize?: number;
}

/** One question over UDP. */
export async function ask(
  address: string,
  name: string,
  type: RecordType,
  options: AskOptions = {},
): Promise<DecodedPacket> {
  return decode(await exchange(address, question(name, type, options)));
}

export async function askOverTcp(address: string, name: string, type: RecordType): Promise<DecodedPacket> {
  const [host, port] = hostAndPort(address);
  const socket = connect(port, host);
  const message = question(name, type, {});
  socket.write(Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]));
  let received = Buffer.alloc(0);
  while (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) {
    const [chunk] = await once(socket, 'data');
    received = Buffer.concat([received, chunk]);
  }
  socket.destroy();
  return decode(received.subarray(2));
}

/** Any bytes over UDP, and the bytes of the first answer. */
export async function exchange(address: string, ...messages: readonly Buffer[]): Promise<Buffer> {
  const [host, port] = hostAndPort(address);
  const socket = createSocket('udp4');
  try {
    for (const message of messages) socket.send(message, port, host);
    const [reply] = await once(socket, 'message', { signal: AbortSignal.timeout(3000) });
    return reply;
  } finally {
    socket.close();
  }
}

export function question(name: string, type: RecordType, { recursion = false, ednsSize }: AskOptions): Buffer {
  return encode({
    type: 'query',
    id: randomInt(0x10000),
    flags: recursion ? RECURSION_DESIRED : 0,
    questions: [{ name, type }],
    additionals: ednsSize === undefined ? [] : [optRecord(ednsSize)],
  });
}

function optRecord(udpPayloadSize: number): Answer {
  return {
    name: '.',
    type: 'OPT',
    udpPayloadSize,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
}

/** The response code in the header. */
export function rcodeOf(packet: DecodedPacket): number {
  return (packet.flags ?? 0) & 0xf;
}

/** `TXT _acme-challenge.lab.example.com` for each record. */
export function outline(records: readonly Answer[] | undefined): readonly string[] {
  return (records ?? []).map((record) => `${record.type} ${record.name}`);
}

export function soaSerial(packet: DecodedPacket): number | undefined {
  return [...(packet.answers ?? []), ...(packet.authorities ?? [])]
    .filter((record) => record.type === 'SOA')
    .map((record) => record.data.serial)[0];
}

export function nodeResolver(address: string): Resolver {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([address]);
  return resolver;
}

export async function dig(address: string, ...args: readonly string[]): Promise<string> {
  const [host, port] = hostAndPort(address);
  const common = [`@${host}`, '-p', String(port), '+time=3', '+tries=1'];
  const { stdout } = await promisify(execFile)('dig', [...common, ...args]);
  return stdout;
}

interface UpdateResult {
  readonly succeeded: boolean;
  /** What the program printed: on failure `update failed: REFUSED`. */
  readonly output: string;
}

/** Runs `nsupdate` with the key and these commands; `key: null` leaves the update unsigned. */
export async function nsupdate(
  address: string,
  commands: readonly string[],
  { key = KEY, zone = ZONE }: { readonly key?: typeof KEY | DifferentKey | null; readonly zone?: string | null } = {},
): Promise<UpdateResult> {
  const signing = key === null ? [] : ['-y', `${key.algorithm}:${key.name}:${key.secret}`];
  const script = [`server ${address.replace(':', ' ')}`, zone === null ? '' : `zone ${zone}`, ...commands, 'send', ''];
  const running = promisify(execFile)('nsupdate', ['-t', '3', '-r', '0', ...signing]);
  running.child.stdin?.end(script.join('\n'));
  return running.then(
    ({ stdout, stderr }) => ({ succeeded: true, output: stdout + stderr }),
    (error) => ({ succeeded: false, output: `${error.stdout}${error.stderr}` }),
  );
}

interface DifferentKey {
  readonly name: string;
  readonly algorithm: string;
  readonly secret: string;
}

function hostAndPort(address: string): [host: string, port: number] {
  const [host = '', port] = address.split(':');
  return [host, Number(port)];
}
