import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathOf } from './programs.ts';

/** A BIND name server on loopback, in the foreground, with its files in a folder of its own. */
export interface Bind extends AsyncDisposable {
  readonly address: '127.0.0.1';
  readonly port: number;
  /** `127.0.0.1:5353`, as ResolverOptions take it. */
  readonly endpoint: string;
}

export interface BindKey {
  readonly name: string;
  readonly algorithm: 'hmac-sha256' | 'hmac-sha512';
  /** Base64 */
  readonly secret: string;
}

export interface BindZone {
  readonly name: string;
  /** Names of its servers. */
  readonly nameServers: readonly string[];
  /** Lines of the zone file, names relative to the zone. */
  readonly records?: readonly string[];
  /** Lines of `update-policy`: `grant key zonesub TXT;`. */
  readonly updatePolicy?: readonly string[];
}

export interface BindOptions {
  readonly keys?: readonly BindKey[];
  readonly zones?: readonly BindZone[];
  /** Zones to look up at another server: it then answers as a recursive resolver does. */
  readonly forwards?: Readonly<Record<string, Pick<Bind, 'address' | 'port'>>>;
}

export function bindKey(name: string, algorithm: BindKey['algorithm'] = 'hmac-sha256'): BindKey {
  return { name, algorithm, secret: randomBytes(32).toString('base64') };
}

/** @throws Error with what named printed when it does not start. */
export async function startBind(options: BindOptions): Promise<Bind> {
  const folder = await mkdtemp(join(tmpdir(), 'certferry-bind-'));
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const named = await launch(folder, port, options);
    if (named.running) return disposable(named.process, folder, port);
    await stop(named.process);
    const portTaken = named.output.includes('address in use');
    if (portTaken && attempt < 3) continue;
    await rm(folder, { recursive: true, force: true });
    throw new Error(`named did not start:\n${named.output.slice(-2000)}`);
  }
}

async function launch(folder: string, port: number, options: BindOptions) {
  const zones = options.zones ?? [];
  await Promise.all(zones.map((zone) => writeFile(join(folder, fileOf(zone)), zoneFile(zone))));
  const config = join(folder, 'named.conf');
  await writeFile(config, namedConf(folder, port, options));
  const process = spawn(pathOf('named') ?? 'named', ['-g', '-n', '1', '-c', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { running, output } = await untilRunning(process);
  return { process, running, output };
}

/** named says `running` once every zone is loaded, also when it could not have the port: both are looked at. */
function untilRunning(process: ChildProcess): Promise<{ running: boolean; output: string }> {
  return new Promise((resolve) => {
    let output = '';
    process.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (/\brunning$/m.test(output)) resolve({ running: !output.includes('address in use'), output });
    });
    process.once('error', (err) => resolve({ running: false, output: String(err) }));
    process.once('exit', () => resolve({ running: false, output }));
  });
}

function disposable(process: ChildProcess, folder: string, port: number): Bind {
  return {
    address: '127.0.0.1',
    port,
    endpoint: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await stop(process);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null || process.pid === undefined) return;
  const exited = once(process, 'exit');
  process.kill('SIGTERM');
  await exited;
}

function namedConf(folder: string, port: number, { keys = [], zones = [], forwards = {} }: BindOptions): string {
  const recursive = Object.keys(forwards).length > 0;
  return `
options {
  directory "${folder}";
  pid-file none;
  session-keyfile "${join(folder, 'session.key')}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion ${recursive ? 'yes' : 'no'};
  allow-query { any; };
  dnssec-validation no;
  empty-zones-enable no;
  notify no;
};
controls { };
${keys.map(({ name, algorithm, secret }) => `key "${name}" { algorithm ${algorithm}; secret "${secret}"; };`).join('\n')}
${zones.map(zoneConf).join('\n')}
${Object.entries(forwards).map(forwardConf).join('\n')}
`;
}

function zoneConf(zone: BindZone): string {
  const policy = zone.updatePolicy ? `update-policy { ${zone.updatePolicy.join(' ')} };` : '';
  return `zone "${zone.name}" { type primary; file "${fileOf(zone)}"; ${policy} };`;
}

function forwardConf([zone, { address, port }]: [string, Pick<Bind, 'address' | 'port'>]): string {
  return `zone "${zone}" { type forward; forward only; forwarders { ${address} port ${port}; }; };`;
}

function zoneFile({ nameServers, records = [] }: BindZone): string {
  const [primary = 'ns.invalid'] = nameServers;
  const soa = `@ SOA ${primary}. hostmaster.invalid. 1 3600 600 86400 1`;
  return ['$TTL 60', soa, ...nameServers.map((name) => `@ NS ${name}.`), ...records, ''].join('\n');
}

function fileOf({ name }: BindZone): string {
  return `zone-${name === '.' ? 'root' : name}`;
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
