import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { pathOf } from './programs.ts';
import { makeTlsCertificate } from './x509.ts';

/** nginx on loopback, in the foreground, with a prefix of its own and a self-signed certificate to begin with. */
export interface Nginx extends AsyncDisposable {
  readonly port: number;
  /** All its files are below. */
  readonly folder: string;
  readonly configFile: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  /** How this very nginx is called. */
  readonly command: readonly [string, ...string[]];
  /** What it has logged. */
  log(): string;
  /** When it last began to reload, as `performance.now()` says; null when it never did. */
  reloadedAt(): number | null;
  /** Whether the workers from before the last reload are gone: until then some clients still meet the old certificate. */
  isSettled(): boolean;
}

/** @throws Error with what nginx printed when it does not start. */
export async function startNginx(name: string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'certferry-nginx-'));
  const [keyFile, certificateFile] = [join(folder, 'ssl/www.key'), join(folder, 'ssl/www.pem')];
  await mkdir(join(folder, 'ssl'));
  const { keyPem, certificatePem } = await makeTlsCertificate([name]);
  await writeFile(keyFile, keyPem, { mode: 0o600 });
  await writeFile(certificateFile, certificatePem);
  const configFile = join(folder, 'nginx.conf');
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    await writeFile(configFile, configuration(folder, port));
    const command = [pathOf('nginx') ?? 'nginx', '-e', 'stderr', '-p', folder, '-c', configFile] as const;
    const { child, log, reloadedAt, running } = await launch(command);
    if (running) {
      return {
        ...{ port, folder, configFile, keyFile, certificateFile, command, log, reloadedAt },
        isSettled: () => count(log(), /worker process \d+ exited/g) >= count(log(), /: reconfiguring/g),
        async [Symbol.asyncDispose]() {
          await stop(child);
          await rm(folder, { recursive: true, force: true });
        },
      };
    }
    await stop(child);
    if (attempt === 3) throw new Error(`nginx did not start:\n${log()}`);
  }
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function configuration(folder: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
${process.getuid?.() === 0 ? `user ${userInfo().username};` : ''}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr notice;
events { worker_connections 64; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder}/ssl/www.pem;
    ssl_certificate_key ${folder}/ssl/www.key;
    return 200 'nginx';
  }
}
`;
}

function launch([program, ...args]: readonly [string, ...string[]]) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  let reloaded: number | null = null;
  const launched = { child, log: () => output, reloadedAt: () => reloaded };
  return new Promise<typeof launched & { readonly running: boolean }>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (chunk.includes('reconfiguring')) reloaded = performance.now();
      if (/start worker process \d+/.test(output)) resolve({ ...launched, running: true });
    });
    child.once('error', (err) => {
      output += String(err);
      resolve({ ...launched, running: false });
    });
    child.once('exit', () => resolve({ ...launched, running: false }));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
