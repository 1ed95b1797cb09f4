import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addConnection, type ConnectionRequest, changeConnection } from '../../backend/src/connections.ts';
import { sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import type { PluginInput } from '../../backend/src/store/plugin-refs.ts';
import type { Connection } from '../../backend/src/store/store.ts';
import { AGENT_SECRET, startAgent } from '../support/agent.ts';
import { type Haproxy, startHaproxy } from '../support/haproxy.ts';
import { Journey } from '../support/journey.ts';
import { expectNoSecrets } from '../support/leaks.ts';
import { type Nginx, startNginx } from '../support/nginx.ts';
import { openConnection } from '../support/open-connection.ts';
import { missing } from '../support/programs.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { connectSteadily } from '../support/steady-client.ts';
import { serveFiles } from '../support/tls-files.ts';
import { makeTlsCertificate } from '../support/x509.ts';

const NAMES = ['www.lab.example.com', 'web.lab.example.com'];
const [NAME = ''] = NAMES;
const lacks = missing('nginx', 'haproxy', 'sshd', 'ssh-keygen');

describe.skipIf(lacks)(`hosts that take a key${lacks ? ` (${lacks})` : ''}`, { timeout: 60_000 }, () => {
  let journey: Journey;
  let sshd: Sshd;

  beforeAll(async () => {
    [journey, sshd] = await Promise.all([Journey.start(), startSshd()]);
  });
  afterAll(async () => {
    await journey?.[Symbol.asyncDispose]();
    await sshd?.[Symbol.asyncDispose]();
  });

  function request(appliance: PluginInput, policy: ConnectionRequest['policy'] = {}): ConnectionRequest {
    const { issuer, dns } = journey.connection;
    const { keySecret } = { keySecret: journey.lab.dns.tsig.secret };
    if ('account' in issuer || 'account' in dns) throw new Error('The lab has no shared accounts.');
    return {
      name: `${appliance.plugin} of a test`,
      slot: 'certificate',
      dnsNames: NAMES,
      appliance,
      issuer: { plugin: issuer.plugin, settings: issuer.settings },
      dns: { plugin: dns.plugin, settings: { ...dns.settings, keySecret } },
      policy: { verifyPatienceSeconds: 5, ...policy },
    };
  }

  async function connect(appliance: PluginInput, policy: ConnectionRequest['policy'] = {}): Promise<Connection> {
    return await addConnection(journey.app.store, request(appliance, policy));
  }

  async function renew(connection: Connection) {
    const ended = await journey.ended(await journey.app.runner.start(connection.id, 'operator'));
    const leaf = ended.facts.chain?.leafPem;
    return { ...ended, sha256: leaf === undefined ? '' : sha256OfPem(leaf) };
  }

  function nginxAt({ port, keyFile, certificateFile, command }: Nginx, where: object = {}): PluginInput {
    const servedAt = [`127.0.0.1:${port} ${NAME}`];
    return { plugin: 'nginx', settings: { ...where, servedAt, keyFile, certificateFile, nginxCommand: command } };
  }

  it.each([
    ['local', 2],
    ['ssh', 1],
  ] as const)('nginx (%s) is renewed (%d), and no client notices', async (where, times) => {
    await using server = await startNginx(NAME);
    const { user, port: sshPort, privateKey, hostKey } = sshd;
    const login = where === 'ssh' ? { host: '127.0.0.1', user, sshPort, privateKey, sshHostKeys: [hostKey] } : {};
    const connection = await connect(nginxAt(server, { where, ...login }));
    const client = connectSteadily({ host: '127.0.0.1', port: server.port, serverName: NAME });

    const renewals: Awaited<ReturnType<typeof renew>>[] = [];
    for (let time = 0; time < times; time += 1) {
      renewals.push(await renew(connection));
      await expect.poll(server.isSettled).toBe(true);
    }
    const { failures, handshakes, firstSeen, slowest } = await client.stop();

    expect(renewals.map(({ finished }) => finished.outcome)).toEqual(Array(times).fill('verified'));
    expect(failures).toEqual([]);
    expect(handshakes).toBeGreaterThan(20);
    const [last = ''] = renewals.map(({ sha256 }) => sha256).slice(-1);
    expect([...firstSeen.keys()].slice(1)).toEqual(renewals.map(({ sha256 }) => sha256));
    expect((firstSeen.get(last) ?? Number.NaN) - (server.reloadedAt() ?? 0)).toBeLessThan(withinASecond(slowest));
    expect(new Set(renewals.map(({ facts }) => facts.csr?.key.spkiSha256)).size).toBe(times);
    expect((await readdir(join(server.folder, 'ssl'))).sort()).toEqual(['www.key', 'www.pem']);
    await expectKeyNowhere(server.keyFile, renewals);
  });

  it('nginx that fails its own test keeps what it has; once it is mended, the certificate that was issued is used', async () => {
    await using server = await startNginx(NAME);
    const connection = await connect(nginxAt(server));
    const sound = await readFile(server.configFile, 'utf8');
    const before = await readFile(server.certificateFile, 'utf8');
    await writeFile(server.configFile, `${sound}\nnonsense;\n`);
    const issued = journey.effects().issued;

    const failed = await renew(connection);
    const kept = await readFile(server.certificateFile, 'utf8');
    await writeFile(server.configFile, sound);
    const mended = await renew(connection);

    expect(failed.finished).toMatchObject({ outcome: 'failed', oldStillServed: true });
    expect(failed.events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({
        failure: expect.objectContaining({
          code: 'APPLIANCE_REFUSED',
          evidence: expect.objectContaining({ body: expect.stringContaining('unknown directive "nonsense"') }),
        }),
      }),
    );
    expect(kept).toBe(before);
    expect(mended.finished.outcome).toBe('verified');
    expect(mended.sha256).toBe(failed.sha256);
    expect(journey.effects().issued).toBe(issued + 1);
  });

  /** A server that prefers RSA and has an EC certificate too: once the key of ours is EC, the last one in the file wins. */
  async function otherEcWins({ folder, configFile }: Nginx): Promise<string> {
    const { keyPem, certificatePem } = await makeTlsCertificate([NAME]);
    const [key, certificate] = [join(folder, 'other.key'), join(folder, 'other.pem')];
    await writeFile(key, keyPem, { mode: 0o600 });
    await writeFile(certificate, certificatePem);
    const second = [`ssl_certificate ${certificate}`, `ssl_certificate_key ${key}`];
    const ciphers = 'ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256';
    const rsaFirst = ['ssl_protocols TLSv1.2', ciphers, 'ssl_prefer_server_ciphers on'];
    const more = [...second, ...rsaFirst, 'return 200'].join('; ');
    await writeFile(configFile, (await readFile(configFile, 'utf8')).replace('return 200', more));
    return sha256OfPem(certificatePem);
  }

  /** `nginx -t` lets an address pass that is in use, and `nginx -s reload` does not say that nginx refused to reload. */
  async function reloadIsRefused({ configFile }: Nginx): Promise<null> {
    const address = `listen 127.0.0.1:${sshd.port};`;
    await writeFile(configFile, (await readFile(configFile, 'utf8')).replace('listen', `${address}\n    listen`));
    return null;
  }

  it.each([
    ['another certificate wins', otherEcWins, /serves a third certificate/],
    ['nginx goes on with the old one', reloadIsRefused, /still serves the old certificate/],
  ] as const)('nginx gets the old key and certificate back when %s', async (_when, spoil, why) => {
    await using server = await startNginx(NAME);
    const connection = await connect(nginxAt(server), { keyKind: 'RSA 2048' });
    const first = await renew(connection);
    await expect.poll(server.isSettled).toBe(true);
    const files = () => Promise.all([server.keyFile, server.certificateFile].map((file) => readFile(file, 'utf8')));
    const old = await files();
    const other = await spoil(server);
    const withEc = request(nginxAt(server), { keyKind: 'EC P-256', verifyPatienceSeconds: 1 });
    await changeConnection(journey.app.store, connection.id, connection.version, withEc);
    const endpoint = { host: '127.0.0.1', port: server.port, serverName: NAME };
    const client = connectSteadily(endpoint);

    const second = await renew(connection);
    // Workers that were told to end may take one more connection. Where nginx refuses to reload, none are.
    if (other !== null) await expect.poll(server.isSettled).toBe(true);
    const { failures, handshakes, firstSeen } = await client.stop();
    const last = await createTlsDialer().served(endpoint, AbortSignal.timeout(10_000));

    expect(second.finished).toMatchObject({ outcome: 'rolled-back', oldStillServed: true });
    expect(second.finished.message).toMatch(why);
    expect(second.sha256).not.toBe(first.sha256);
    expect(await files()).toEqual(old);
    expect(last.sha256).toBe(first.sha256);
    expect(failures).toEqual([]);
    expect(handshakes).toBeGreaterThan(20);
    expect([...firstSeen.keys()]).toEqual(other === null ? [first.sha256] : [first.sha256, other]);
    await expectKeyNowhere(server.keyFile, [second]);
  });

  function haproxyAt({ port, socket: runtime, pemFile }: Haproxy, where: object = {}): PluginInput {
    return { plugin: 'haproxy', settings: { ...where, servedAt: [`127.0.0.1:${port} ${NAME}`], runtime, pemFile } };
  }

  it.each([
    ['local', 2],
    ['ssh', 1],
  ] as const)(
    'HAProxy (%s) is renewed (%d): nobody notices, open connections stay, and a restart changes nothing',
    async (where, times) => {
      await using server = await startHaproxy(NAME);
      const { user, port: sshPort, privateKey, hostKey } = sshd;
      const login = where === 'ssh' ? { host: '127.0.0.1', user, sshPort, privateKey, sshHostKeys: [hostKey] } : {};
      const connection = await connect(haproxyAt(server, { where, ...login }));
      const endpoint = { host: '127.0.0.1', port: server.port, serverName: NAME };
      await using open = await openConnection(endpoint);
      const answers = [await open.ask()];
      const client = connectSteadily(endpoint);

      const renewals: Awaited<ReturnType<typeof renew>>[] = [];
      for (let time = 0; time < times; time += 1) renewals.push(await renew(connection));
      answers.push(await open.ask());
      const { failures, handshakes, firstSeen, slowest } = await client.stop();
      await server.restart();
      const restarted = await createTlsDialer().served(endpoint, AbortSignal.timeout(10_000));

      expect(renewals.map(({ finished }) => finished.outcome)).toEqual(Array(times).fill('verified'));
      expect(failures).toEqual([]);
      expect(handshakes).toBeGreaterThan(20);
      expect(answers).toEqual(Array(2).fill('HTTP/1.1 200 OK'));
      const [last = ''] = renewals.map(({ sha256 }) => sha256).slice(-1);
      expect([...firstSeen.keys()].slice(1)).toEqual(renewals.map(({ sha256 }) => sha256));
      expect((firstSeen.get(last) ?? Number.NaN) - (server.committedAt() ?? 0)).toBeLessThan(withinASecond(slowest));
      expect(restarted.sha256).toBe(last);
      await expectKeyNowhere(server.pemFile, renewals);
    },
  );

  /** HAProxy prefers EC. Once the key of ours is RSA, the other RSA certificate of this name, loaded before, is the one. */
  async function otherRsaWins({ otherPemFile, say }: Haproxy): Promise<string> {
    const { keyPem, certificatePem } = await makeTlsCertificate([NAME], 'RSA');
    const pem = `${keyPem}\n${certificatePem}`.split('\n').filter(Boolean).join('\n');
    await say(`set ssl cert ${otherPemFile} <<\n${pem}\n`);
    expect(await say(`commit ssl cert ${otherPemFile}`)).toContain('Success!');
    return sha256OfPem(certificatePem);
  }

  it('HAProxy gets the old key and certificate back when another certificate wins', async () => {
    await using server = await startHaproxy(NAME);
    const connection = await connect(haproxyAt(server));
    const first = await renew(connection);
    const old = await readFile(server.pemFile, 'utf8');
    const other = await otherRsaWins(server);
    const withRsa = request(haproxyAt(server), { keyKind: 'RSA 2048', verifyPatienceSeconds: 1 });
    await changeConnection(journey.app.store, connection.id, connection.version, withRsa);
    const client = connectSteadily({ host: '127.0.0.1', port: server.port, serverName: NAME });

    const second = await renew(connection);
    const { failures, handshakes, firstSeen } = await client.stop();

    expect(second.finished).toMatchObject({ outcome: 'rolled-back', oldStillServed: true });
    expect(second.facts.restored?.served).toMatchObject([{ sha256: first.sha256 }]);
    expect(await readFile(server.pemFile, 'utf8')).toBe(old);
    expect(failures).toEqual([]);
    expect(handshakes).toBeGreaterThan(20);
    expect([...firstSeen.keys()]).toEqual([first.sha256, other]);
    await expectKeyNowhere(server.pemFile, [second]);
  });

  it('an agent gets what it is sent, and the renewal is over when that is served', async () => {
    await using agent = await startAgent(NAME, { slow: true });
    const servedAt = [`127.0.0.1:${agent.port} ${NAME}`];
    const settings = { url: agent.url, servedAt, signingSecret: AGENT_SECRET, sendKey: true };
    const connection = await connect({ plugin: 'webhook', settings });
    agent.service.answerNext({ status: 503, headers: { 'retry-after': '0' } });

    const renewal = await renew(connection);

    expect(renewal.finished.outcome).toBe('verified');
    expect(agent.taken.map(({ sha256 }) => sha256)).toEqual([renewal.sha256]);
    const posts = agent.service.requests.filter(({ method }) => method === 'POST');
    expect(posts.map(({ headers }) => headers['idempotency-key'])).toEqual(Array(2).fill(`${renewal.sha256}-with-key`));
    const key = String(agent.taken[0]?.privateKey).split('\n')[1] ?? '';
    const told = { where: 'events and facts', content: JSON.stringify(renewal) };
    expectNoSecrets([told, { where: 'the log', content: journey.logLines.join('') }], { key, signing: AGENT_SECRET });
  });

  it('an agent that checks with another secret refuses the signature, once', async () => {
    await using agent = await startAgent(NAME);
    const servedAt = [`127.0.0.1:${agent.port} ${NAME}`];
    const settings = { url: agent.url, servedAt, signingSecret: 'a secret that is wrong', sendKey: true };
    const connection = await connect({ plugin: 'webhook', settings });

    const { finished, events } = await renew(connection);

    const posts = agent.service.requests.filter(({ method }) => method === 'POST');
    const key = String(JSON.parse(posts[0]?.body ?? '{}').privateKey).split('\n')[1] ?? '';
    const files = await written();

    expect(finished).toMatchObject({ outcome: 'failed', oldStillServed: true });
    expect(JSON.stringify(events)).toContain('APPLIANCE_DENIED');
    expect(posts).toHaveLength(1);
    // The failed exchange was recorded, without the key.
    expect(files.map(({ content }) => content).join('')).toContain('[private key, removed]');
    expectNoSecrets([...files, { where: 'the log', content: journey.logLines.join('') }], { key });
  });

  it('an OpenSSH host gets its files, runs its command once, and keeps what was there before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'certferry-sftp-'));
    const [key, chain, live] = [join(folder, 'key.pem'), join(folder, 'fullchain.pem'), join(folder, "it's $HOME")];
    const old = await makeTlsCertificate([NAME]);
    await mkdir(live);
    for (const file of [key, join(live, 'key.pem')]) await writeFile(file, old.keyPem);
    for (const file of [chain, join(live, 'fullchain.pem')]) await writeFile(file, old.certificatePem);
    await using server = await serveFiles(join(live, 'key.pem'), join(live, 'fullchain.pem'));
    const { user, port: sshPort, privateKey, hostKey } = sshd;
    const login = { host: '127.0.0.1', user, sshPort, privateKey, sshHostKeys: [hostKey] };
    const reloadCommand = ['cp', '--backup=numbered', key, chain, live];
    const servedAt = [`127.0.0.1:${server.port} ${NAME}`];
    const settings = { ...login, keyFile: key, fullchainFile: chain, reloadCommand, servedAt };
    const connection = await connect({ plugin: 'sftp', settings });

    const { finished, sha256 } = await renew(connection);

    expect(finished.outcome).toBe('verified');
    expect(sha256OfPem(await readFile(join(live, 'fullchain.pem'), 'utf8'))).toBe(sha256);
    expect((await readdir(live)).filter((name) => name.startsWith('key.pem')).sort()).toEqual([
      'key.pem',
      'key.pem.~1~',
    ]);
    const [kept = ''] = (await readdir(folder)).filter((name) => /^\.key\.pem\.\d{8}T\d{6}Z\.old$/.test(name));
    expect(await readFile(join(folder, kept), 'utf8')).toBe(old.keyPem);
    await rm(folder, { recursive: true });
  });

  it('an OpenSSH host gets its old files back, and runs its command again for them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'certferry-sftp-back-'));
    const [key, chain, live, flag] = ['key.pem', 'fullchain.pem', 'live', 'spoil'].map((name) => join(folder, name));
    const [old, third] = [await makeTlsCertificate([NAME]), await makeTlsCertificate([NAME])];
    for (const [name, made] of [
      ['live', old],
      ['third', third],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'key.pem'), made.keyPem);
      await writeFile(join(folder, name, 'fullchain.pem'), made.certificatePem);
    }
    // Once, what was made for another service gets there in place of what was installed.
    const script = `if [ -e ${flag} ]; then rm ${flag}; cp ${folder}/third/* ${live}; else cp ${key} ${chain} ${live}; fi`;
    await writeFile(join(folder, 'reload.sh'), script);
    await using server = await serveFiles(`${live}/key.pem`, `${live}/fullchain.pem`);
    const { user, port: sshPort, privateKey, hostKey } = sshd;
    const settings = {
      ...{ host: '127.0.0.1', user, sshPort, privateKey, sshHostKeys: [hostKey], keyFile: key, fullchainFile: chain },
      reloadCommand: ['sh', join(folder, 'reload.sh')],
      servedAt: [`127.0.0.1:${server.port} ${NAME}`],
    };
    const connection = await connect({ plugin: 'sftp', settings });
    const first = await renew(connection);
    await writeFile(flag ?? '', '');

    const second = await renew(connection);

    expect(first.finished.outcome).toBe('verified');
    expect(second.finished).toMatchObject({ outcome: 'rolled-back', oldStillServed: true });
    expect(sha256OfPem(await readFile(`${live}/fullchain.pem`, 'utf8'))).toBe(first.sha256);
    expect(sha256OfPem(await readFile(chain ?? '', 'utf8'))).toBe(first.sha256);
    await rm(folder, { recursive: true });
  });

  /** Everything on disk: database, recordings, certificates. */
  async function written() {
    const entries = await readdir(journey.folder, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    return await Promise.all(paths.map(async (path) => ({ where: path, content: await readFile(path, 'latin1') })));
  }

  /** The key that a host has is in none of what people and programs are shown. */
  async function expectKeyNowhere(keyFile: string, renewals: readonly object[]): Promise<void> {
    const body = (await readFile(keyFile, 'utf8')).split('\n')[1] ?? '';
    const renewed = { where: 'events and facts', content: JSON.stringify(renewals) };
    expectNoSecrets([renewed, { where: 'the log', content: journey.logLines.join('') }], { key: body });
  }
});

/** A second, and on a machine that is busy with other things what five of its slowest handshakes take. */
function withinASecond(slowest: number): number {
  return Math.max(1000, 5 * slowest);
}
