import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { type CaSim, startCaSim } from '../../lab/src/ca-sim/index.ts';
import { DnsResponder } from '../../lab/src/ca-sim/testing/dns-responder.ts';
import { Exchanges } from '../../lab/src/exchanges.ts';
import { Faults } from '../../lab/src/faults.ts';
import { missing } from '../support/programs.ts';

/** An apex and its wildcard share one record name: a client must keep both values there. */
const NAMES = ['phones.example.com', '*.phones.example.com'];
const SORTED_NAMES = [...NAMES].sort();

// These clients wait seconds between two looks at an authorization, and openssl makes keys in its own time.
vi.setConfig({ testTimeout: 60_000 });

interface World extends AsyncDisposable {
  readonly ca: CaSim;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  readonly folder: string;
  /** File with the certificate that the HTTPS endpoint is trusted by. */
  readonly bundle: string;
  /** Takes and drops TXT records, in the words of lego's `httpreq` provider. */
  readonly recordsUrl: string;
}

describe.concurrent('ca-sim against', () => {
  const certbot = missing('certbot', 'curl');
  describe.skipIf(certbot)(`certbot${certbot === null ? '' : `: ${certbot}`}`, () => {
    test('obtains a certificate by dns-01', async () => {
      await using world = await openWorld();

      const chain = await runCertbot(world);

      expectIssued(chain, world);
    });

    test('gets over refused nonces and an order that is processed for a while', async () => {
      await using world = await openWorld();
      world.faults.on('ca-bad-nonce');
      world.faults.on('ca-processing');

      const chain = await runCertbot(world);

      expectIssued(chain, world);
    });
  });

  const lego = missing('lego');
  describe.skipIf(lego)(`lego${lego === null ? '' : `: ${lego}`}`, () => {
    test('obtains a certificate by dns-01', async () => {
      await using world = await openWorld();

      const chain = await runLego(world);

      expectIssued(chain, world);
    });

    test('gets over refused nonces and an order that is processed for a while', async () => {
      await using world = await openWorld();
      world.faults.on('ca-bad-nonce');
      world.faults.on('ca-processing');

      const chain = await runLego(world);

      expectIssued(chain, world);
    });
  });

  const dehydrated = missing('dehydrated', 'curl', 'openssl');
  describe.skipIf(dehydrated)(`dehydrated${dehydrated === null ? '' : `: ${dehydrated}`}`, () => {
    test('obtains a certificate by dns-01', async () => {
      await using world = await openWorld();

      const chain = await runDehydrated(world);

      expectIssued(chain, world);
    });
  });
});

/** The client holds what the CA issued, with a chain up to the old root, for every name. */
function expectIssued(pem: string, world: World): void {
  const chain = (pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );
  const [leaf, ...issuers] = chain;
  const fingerprint = leaf?.fingerprint256.replaceAll(':', '').toLowerCase();

  expect(world.ca.issued()).toEqual([expect.objectContaining({ sha256: fingerprint, dnsNames: SORTED_NAMES })]);
  expect(issuers).toHaveLength(2);
  expect(issuers.at(-1)?.checkIssued(new X509Certificate(world.ca.rootPem))).toBe(true);
  expect(world.exchanges.count('ca.certificate')).toBeGreaterThan(0);
}

async function runCertbot(world: World): Promise<string> {
  const { folder, ca, bundle } = world;
  const auth = await script(
    world,
    'auth.sh',
    curl(world, 'present', '_acme-challenge.$CERTBOT_DOMAIN.', '$CERTBOT_VALIDATION'),
  );
  const cleanup = await script(
    world,
    'cleanup.sh',
    curl(world, 'cleanup', '_acme-challenge.$CERTBOT_DOMAIN.', '$CERTBOT_VALIDATION'),
  );
  const folders = ['config', 'work', 'logs'].flatMap((name) => [`--${name}-dir`, join(folder, name)]);
  const hooks = ['--manual', '--manual-auth-hook', auth, '--manual-cleanup-hook', cleanup];
  await run(
    world,
    'certbot',
    ['certonly', '--non-interactive', '--agree-tos', '--email', 'ops@example.com', '--no-eff-email']
      .concat(['--server', ca.directoryUrl, '--preferred-challenges', 'dns', ...hooks, ...folders])
      .concat(NAMES.flatMap((name) => ['-d', name])),
    { REQUESTS_CA_BUNDLE: bundle },
  );
  return readFile(join(folder, 'config/live/phones.example.com/fullchain.pem'), 'utf8');
}

async function runLego(world: World): Promise<string> {
  const { folder, ca, bundle, recordsUrl } = world;
  await run(
    world,
    'lego',
    ['--server', ca.directoryUrl, '--path', folder, '--email', 'ops@example.com', '--accept-tos']
      .concat(['--dns', 'httpreq', '--dns.disable-cp', ...NAMES.flatMap((name) => ['-d', name])])
      .concat(['run']),
    { LEGO_CA_CERTIFICATES: bundle, HTTPREQ_ENDPOINT: recordsUrl, HTTPREQ_POLLING_INTERVAL: '1' },
  );
  return readFile(join(folder, 'certificates/phones.example.com.crt'), 'utf8');
}

async function runDehydrated(world: World): Promise<string> {
  const { folder, ca, bundle } = world;
  const hook = await script(
    world,
    'hook.sh',
    `case "$1" in
  deploy_challenge) ${curl(world, 'present', '_acme-challenge.$2.', '$4')} ;;
  clean_challenge) ${curl(world, 'cleanup', '_acme-challenge.$2.', '$4')} ;;
esac`,
  );
  const settings = {
    CA: ca.directoryUrl,
    BASEDIR: folder,
    CHALLENGETYPE: 'dns-01',
    HOOK: hook,
    ACCOUNT_KEYSIZE: '2048',
    KEY_ALGO: 'prime256v1',
  };
  const lines = Object.entries({ ...settings, CONTACT_EMAIL: 'ops@example.com', CURL_OPTS: `--cacert ${bundle}` });
  const config = join(folder, 'config.sh');
  await writeFile(config, lines.map(([name, value]) => `${name}="${value}"\n`).join(''));
  await run(world, 'dehydrated', ['--config', config, '--register', '--accept-terms']);
  await run(world, 'dehydrated', ['--config', config, '--cron', '-d', NAMES.join(' ')]);
  return readFile(join(folder, 'certs/phones.example.com/fullchain.pem'), 'utf8');
}

function curl(world: World, action: 'present' | 'cleanup', name: string, value: string): string {
  const body = `{\\"fqdn\\": \\"${name}\\", \\"value\\": \\"${value}\\"}`;
  return `curl --silent --show-error --fail --data "${body}" ${world.recordsUrl}/${action}`;
}

async function script(world: World, name: string, body: string): Promise<string> {
  const path = join(world.folder, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

async function run(
  world: World,
  program: string,
  options: readonly string[],
  environment: Record<string, string> = {},
): Promise<void> {
  const child = spawn(program, options, {
    cwd: world.folder,
    env: { PATH: process.env.PATH, HOME: world.folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${output}`);
}

async function openWorld(): Promise<World> {
  const dns = await DnsResponder.start();
  const faults = new Faults();
  const exchanges = new Exchanges();
  const ca = await startCaSim({ faults, exchanges, dnsServer: dns.address });
  const folder = await mkdtemp(join(tmpdir(), 'certferry-acme-client-'));
  const bundle = join(folder, 'ca-sim-https.pem');
  await writeFile(bundle, ca.tlsCaPem);
  const records = await openRecords(dns);
  return {
    ca,
    faults,
    exchanges,
    folder,
    bundle,
    recordsUrl: records.url,
    async [Symbol.asyncDispose]() {
      await Promise.all([ca[Symbol.asyncDispose](), dns[Symbol.asyncDispose](), records[Symbol.asyncDispose]()]);
      await rm(folder, { recursive: true });
    },
  };
}

async function openRecords(dns: DnsResponder): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(async (request, response) => {
    const { fqdn, value } = (await json(request)) as { fqdn: string; value: string };
    const name = fqdn.replace(/\.$/, '');
    if (request.url === '/present') dns.addText(name, value);
    else dns.removeText(name, value);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
