import 'reflect-metadata';
import { createHash, randomBytes, type webcrypto } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:tls';
import * as x509 from '@peculiar/x509';
import ssh2, { type ClientChannel, type ConnectConfig } from 'ssh2';
import { expect, vi } from 'vitest';
import { Exchanges } from '../exchanges.ts';
import { Faults } from '../faults.ts';
import {
  type SlotName,
  startVosCluster,
  startVosSim,
  type VosCluster,
  type VosClusterOptions,
  type VosSim,
  type VosSimOptions,
} from './index.ts';
import { KeyStock, SharedKeys } from './keys.ts';

/** What the tests of this folder share: a CA, and plain clients that know nothing of the simulator. */

export const CONFIG = '/platformcom/api/v1/certmgr/config';
export const NODE = 'cucm-pub.lab.example.com';
const DAY_MS = 86_400_000;

export interface Lab extends AsyncDisposable {
  readonly sim: VosSim;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
}

const ACCOUNTS = {
  user: 'certadmin',
  password: 'colon:and ünicode',
  readOnlyUser: { user: 'reader', password: 'look' },
  axlUser: 'axl',
  axlPassword: 'soap & water',
  restartMs: 120,
  startKeys: new SharedKeys(),
};

const keys = new KeyStock();

export async function startLab(options: Partial<VosSimOptions> = {}): Promise<Lab> {
  const [faults, exchanges] = [new Faults(), new Exchanges()];
  const newKeys = keys.maker();
  const sim = await startVosSim({ nodeName: NODE, ...ACCOUNTS, newKeys, faults, exchanges, ...options });
  return { sim, faults, exchanges, [Symbol.asyncDispose]: () => sim[Symbol.asyncDispose]() };
}

export const SUB1 = 'cucm-sub1.lab.example.com';
export const SUB2 = 'cucm-sub2.lab.example.com';
export const IMP1 = 'imp1.lab.example.com';

export interface ClusterLab extends AsyncDisposable {
  readonly cluster: VosCluster;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
}

export async function startClusterLab(options: Partial<VosClusterOptions> = {}): Promise<ClusterLab> {
  const [faults, exchanges] = [new Faults(), new Exchanges()];
  const nodes = { publisher: NODE, subscribers: [SUB1, SUB2], imp: [IMP1] };
  const cluster = await startVosCluster({
    ...ACCOUNTS,
    ...nodes,
    newKeys: keys.maker(),
    trustReplicationMs: 20,
    faults,
    exchanges,
    ...options,
  });
  return { cluster, faults, exchanges, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
}

/** Trusts a CA on the node, gets a CSR, and uploads its certificate. Returns the answer to the upload. */
export async function install(sim: VosSim, testCa: TestCa, service: SlotName): Promise<Answer> {
  const ca = [sim.certificatePem, testCa.rootPem];
  await trustCa(sim, testCa, service);
  const body = { service, distribution: 'this-server', commonName: sim.nodeName };
  const csr = await call(sim, '/csr', { body, ca });
  const certificates = [await testCa.issue(csr.body.csr)];
  return await call(sim, '/identity/certificates', { body: { service, certificates }, ca });
}

export function trustCa(sim: VosSim, { rootPem, intermediatePem }: TestCa, service: string): Promise<Answer> {
  const body = { service: [service], certificates: [rootPem, intermediatePem] };
  return call(sim, '/trust/certificates', { body, ca: [sim.certificatePem, rootPem] });
}

/** Restarts services over SSH, one after the other. */
export async function restart(sim: VosSim, ...services: readonly string[]): Promise<void> {
  await using cli = await Cli.open(sim);
  await cli.prompt();
  for (const service of services) {
    const before = sim.restarts(service);
    await cli.command(`utils service restart ${service}`);
    await eventually(() => expect(sim.restarts(service)).toBe(before + 1));
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any shape
  readonly body: any;
}

export interface Call {
  readonly method?: string;
  /** Sent as JSON, or as it is when it is a string. */
  readonly body?: unknown;
  readonly auth?: string | null;
  readonly type?: string;
  readonly signal?: AbortSignal;
  readonly ca?: string | readonly string[];
}

/** One HTTPS request that trusts the node's certificate of the start (or `ca`) and nothing else. */
export async function call(sim: VosSim, path: string, options: Call = {}): Promise<Answer> {
  const { auth = 'certadmin:colon:and ünicode', body, signal, type = 'application/json' } = options;
  const outgoing = request({
    host: sim.host,
    port: sim.httpsPort,
    path: path.startsWith('/platformcom') ? path : `${CONFIG}${path}`,
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    agent: false,
    ca: [options.ca ?? sim.certificatePem].flat(),
    servername: sim.nodeName,
    headers: {
      ...(auth === null ? {} : { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }),
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    ...(signal ? { signal } : {}),
  });
  outgoing.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  const [response] = await once(outgoing, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = String(response.headers['content-type']).includes('json');
  return { status: response.statusCode, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** SHA-256 of what a TLS port serves, and the number of certificates it sends. */
export async function servedAt(sim: VosSim, port: number): Promise<{ sha256: string; length: number }> {
  const socket = connect({ host: sim.host, port, servername: sim.nodeName, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const leaf = socket.getPeerCertificate(true);
  const issuer = leaf.issuerCertificate;
  socket.destroy();
  const sha256 = createHash('sha256').update(leaf.raw).digest('hex');
  return { sha256, length: issuer && issuer.fingerprint256 !== leaf.fingerprint256 ? 2 : 1 };
}

export interface LeafChoices {
  readonly names?: readonly string[];
  readonly days?: number;
  readonly begins?: number;
  readonly publicKey?: x509.PublicKeyType;
}

export interface TestCa {
  readonly rootPem: string;
  readonly intermediatePem: string;
  /** A leaf for a request, with the names of its SAN, or its CN when it has none. */
  issue(csrPem: string, choices?: LeafChoices): Promise<string>;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export function newKeys() {
  return crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
}

export async function newRoot(name: string, days = 10, begins = Date.now() - DAY_MS): Promise<string> {
  const keys = await newKeys();
  const { publicKey, privateKey: signingKey } = keys;
  return await certificate({ subject: name, issuer: name, publicKey, signingKey, days, begins, names: null });
}

export async function newCa(suffix = ''): Promise<TestCa> {
  const [root, intermediate] = [await newKeys(), await newKeys()];
  const [rootName, name] = [`Lab Root${suffix}`, `Lab Intermediate${suffix}`];
  const begins = Date.now() - DAY_MS;
  const own = { issuer: rootName, signingKey: root.privateKey, days: 50, begins, names: null };
  return {
    rootPem: await certificate({ ...own, subject: rootName, publicKey: root.publicKey }),
    intermediatePem: await certificate({ ...own, subject: name, publicKey: intermediate.publicKey }),
    issue: (csrPem, { names, days = 5, publicKey, begins: leafBegins = begins - 10 * DAY_MS } = {}) => {
      const csr = new x509.Pkcs10CertificateRequest(csrPem);
      return certificate({
        subject: NODE,
        issuer: name,
        publicKey: publicKey ?? csr.publicKey,
        signingKey: intermediate.privateKey,
        days,
        begins: leafBegins,
        names: names ?? sanOf(csrPem) ?? csr.subjectName.getField('CN'),
      });
    },
  };
}

/** DNS names in the SAN of a request; null when it has no such extension. */
export function sanOf(csrPem: string): string[] | null {
  const extension = new x509.Pkcs10CertificateRequest(csrPem).getExtension('2.5.29.17');
  if (!extension) return null;
  return new x509.SubjectAlternativeNameExtension(extension.rawData).names.items.map((name) => name.value);
}

interface Certified {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: x509.PublicKeyType;
  readonly signingKey: webcrypto.CryptoKey;
  readonly days: number;
  readonly begins: number;
  /** Null: a CA. */
  readonly names: readonly string[] | null;
}

async function certificate({
  subject,
  issuer,
  publicKey,
  signingKey,
  days,
  begins,
  names,
}: Certified): Promise<string> {
  const alternativeNames = (names ?? []).map((value) => ({ type: 'dns' as const, value }));
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: `4${randomBytes(7).toString('hex')}0`,
    subject: `CN=${subject}`,
    issuer: `CN=${issuer}`,
    notBefore: new Date(begins),
    notAfter: new Date(Date.now() + days * DAY_MS),
    publicKey,
    signingKey,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(names === null, undefined, true),
      ...(alternativeNames.length > 0 ? [new x509.SubjectAlternativeNameExtension(alternativeNames)] : []),
    ],
  });
  return made.toString('pem');
}

/** Repeats the assertion until it holds, often enough to see short moments. */
export async function eventually(assertion: () => void): Promise<void> {
  await vi.waitFor(assertion, { timeout: 15_000, interval: 5 });
}

/** An SSH shell in the hands of a test: what was printed so far, and keys to press. */
export class Cli implements AsyncDisposable {
  readonly #client: ssh2.Client;
  readonly #channel: ClientChannel;
  /** The packets as they came. */
  readonly packets: string[] = [];
  isClosed = false;

  private constructor(client: ssh2.Client, channel: ClientChannel) {
    this.#client = client;
    this.#channel = channel;
    channel.on('data', (data: Buffer) => this.packets.push(data.toString('utf8')));
    channel.on('close', () => {
      this.isClosed = true;
    });
  }

  static async open(sim: VosSim, options: { user?: string; password?: string; rows?: number } = {}): Promise<Cli> {
    const { user = 'certadmin', password = 'colon:and ünicode', rows = 24 } = options;
    const client = await logIn(sim, { username: user, password });
    client.on('error', () => undefined);
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.shell({ term: 'vt100', rows, cols: 200 }, (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    return new Cli(client, channel);
  }

  get output(): string {
    return this.packets.join('');
  }

  press(keys: string): void {
    this.#channel.write(keys);
  }

  /** Sends a line and returns what is printed from its echo to the next prompt. */
  async command(line: string): Promise<string> {
    const from = this.output.length;
    this.press(`${line}\n`);
    await eventually(() => expect(this.output.slice(from)).toMatch(/\n\r?admin:$/));
    return this.output.slice(from).replace(/\r?admin:$/, '');
  }

  async prompt(): Promise<void> {
    await eventually(() => expect(this.output).toMatch(/\n\r?admin:$/));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isClosed) return;
    const closed = once(this.#client, 'close');
    this.#client.end();
    await closed;
  }
}

/** Offers password and keyboard-interactive, or what `config` says. @throws when it is not let in */
export async function logIn(sim: VosSim, config: ConnectConfig & { readonly password: string }): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  client.on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) => {
    finish(prompts.map(() => config.password));
  });
  const shut = new AbortController();
  const ready = once(client, 'ready', { signal: shut.signal });
  client.once('close', () => shut.abort());
  client.connect({ host: sim.host, port: sim.sshPort, tryKeyboard: true, ...config });
  client.setNoDelay(true);
  await ready;
  return client;
}
