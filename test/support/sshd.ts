import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../backend/src/domain/secret.ts';
import type { SshPlace } from '../../backend/src/plugins/file-host.ts';
import { hostKeyFingerprint } from '../../backend/src/plugins/ssh-login.ts';
import { freePort } from './free-port.ts';
import { pathOf } from './programs.ts';

/** OpenSSH on loopback, in the foreground, with a host key of its own; the user of the tests logs in with one key alone. */
export interface Sshd extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  /** As OpenSSH prints it. */
  readonly hostKey: string;
  /** Ed25519, PKCS#8. */
  readonly privateKey: string;
  readonly place: SshPlace;
}

/** `more`: further lines of its configuration. @throws Error with what sshd printed when it does not start. */
export async function startSshd(more: readonly string[] = []): Promise<Sshd> {
  // Not in memory, nor world-writable: sshd refuses keys in a folder that others could write.
  const folder = await mkdtemp(join(tmpdir(), 'certferry-sshd-'));
  const privateKey = await writeKeys(folder);
  // Where root starts it, sshd wants this folder, which the service of Debian makes.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const hostKey = hostKeyFingerprint(await publicBlob(join(folder, 'host.pub')));
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const { child, output, listening } = await launch(folder, port, more);
    if (listening) {
      const user = userInfo().username;
      const login = { user, privateKey: new Secret(privateKey), hostKeys: [hostKey] };
      const place = { where: 'ssh', host: '127.0.0.1', port, ...login } as const;
      return {
        ...{ port, user, hostKey, privateKey, place },
        async [Symbol.asyncDispose]() {
          await stop(child);
          await rm(folder, { recursive: true, force: true });
        },
      };
    }
    await stop(child);
    if (attempt === 3) throw new Error(`sshd did not start:\n${output}`);
  }
}

async function writeKeys(folder: string): Promise<string> {
  const made = spawnSync(pathOf('ssh-keygen') ?? 'ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-f',
    join(folder, 'host'),
  ]);
  if (made.status !== 0) throw new Error(`ssh-keygen failed: ${made.stderr}`);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(Buffer.from(x, 'base64url'))]);
  await writeFile(join(folder, 'authorized_keys'), `ssh-ed25519 ${blob.toString('base64')} a test\n`, { mode: 0o600 });
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

async function publicBlob(file: string): Promise<Buffer> {
  const [, blob = ''] = (await readFile(file, 'utf8')).split(' ');
  return Buffer.from(blob, 'base64');
}

async function launch(folder: string, port: number, more: readonly string[]) {
  const config = join(folder, 'sshd_config');
  await writeFile(
    config,
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      // The folder of the keys is below /tmp.
      'StrictModes no',
      'Subsystem sftp internal-sftp',
      ...more,
      '',
    ].join('\n'),
  );
  const child = spawn(pathOf('sshd') ?? 'sshd', ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  return { child, ...(await untilListening(child)) };
}

function untilListening(child: ChildProcess): Promise<{ listening: boolean; output: string }> {
  return new Promise((resolve) => {
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (/^Server listening on/m.test(output)) resolve({ listening: true, output });
    });
    child.once('error', (err) => resolve({ listening: false, output: String(err) }));
    child.once('exit', () => resolve({ listening: false, output }));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
