import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { haproxy } from '../../backend/src/appliances/haproxy/index.ts';
import { type CertificateChain, sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { makeCsr, makeKey } from '../../backend/src/plugins/keys.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import { type Haproxy, startHaproxy } from '../support/haproxy.ts';
import { missing } from '../support/programs.ts';
import { makeTlsCertificate } from '../support/x509.ts';
import { type ApplianceUnderTest, applianceDriverContract } from './appliance-driver.ts';
import { privateCa } from './appliance-driver-vos.ts';
import { seenAt, servedBy, TARGET_NAMES, targetDeps } from './targets.ts';

const never = new AbortController().signal;
const lacks = missing('haproxy');

function driverOf({ port, socket, pemFile }: Haproxy, change: object = {}) {
  const settings = { servedAt: [seenAt(port)], runtime: socket, pemFile, ...change };
  return haproxy.create(haproxy.settings.parse(settings), targetDeps);
}

describe.skipIf(lacks)(`the real HAProxy${lacks ? ` (${lacks})` : ''}`, () => {
  applianceDriverContract('haproxy', async (): Promise<ApplianceUnderTest> => {
    const server = await startHaproxy(TARGET_NAMES[0]);
    return {
      driver: driverOf(server),
      slot: 'certificate',
      dnsNames: TARGET_NAMES,
      denied: null,
      absent: driverOf(server, { runtime: '127.0.0.1:1' }),
      served: servedBy,
      ...(await privateCa(TARGET_NAMES)),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });

  test.each(['socket', 'TCP'])(
    'serves the new certificate at once (%s), and says which version it is',
    async (over) => {
      await using server = await startHaproxy(TARGET_NAMES[0]);
      const runtime = over === 'TCP' ? `127.0.0.1:${server.runtimePort}` : server.socket;
      const driver = driverOf(server, { runtime });
      const { chain, key } = await issued();

      await driver.install('certificate', chain, key, never);

      expect(await servedNow(server)).toBe(sha256OfPem(chain.leafPem));
      expect((await driver.identify(never)).version).toMatch(/^\d+\.\d+/);
      expect(await readdir(dirname(server.pemFile))).toEqual(['other.pem', 'www.pem']);
    },
  );

  test('blank lines of a CA do not cut the certificate short', async () => {
    await using server = await startHaproxy(TARGET_NAMES[0]);
    const { chain, key } = await issued();
    const spaced = { ...chain, intermediatesPem: chain.intermediatesPem.map((pem) => `\n\r\n${pem}\n\n`) };

    await driverOf(server).install('certificate', spaced, key, never);

    const endpoint = { host: '127.0.0.1', port: server.port, serverName: TARGET_NAMES[0] };
    const { chainPem } = await createTlsDialer().served(endpoint, AbortSignal.timeout(10_000));
    expect(chain.intermediatesPem.length).toBeGreaterThan(0);
    expect(chainPem.map(sha256OfPem)).toEqual([chain.leafPem, ...chain.intermediatesPem].map(sha256OfPem));
  });

  test('a certificate that is not in memory is refused before anything changes, and what is there is named', async () => {
    await using server = await startHaproxy(TARGET_NAMES[0]);
    const driver = driverOf(server, { nameInHaproxy: '/certs/www.pem' });
    const before = await stateOf(server);
    const { chain, key } = await issued();

    const failure = await driver.install('certificate', chain, key, never).catch((err) => err);
    const findings = await driver.check('certificate', TARGET_NAMES, never);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED', message: expect.stringContaining(server.pemFile) });
    expect(findings.find(({ id }) => id === 'haproxy.loaded')).toMatchObject({
      outcome: 'block',
      answer: expect.stringContaining(server.otherPemFile),
    });
    expect(await driver.readInstalled('certificate', never)).toBeNull();
    expect(await stateOf(server)).toEqual(before);
  });

  test.each([
    ['of the same certificate', 'pemFile'],
    ['of another one', 'otherPemFile'],
  ] as const)("somebody else's transaction (%s) is left alone and waited for", async (_, its) => {
    await using server = await startHaproxy(TARGET_NAMES[0]);
    const driver = driverOf(server);
    const { keyPem, certificatePem } = await makeTlsCertificate(['theirs.example.com']);
    await server.say(`set ssl cert ${server[its]} <<\n${keyPem}\n${certificatePem}\n`);
    const theirs = await server.say(`show ssl cert *${server[its]}`);
    const before = await stateOf(server);
    const { chain, key } = await issued();

    const failure = await driver.install('certificate', chain, key, never).catch((err) => err);
    const findings = await driver.check('certificate', TARGET_NAMES, never);

    expect(failure).toMatchObject({
      code: 'APPLIANCE_BUSY',
      message: expect.stringContaining(`abort ssl cert ${server[its]}`),
    });
    expect(findings.find(({ id }) => id === 'haproxy.transaction')).toMatchObject({ outcome: 'warn' });
    expect(theirs).toContain('theirs.example.com');
    expect(await server.say(`show ssl cert *${server[its]}`)).toBe(theirs);
    expect(await stateOf(server)).toEqual(before);
  });

  test('a transaction that an interrupted run of ours left is begun anew', async () => {
    await using server = await startHaproxy(TARGET_NAMES[0]);
    const { chain, key } = await issued();
    await server.say(`set ssl cert ${server.pemFile} <<\n${key.pem.reveal()}\n${chain.leafPem}\n`);

    const receipt = await driverOf(server).install('certificate', chain, key, never);

    expect(receipt.changed).toBe(true);
    expect(await servedNow(server)).toBe(sha256OfPem(chain.leafPem));
  });

  test('a certificate larger than the buffer of HAProxy is refused in words, and the file before is back', async () => {
    await using server = await startHaproxy(TARGET_NAMES[0]);
    const before = await stateOf(server);
    const { chain, key } = await issued();
    const intermediatesPem = Array<string>(40).fill(chain.leafPem);

    const installed = driverOf(server).install('certificate', { ...chain, intermediatesPem }, key, never);

    await expect(installed).rejects.toMatchObject({
      code: expect.stringMatching(/^APPLIANCE_RE(FUSED|JECTED_CERTIFICATE)$/),
      message: expect.stringContaining('tune.bufsize'),
    });
    expect(await stateOf(server)).toEqual(before);
    expect(await readdir(dirname(server.pemFile))).toEqual(['other.pem', 'www.pem']);
  });

  test('a socket that may not change certificates blocks the check, and the file before is back', async () => {
    await using server = await startHaproxy(TARGET_NAMES[0]);
    const driver = driverOf(server, { runtime: server.operatorSocket });
    const before = await stateOf(server);
    const { chain, key } = await issued();

    const failure = await driver.install('certificate', chain, key, never).catch((err) => err);
    const findings = await driver.check('certificate', TARGET_NAMES, never);

    expect(failure).toMatchObject({ code: 'APPLIANCE_FORBIDDEN', evidence: { body: 'Permission denied' } });
    expect(JSON.stringify(failure)).not.toContain('PRIVATE KEY');
    expect(findings.find(({ id }) => id === 'haproxy.runtime')).toMatchObject({
      outcome: 'block',
      todo: expect.stringContaining('level admin'),
    });
    expect(await stateOf(server)).toEqual(before);
  });

  test('a file that was changed while HAProxy has another certificate is a warning, and what is served is installed', async () => {
    await using server = await startHaproxy(TARGET_NAMES[0]);
    const served = await servedNow(server);
    await writeFile(server.pemFile, (await makeTlsCertificate(TARGET_NAMES)).certificatePem);
    const driver = driverOf(server);

    const installed = await driver.readInstalled('certificate', never);
    const findings = await driver.check('certificate', TARGET_NAMES, never);

    expect(installed).toMatchObject({ sha256: served });
    expect(findings.find(({ id }) => id === 'haproxy.file')).toMatchObject({ outcome: 'warn' });
  });

  test('a certificate that memory has already is written for the next start alone', async () => {
    await using server = await startHaproxy(TARGET_NAMES[0]);
    const driver = driverOf(server);
    const { chain, key } = await issued();
    await driver.install('certificate', chain, key, never);
    await writeFile(server.pemFile, 'lost');

    const receipt = await driver.install('certificate', chain, key, never);
    await server.restart();

    expect(receipt.changed).toBe(true);
    expect(await servedNow(server)).toBe(sha256OfPem(chain.leafPem));
  });
});

describe('haproxy', () => {
  const settings = { servedAt: ['a.example.com:443'], runtime: '/run/haproxy.sock', pemFile: '/a/www.pem' };

  test.each([
    ['runtime', 'admin.sock', 'neither the path of a socket'],
    ['runtime', 'lb1:99999', 'neither the path of a socket'],
    ['nameInHaproxy', 'www.pem; shutdown sessions', 'cannot carry'],
    ['pemFile', '/a/my www.pem', 'cannot carry'],
  ])('%s "%s" is refused', (field, value, words) => {
    const parsed = haproxy.settings.parse({ ...settings, [field]: value });

    expect(() => haproxy.verify?.(parsed)).toThrow(words);
  });

  test('a Runtime API that crosses the network in clear is a warning', async () => {
    const parsed = haproxy.settings.parse({ ...settings, runtime: 'lb1.invalid:9999' });

    const findings = await haproxy.create(parsed, targetDeps).check('certificate', TARGET_NAMES, never);

    expect(findings.find(({ id }) => id === 'haproxy.exposed')).toMatchObject({ outcome: 'warn' });
  });
});

async function issued() {
  const key = await makeKey('EC P-256');
  const { issue } = await privateCa(TARGET_NAMES);
  const chain: CertificateChain = await issue(await makeCsr(key, TARGET_NAMES[0], TARGET_NAMES));
  return { chain, key: { held: 'certferry', pem: new Secret(key.keyPem) } as const };
}

function servedNow({ port }: Haproxy): Promise<string> {
  return servedBy({ host: '127.0.0.1', port, serverName: TARGET_NAMES[0] });
}

async function stateOf(server: Haproxy) {
  return { pem: await readFile(server.pemFile, 'utf8'), served: await servedNow(server) };
}
