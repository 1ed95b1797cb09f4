import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort } from './free-port.ts';
import { pathOf } from './programs.ts';
import { makeTlsCertificate } from './x509.ts';

/** HAProxy on loopback, in the foreground, with a self-signed certificate to begin with, and a second one that is not ours. */
export interface Haproxy extends AsyncDisposable {
  readonly port: number;
  /** Of the Runtime API over TCP. */
  readonly runtimePort: number;
  /** Of the Runtime API, level admin. */
  readonly socket: string;
  /** Of the Runtime API, level operator. */
  readonly operatorSocket: string;
  readonly pemFile: string;
  readonly otherPemFile: string;
  /** When a certificate was last committed over `socket`, as `performance.now()` says; null when none was. */
  committedAt(): number | null;
  /** Another administrator says something over the Runtime API. */
  say(command: string): Promise<string>;
  restart(): Promise<void>;
}

/** @throws Error with what HAProxy printed when it does not start. */
export async function startHaproxy(name: string): Promise<Haproxy> {
  const folder = await mkdtemp(join(tmpdir(), 'certferry-haproxy-'));
  const [pemFile, otherPemFile] = [join(folder, 'certs/www.pem'), join(folder, 'certs/other.pem')];
  await mkdir(join(folder, 'certs'));
  for (const [file, its] of [
    [pemFile, name],
    [otherPemFile, 'other.example.com'],
  ] as const) {
    const { keyPem, certificatePem } = await makeTlsCertificate([its]);
    await writeFile(file, `${keyPem}\n${certificatePem}\n`, { mode: 0o600 });
  }
  const own = join(folder, 'own.sock');
  for (let attempt = 1; ; attempt += 1) {
    const [port, runtimePort] = [await freePort(), await freePort()];
    const config = join(folder, 'haproxy.cfg');
    await writeFile(config, configuration(folder, port, runtimePort));
    const first = await launch(config, own);
    if (!first.running) {
      if (attempt < 3) continue;
      await rm(folder, { recursive: true, force: true });
      throw new Error(`HAProxy did not start:\n${first.output()}`);
    }
    let { child } = first;
    const relay = await relayTo(own, join(folder, 'admin.sock'));
    return {
      ...{ port, runtimePort, pemFile, otherPemFile },
      socket: join(folder, 'admin.sock'),
      operatorSocket: join(folder, 'operator.sock'),
      committedAt: relay.committedAt,
      say: (command) => say(own, command),
      async restart() {
        await stop(child);
        const next = await launch(config, own);
        if (!next.running) throw new Error(`HAProxy did not start again:\n${next.output()}`);
        child = next.child;
      },
      async [Symbol.asyncDispose]() {
        await relay.close();
        await stop(child);
        await rm(folder, { recursive: true, force: true });
      },
    };
  }
}

function configuration(folder: string, port: number, runtimePort: number): string {
  return `
global
  stats socket ${folder}/own.sock mode 600 level admin
  stats socket ${folder}/operator.sock mode 600 level operator
  stats socket ipv4@127.0.0.1:${runtimePort} level admin
  maxconn 200
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend www
  bind 127.0.0.1:${port} ssl crt ${folder}/certs/www.pem crt ${folder}/certs/other.pem
  http-request return status 200 content-type text/plain string haproxy
`;
}

async function launch(config: string, socket: string) {
  const child = spawn(pathOf('haproxy') ?? 'haproxy', ['-db', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.once('error', (err) => {
    output += String(err);
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  await vi.waitFor(async () => hasEnded() || (await say(socket, 'show version')), { timeout: 10_000, interval: 10 });
  return { child, output: () => output, running: !hasEnded() };
}

async function say(path: string, command: string): Promise<string> {
  const socket = connect({ path });
  socket.write(`${command}\n`);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

/** Passes everything on, and listens for the word of a commit that succeeded. */
async function relayTo(target: string, path: string) {
  let committed: number | null = null;
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect({ path: target });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    }
    far.on('data', (chunk: Buffer) => {
      if (chunk.includes('Success!')) committed = performance.now();
    });
    near.pipe(far).pipe(near);
    far.once('close', () => near.destroySoon());
  }).listen(path);
  await once(server, 'listening');
  return {
    committedAt: () => committed,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  // SIGUSR1 would wait for open connections.
  child.kill('SIGTERM');
  await exited;
}
