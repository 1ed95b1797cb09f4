import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Pebble } from '../support/pebble.ts';
import { pathOf } from '../support/programs.ts';

/** Runs a program and returns what it printed. @throws with its output when it fails */
export async function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const path = pathOf(program) ?? program;
  const options = { env: { ...process.env, ...env }, timeout: 60_000 };
  return (await promisify(execFile)(path, args, options)).stdout;
}

/** A client that somebody else wrote, ready to issue with an account that exists. */
export interface OtherClient {
  readonly program: 'lego' | 'certbot' | 'dehydrated';
  issue(csrFile: string, round: string): Promise<unknown>;
}

/** Each waits for nothing that it can be told not to wait for: no propagation checks, no CNAME look-ups. */
export async function otherClients(pebble: Pebble, folder: string): Promise<readonly OtherClient[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all([lego(pebble, folder), certbot(pebble, folder), dehydrated(pebble, folder)]);
}

async function lego(pebble: Pebble, folder: string): Promise<OtherClient> {
  const hook = await script(folder, 'lego-hook', '[ "$1" = present ] && post "$2" "$3"; exit 0', pebble);
  const env = { LEGO_CA_CERTIFICATES: pebble.tlsCaFile, LEGO_DISABLE_CNAME_SUPPORT: 'true', EXEC_PATH: hook };
  const account = ['--accept-tos', '--server', pebble.directoryUrl, '--email', 'bench@certferry.example'];
  const dns = ['--dns', 'exec', '--dns.disable-cp'];
  return {
    program: 'lego',
    issue: (csr) => run('lego', ['--path', join(folder, 'lego'), ...account, ...dns, '--csr', csr, 'run'], env),
  };
}

async function certbot(pebble: Pebble, folder: string): Promise<OtherClient> {
  const line = 'post "_acme-challenge.$CERTBOT_DOMAIN." "$CERTBOT_VALIDATION"';
  const hook = await script(folder, 'certbot-hook', line, pebble);
  const home = join(folder, 'certbot');
  const folders = ['--config-dir', home, '--work-dir', home, '--logs-dir', home];
  const account = ['--agree-tos', '--register-unsafely-without-email', '--server', pebble.directoryUrl];
  const dns = ['--manual', '--preferred-challenges', 'dns', '--manual-auth-hook', hook];
  const fixed = ['certonly', '--non-interactive', ...folders, ...account, ...dns];
  return {
    program: 'certbot',
    issue: (csr, round) => {
      const files = ['cert', 'chain', 'fullchain'].flatMap((kind) => [
        `--${kind}-path`,
        join(folder, `${round}-${kind}.pem`),
      ]);
      return run('certbot', [...fixed, ...files, '--csr', csr], { REQUESTS_CA_BUNDLE: pebble.tlsCaFile });
    },
  };
}

async function dehydrated(pebble: Pebble, folder: string): Promise<OtherClient> {
  const line = '[ "$1" = deploy_challenge ] && post "_acme-challenge.$2." "$4"; exit 0';
  const hook = await script(folder, 'dehydrated-hook', line, pebble);
  const config = join(folder, 'dehydrated.conf');
  const home = join(folder, 'dehydrated');
  await mkdir(home, { recursive: true });
  await writeFile(config, `CA=${pebble.directoryUrl}\nBASEDIR=${home}\nCHALLENGETYPE=dns-01\nHOOK=${hook}\n`);
  const env = { CURL_CA_BUNDLE: pebble.tlsCaFile };
  let registered = false;
  return {
    program: 'dehydrated',
    issue: async (csr) => {
      if (!registered) await run('dehydrated', ['--config', config, '--register', '--accept-terms'], env);
      registered = true;
      return run('dehydrated', ['--config', config, '--signcsr', csr], env);
    },
  };
}

/** A hook whose `post NAME VALUE` publishes a TXT record. */
async function script(folder: string, name: string, line: string, pebble: Pebble): Promise<string> {
  const path = join(folder, name);
  const post = `post() { curl -s -d "{\\"host\\":\\"$1\\",\\"value\\":\\"$2\\"}" ${pebble.challengeServerUrl}/set-txt; }`;
  await writeFile(path, `#!/bin/sh\n${post}\n${line}\n`);
  await chmod(path, 0o755);
  return path;
}
