import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pathOf } from './programs.ts';

/** A PowerDNS authoritative server on loopback, in the foreground, with its database in a folder of its own. */
export interface PowerDns extends AsyncDisposable {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly address: '127.0.0.1';
  /** Of DNS, over UDP and TCP. */
  readonly port: number;
  /** `127.0.0.1:5353`, as ResolverOptions take it. */
  readonly endpoint: string;
  /** Calls the API as an administrator would. @throws Error when the answer is no success. */
  api(method: string, path: string, body?: unknown): Promise<unknown>;
}

export interface PowerDnsZone {
  readonly name: string;
  /** Names of its servers. */
  readonly nameServers: readonly string[];
  /** Default: Native. */
  readonly kind?: 'Native' | 'Master' | 'Slave';
  readonly rrsets?: readonly PowerDnsRrset[];
}

export interface PowerDnsRrset {
  /** With the dot at the end. */
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly { readonly content: string; readonly disabled: boolean }[];
}

const SCHEMA = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql';
export const API_KEY = 'the key of the test server';
const PATIENCE_MS = 15_000;
const run = promisify(execFile);

/** @throws Error with what pdns_server printed when it does not start. */
export async function startPowerDns(zones: readonly PowerDnsZone[]): Promise<PowerDns> {
  const folder = await mkdtemp(join(tmpdir(), 'certferry-powerdns-'));
  const database = join(folder, 'powerdns.sqlite3');
  await run(pathOf('sqlite3') ?? 'sqlite3', [database, await readFile(SCHEMA, 'utf8')]);
  for (let attempt = 1; ; attempt += 1) {
    const launched = await launch(folder, database);
    const output = await launched.trouble;
    if (output === null) {
      const server = describe(launched.process, folder, launched.ports);
      for (const zone of zones) await createZone(server, zone);
      return server;
    }
    await stop(launched.process);
    if (output.includes('in use') && attempt < 3) continue;
    await rm(folder, { recursive: true, force: true });
    throw new Error(`pdns_server did not start:\n${output.slice(-2000)}`);
  }
}

interface Ports {
  readonly dns: number;
  readonly api: number;
}

async function launch(folder: string, database: string) {
  const ports: Ports = { dns: await freePort(), api: await freePort() };
  await writeFile(join(folder, 'pdns.conf'), config(folder, database, ports));
  const process = spawn(pathOf('pdns_server') ?? 'pdns_server', [`--config-dir=${folder}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { process, ports, trouble: troubleOf(process) };
}

/** Null once it answers questions; otherwise what it printed. */
function troubleOf(process: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('ready to distribute questions')) resolve(null);
    };
    process.stdout?.on('data', read);
    process.stderr?.on('data', read);
    process.once('error', (err) => resolve(String(err)));
    process.once('exit', () => resolve(output));
    setTimeout(() => resolve(`${output}\nnot ready after ${PATIENCE_MS} ms`), PATIENCE_MS).unref();
  });
}

function describe(process: ChildProcess, folder: string, ports: Ports): PowerDns {
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  return {
    apiUrl,
    apiKey: API_KEY,
    address: '127.0.0.1',
    port: ports.dns,
    endpoint: `127.0.0.1:${ports.dns}`,
    async api(method, path, body) {
      const answer = await fetch(`${apiUrl}/api/v1/servers/localhost${path}`, {
        method,
        headers: { 'x-api-key': API_KEY, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status} ${text}`);
      return text === '' ? null : JSON.parse(text);
    },
    async [Symbol.asyncDispose]() {
      await stop(process);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createZone(server: PowerDns, { name, nameServers, kind = 'Native', rrsets = [] }: PowerDnsZone) {
  const masters = kind === 'Slave' ? { masters: ['127.0.0.1'] } : {};
  const nameservers = kind === 'Slave' ? [] : nameServers.map((server) => `${server}.`);
  await server.api('POST', '/zones', { name: `${name}.`, kind, nameservers, rrsets, ...masters });
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null || process.pid === undefined) return;
  const exited = once(process, 'exit');
  process.kill('SIGTERM');
  await exited;
}

/** Without caches, so that a change is served at once; `security-poll-suffix=` so that it asks nobody about itself. */
function config(folder: string, database: string, ports: Ports): string {
  return `
launch=gsqlite3
gsqlite3-database=${database}
local-address=127.0.0.1
local-port=${ports.dns}
api=yes
api-key=${API_KEY}
webserver-address=127.0.0.1
webserver-port=${ports.api}
webserver-allow-from=127.0.0.1
security-poll-suffix=
master=yes
only-notify=
socket-dir=${folder}
write-pid=no
daemon=no
guardian=no
disable-syslog=yes
receiver-threads=1
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
zone-metadata-cache-ttl=0
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
