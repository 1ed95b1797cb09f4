import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { traefik } from '../../backend/src/appliances/traefik/index.ts';
import { sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { makeCsr, makeKey } from '../../backend/src/plugins/keys.ts';
import { startFileProvider } from '../support/file-provider.ts';
import { type ApplianceUnderTest, applianceDriverContract } from './appliance-driver.ts';
import { privateCa } from './appliance-driver-vos.ts';
import { seenAt, servedBy, TARGET_NAMES, targetDeps } from './targets.ts';

const never = new AbortController().signal;

async function site(name = 'www.yml') {
  const folder = await mkdtemp(join(tmpdir(), 'certferry-traefik-'));
  const [dynamic, certs] = [join(folder, 'dynamic'), join(folder, 'certs')];
  await Promise.all([mkdir(dynamic), mkdir(certs)]);
  const server = await startFileProvider(dynamic);
  const settings = { servedAt: [seenAt(server.port)], dynamicFile: join(dynamic, name), folder: certs };
  const ca = await privateCa(TARGET_NAMES);
  const driver = (change: object = {}) =>
    traefik.create(traefik.settings.parse({ ...settings, ...change }), targetDeps);
  return {
    ...{ certs, dynamic, server, settings, ca, driver },
    async renew(change: object = {}): Promise<string> {
      const key = await makeKey('EC P-256');
      const chain = await ca.issue(await makeCsr(key, TARGET_NAMES[0], TARGET_NAMES));
      await driver(change).install('certificate', chain, { held: 'certferry', pem: new Secret(key.keyPem) }, never);
      return sha256OfPem(chain.leafPem);
    },
    served: () => servedBy({ host: '127.0.0.1', port: server.port, serverName: TARGET_NAMES[0] }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

applianceDriverContract('traefik', async (): Promise<ApplianceUnderTest> => {
  const here = await site();
  const first = await here.renew();
  await vi.waitFor(async () => expect(await here.served()).toBe(first));
  return {
    driver: here.driver(),
    slot: 'certificate',
    dnsNames: TARGET_NAMES,
    denied: null,
    absent: null,
    served: servedBy,
    ...here.ca,
    [Symbol.asyncDispose]: () => here[Symbol.asyncDispose](),
  };
});

describe('traefik', () => {
  test.each(['www.yml', 'www.yaml', 'www.toml'])('%s is seen, and each next certificate too', async (name) => {
    await using here = await site(name);

    for (const defaultCertificate of [false, true]) {
      const sha256 = await here.renew({ defaultCertificate });
      await expect.poll(here.served).toBe(sha256);
    }

    expect(here.server.problem()).toBeNull();
  });

  test('the pair before stays, older ones go, and what is not ours is left alone', async () => {
    await using here = await site();
    await writeFile(join(here.certs, 'www-foreign.crt'), 'somebody else');
    const prints = [await here.renew(), await here.renew(), await here.renew()].map((sha256) => sha256.slice(0, 16));

    const names = await readdir(here.certs);

    const kept = prints.slice(1).flatMap((print) => [`www-${print}.crt`, `www-${print}.key`]);
    expect(names.sort()).toEqual([...kept, 'www-foreign.crt'].sort());
  });

  test('a file that somebody else wrote is refused, in the check too, and left as it is', async () => {
    await using here = await site();
    await writeFile(here.settings.dynamicFile, 'http: {}\n');

    const failure = await here.renew().catch((err) => err);
    const findings = await here.driver().check('certificate', TARGET_NAMES, never);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED', message: expect.stringContaining('somebody else') });
    expect(findings.find(({ id }) => id === 'traefik.dynamic')).toMatchObject({ outcome: 'block' });
    expect(await readFile(here.settings.dynamicFile, 'utf8')).toBe('http: {}\n');
    expect(await readdir(here.certs)).toEqual([]);
  });

  test('in a container Traefik is told the path that it sees', async () => {
    await using here = await site();

    const sha256 = await here.renew({ folderInTraefik: '/certs' });

    const text = await readFile(here.settings.dynamicFile, 'utf8');
    expect(text).toContain(`"/certs/www-${sha256.slice(0, 16)}.crt"`);
  });

  test('a file that Traefik would not read is refused', () => {
    const settings = traefik.settings.parse({
      servedAt: ['a.example.com:443'],
      dynamicFile: '/a/www.conf',
      folder: '/b',
    });

    expect(() => traefik.verify?.(settings)).toThrow('.yml, .yaml or .toml');
  });
});
