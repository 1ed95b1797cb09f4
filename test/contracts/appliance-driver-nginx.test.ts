import { readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { nginx } from '../../backend/src/appliances/nginx/index.ts';
import { type CertificateChain, sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { makeCsr, makeKey } from '../../backend/src/plugins/keys.ts';
import { type Nginx, startNginx } from '../support/nginx.ts';
import { missing } from '../support/programs.ts';
import { type ApplianceUnderTest, applianceDriverContract } from './appliance-driver.ts';
import { privateCa } from './appliance-driver-vos.ts';
import { seenAt, servedBy, TARGET_NAMES, targetDeps } from './targets.ts';

const never = new AbortController().signal;
const lacks = missing('nginx');

function driverOf({ port, keyFile, certificateFile, command }: Nginx, change: object = {}) {
  const settings = { servedAt: [seenAt(port)], keyFile, certificateFile, nginxCommand: command, ...change };
  return nginx.create(nginx.settings.parse(settings), targetDeps);
}

describe.skipIf(lacks)(`the real nginx${lacks ? ` (${lacks})` : ''}`, () => {
  applianceDriverContract('nginx', async (): Promise<ApplianceUnderTest> => {
    const server = await startNginx(TARGET_NAMES[0]);
    return {
      driver: driverOf(server),
      slot: 'certificate',
      dnsNames: TARGET_NAMES,
      denied: null,
      absent: null,
      served: servedBy,
      ...(await privateCa(TARGET_NAMES)),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });

  test('serves the new certificate after the installation, and says which version it is', async () => {
    await using server = await startNginx(TARGET_NAMES[0]);
    const driver = driverOf(server);
    const { chain, key } = await issued();

    await driver.install('certificate', chain, key, never);

    await expect.poll(() => servedNow(server)).toBe(sha256OfPem(chain.leafPem));
    expect((await driver.identify(never)).version).toMatch(/^\d+\.\d+/);
  });

  test('a certificate with which the test fails is taken back, in the words of nginx', async () => {
    await using server = await startNginx(TARGET_NAMES[0]);
    const before = await stateOf(server);
    // nginx refuses an RSA key this short with its default security level.
    await writeFile(
      server.configFile,
      (await readFile(server.configFile, 'utf8')).replace('listen', 'ssl_ciphers ALL:@SECLEVEL=3;\n    listen'),
    );
    const { chain, key } = await issued('RSA 2048');

    const failure = await driverOf(server)
      .install('certificate', chain, key, never)
      .catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REJECTED_CERTIFICATE' });
    expect(failure.evidence.body).toContain('ee key too small');
    expect(await stateOf(server)).toEqual(before);
  });

  test('a configuration that was wrong before is said to be, and nothing changes', async () => {
    await using server = await startNginx(TARGET_NAMES[0]);
    const before = await stateOf(server);
    await writeFile(server.configFile, `${await readFile(server.configFile, 'utf8')}\nnonsense;\n`);
    const driver = driverOf(server);
    const { chain, key } = await issued();

    const failure = await driver.install('certificate', chain, key, never).catch((err) => err);
    const findings = await driver.check('certificate', TARGET_NAMES, never);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED', message: expect.stringContaining('files before too') });
    expect(failure.evidence.body).toContain('unknown directive "nonsense"');
    expect(findings.find(({ id }) => id === 'nginx.configuration')).toMatchObject({ outcome: 'block' });
    expect(await stateOf(server)).toEqual(before);
  });

  test('a reload that fails puts the files before back', async () => {
    await using server = await startNginx(TARGET_NAMES[0]);
    const before = await stateOf(server);
    const reloadCommand = ['sh', '-c', 'echo Unit nginx is masked >&2; exit 1'];
    const { chain, key } = await issued();

    const failure = await driverOf(server, { reloadCommand })
      .install('certificate', chain, key, never)
      .catch((e) => e);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED', evidence: { body: 'Unit nginx is masked' } });
    expect(await stateOf(server)).toEqual(before);
  });

  test('an nginx that cannot be run leaves everything as it was', async () => {
    await using server = await startNginx(TARGET_NAMES[0]);
    const before = await stateOf(server);
    const { chain, key } = await issued();

    const installed = driverOf(server, { nginxCommand: ['/no/such/nginx'] }).install('certificate', chain, key, never);

    await expect(installed).rejects.toMatchObject({ code: 'APPLIANCE_REFUSED' });
    expect(await stateOf(server)).toEqual(before);
  });

  test('an nginx without a certificate gets its first', async () => {
    await using server = await startNginx(TARGET_NAMES[0]);
    await Promise.all([rm(server.keyFile), rm(server.certificateFile)]);
    const driver = driverOf(server);
    const { chain, key } = await issued();

    const findings = await driver.check('certificate', TARGET_NAMES, never);
    await driver.install('certificate', chain, key, never);

    expect(findings.filter(({ outcome }) => outcome === 'block')).toEqual([]);
    await expect.poll(() => servedNow(server)).toBe(sha256OfPem(chain.leafPem));
  });

  test('files that the configuration does not name are a warning', async () => {
    await using server = await startNginx(TARGET_NAMES[0]);
    const driver = driverOf(server, { keyFile: `${server.folder}/ssl/other.key` });

    const findings = await driver.check('certificate', TARGET_NAMES, never);

    expect(findings.find(({ id }) => id === 'nginx.named')).toMatchObject({
      outcome: 'warn',
      answer: expect.stringContaining('other.key'),
    });
  });
});

async function issued(kind: 'EC P-256' | 'RSA 2048' = 'EC P-256') {
  const key = await makeKey(kind);
  const { issue } = await privateCa(TARGET_NAMES);
  const chain: CertificateChain = await issue(await makeCsr(key, TARGET_NAMES[0], TARGET_NAMES));
  return { chain, key: { held: 'certferry', pem: new Secret(key.keyPem) } as const };
}

function servedNow({ port }: Nginx): Promise<string> {
  return servedBy({ host: '127.0.0.1', port, serverName: TARGET_NAMES[0] });
}

async function stateOf(server: Nginx) {
  const { keyFile, certificateFile } = server;
  return {
    key: await readFile(keyFile, 'utf8'),
    certificate: await readFile(certificateFile, 'utf8'),
    served: await servedNow(server),
  };
}
