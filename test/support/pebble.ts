import 'reflect-metadata';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { meteredHttp } from './http.ts';
import { pathOf } from './programs.ts';
import { makeTlsCertificate } from './x509.ts';

const START_MS = 20_000;

/** https://github.com/letsencrypt/pebble, as Debian ships it. */
export interface PebbleOptions {
  /** Tests against upcoming breaking changes of the protocol. Default true. */
  readonly strict?: boolean;
  /** Percent of good nonces that are refused. Default 0. */
  readonly nonceReject?: number;
  /** Percent of valid authorizations that are used again. Default 0. */
  readonly authorizationReuse?: number;
  /** Key identifier to HMAC key in base64url; when given, accounts need one of them. */
  readonly externalAccounts?: Readonly<Record<string, string>>;
  readonly alternateRoots?: number;
  readonly chainLength?: number;
  /** `ip:port` of the DNS that Pebble asks. Default: its own challenge test server. */
  readonly dnsServer?: string;
  /** Where it dials port 80 of a name. Default: a port where nobody listens. */
  readonly httpPort?: number;
}

export interface Pebble extends AsyncDisposable {
  readonly directoryUrl: string;
  /** Trust for Pebble's own HTTPS, PEM. */
  readonly tlsCaPem: string;
  readonly tlsCaFile: string;
  readonly challengeServerUrl: string;
  /** `GET /dir`, `HEAD /nonce-plz` … that reached Pebble since the last call of `forgetRequests`. */
  requests(): readonly string[];
  forgetRequests(): void;
  /** Root of the chain with this number, PEM. */
  rootPem(chain?: number): Promise<string>;
  /** What Pebble's management interface says of the certificate with this serial number (hex). */
  certificateStatus(serial: string): Promise<unknown>;
  setTxt(recordName: string, value: string): Promise<void>;
  clearTxt(recordName: string): Promise<void>;
}

/** Starts Pebble and its challenge test server on free ports. Needs `missing('pebble', 'pebble-challtestsrv')` to be null. */
export async function startPebble(options: PebbleOptions = {}): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'certferry-pebble-'));
  const [acme, management, dns, control, unused] = await freePorts();
  const tls = await makeTlsCertificate(['127.0.0.1', 'localhost']);
  const tlsFile = join(folder, 'tls.pem');
  await writeFile(tlsFile, tls.certificatePem);
  await writeFile(join(folder, 'tls.key'), tls.keyPem, { mode: 0o600 });
  const config = configOf(options, folder, { acme, management, unused });
  await writeFile(join(folder, 'pebble.json'), JSON.stringify({ pebble: config }));

  const challengeServer = run('pebble-challtestsrv', challengeServerArguments(control, dns), {});
  const server = run('pebble', pebbleArguments(options, folder, dns), environmentOf(options));
  const log = collectLines(server);
  const client = meteredHttp()({ trust: { mode: 'bundle', caPem: tls.certificatePem } });
  const signal = AbortSignal.timeout(START_MS);
  const dispose = async () => {
    await client[Symbol.asyncDispose]();
    await Promise.all([stop(server), stop(challengeServer)]);
    await rm(folder, { recursive: true, force: true });
  };
  const directoryUrl = `https://127.0.0.1:${acme}/dir`;
  const challengeServerUrl = `http://127.0.0.1:${control}`;
  const command = async (path: string, body: object) => {
    const url = `${challengeServerUrl}/${path}`;
    const answer = await client.request(
      { method: 'POST', url, body: JSON.stringify(body) },
      AbortSignal.timeout(5_000),
    );
    if (answer.status !== 200) throw new Error(`pebble-challtestsrv answered ${answer.status}: ${answer.body}`);
  };
  try {
    await answers(() => client.request({ method: 'GET', url: directoryUrl }, signal), signal);
    await answers(() => client.request({ method: 'GET', url: challengeServerUrl }, signal), signal);
  } catch (cause) {
    await dispose();
    throw new Error(`Pebble did not start:\n${log.text()}`, { cause });
  }
  log.forgetRequests();
  return {
    directoryUrl,
    tlsCaPem: tls.certificatePem,
    tlsCaFile: tlsFile,
    challengeServerUrl,
    requests: log.requests,
    forgetRequests: log.forgetRequests,
    rootPem: async (chain = 0) => {
      const url = `https://127.0.0.1:${management}/roots/${chain}`;
      return (await client.request({ method: 'GET', url }, AbortSignal.timeout(5_000))).body;
    },
    certificateStatus: async (serial) => {
      const url = `https://127.0.0.1:${management}/cert-status-by-serial/${serial.toLowerCase()}`;
      return JSON.parse((await client.request({ method: 'GET', url }, AbortSignal.timeout(5_000))).body);
    },
    setTxt: (name, value) => command('set-txt', { host: `${name}.`, value }),
    clearTxt: (name) => command('clear-txt', { host: `${name}.` }),
    [Symbol.asyncDispose]: dispose,
  };
}

interface Ports {
  readonly acme: number;
  readonly management: number;
  readonly unused: number;
}

function configOf(
  { externalAccounts, httpPort }: PebbleOptions,
  folder: string,
  { acme, management, unused }: Ports,
): object {
  return {
    listenAddress: `127.0.0.1:${acme}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: join(folder, 'tls.pem'),
    privateKey: join(folder, 'tls.key'),
    httpPort: httpPort ?? unused,
    tlsPort: unused,
    ocspResponderURL: '',
    externalAccountBindingRequired: externalAccounts !== undefined,
    externalAccountMACKeys: externalAccounts ?? {},
    certificateValidityPeriod: 86_400,
  };
}

function challengeServerArguments(control: number, dns: number): string[] {
  const addresses = ['-management', `127.0.0.1:${control}`, '-dns01', `127.0.0.1:${dns}`];
  return [...addresses, '-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', ''];
}

function pebbleArguments({ strict = true, dnsServer }: PebbleOptions, folder: string, dns: number): string[] {
  return [
    '-config',
    join(folder, 'pebble.json'),
    '-dnsserver',
    dnsServer ?? `127.0.0.1:${dns}`,
    ...(strict ? ['-strict'] : []),
  ];
}

function environmentOf(options: PebbleOptions): Record<string, string> {
  return {
    PEBBLE_VA_NOSLEEP: '1',
    PEBBLE_WFE_NONCEREJECT: String(options.nonceReject ?? 0),
    PEBBLE_AUTHZREUSE: String(options.authorizationReuse ?? 0),
    PEBBLE_ALTERNATE_ROOTS: String(options.alternateRoots ?? 0),
    PEBBLE_CHAIN_LENGTH: String(options.chainLength ?? 1),
  };
}

function run(program: string, args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(pathOf(program) ?? program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

function collectLines(child: ChildProcess) {
  let text = '';
  let from = 0;
  const add = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return {
    text: () => text,
    forgetRequests: () => {
      from = text.length;
    },
    requests: () => [...text.slice(from).matchAll(/(\S+ \S+) -> calling handler\(\)/g)].map(([, line = '']) => line),
  };
}

/** Ports that nobody listened on a moment ago. */
async function freePorts(): Promise<readonly [number, number, number, number, number]> {
  const servers = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return [a, b, c, d, e];
}

async function answers(ask: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await ask();
      return;
    } catch (err) {
      if (signal.aborted) throw err;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
