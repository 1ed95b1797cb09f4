import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../../../test/support/programs.ts';
import { type Lab, NODE, newCa, restart, sanOf, servedAt, startLab } from './testing.ts';

const SCRIPT = fileURLToPath(new URL('curl-cucm.sh', import.meta.url));

describe.skipIf(missing('curl'))('a shell script that knows curl and the documentation', () => {
  let lab: Lab;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vos-sim-'));
    lab = await startLab();
    await writeFile(join(folder, 'node.pem'), lab.sim.certificatePem);
  });

  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('reads the snapshot', async () => {
    const output = await run(['snapshot']);

    expect(JSON.parse(output)).toMatchObject({ server: NODE });
  });

  test('gets a CSR, has it signed, installs the certificate, and it is served after a restart', async () => {
    const ca = await newCa();

    const csr = await run(['csr', NODE]);
    const chain = [await ca.issue(csr), ca.intermediatePem, ca.rootPem];
    const files = await Promise.all(chain.map((pem, index) => file(`chain-${index}.pem`, `${pem}\n`)));
    const output = await run(['install', ...files]);
    await restart(lab.sim, 'Cisco Tomcat');

    expect(sanOf(csr)).toEqual([NODE]);
    expect(output).toBe('installed\n');
    expect((await servedAt(lab.sim, lab.sim.httpsPort)).sha256).toBe(lab.sim.installedSha256());
    expect(lab.sim.installedSha256()).not.toBe(lab.sim.certificateSha256);
  });

  test('is told what is wrong with its password', async () => {
    await using own = await startLab();
    const ca = await file('own.pem', own.sim.certificatePem);

    const reading = run(['snapshot'], { ...environment(own), CUCM_CA: ca, CUCM_PASSWORD: 'guess' });

    await expect(reading).rejects.toMatchObject({ stdout: expect.stringContaining('"messages":["Unauthorized"]') });
  });

  async function run(words: readonly string[], env = environment(lab)): Promise<string> {
    const { stdout } = await promisify(execFile)(SCRIPT, words, { env: { PATH: process.env.PATH, ...env } });
    return stdout;
  }

  async function file(name: string, content: string): Promise<string> {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  }

  function environment({ sim }: Lab): Record<string, string> {
    return {
      CUCM_URL: `https://${NODE}:${sim.httpsPort}`,
      CUCM_CONNECT_TO: `${NODE}::${sim.host}:`,
      CUCM_USER: 'certadmin',
      CUCM_PASSWORD: 'colon:and ünicode',
      CUCM_CA: join(folder, 'node.pem'),
    };
  }
});
