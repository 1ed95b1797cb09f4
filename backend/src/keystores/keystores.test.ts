import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from '../../../test/support/programs.ts';
import { sha256OfPem, splitPem } from '../domain/certificate.ts';
import { Secret } from '../domain/secret.ts';
import { makeKey } from '../plugins/keys.ts';
import { makeCertificate } from '../plugins/testing/certificates.ts';
import type { KeystoreContents } from './contents.ts';
import { jks } from './jks.ts';
import { pkcs12 } from './pkcs12.ts';
import { zip } from './zip.ts';

const PASSWORD = new Secret('correct-horse 9');
const NOW = new Date('2026-11-22T12:00:00Z');
const KINDS = ['EC P-256', 'RSA 2048'] as const;
const run = promisify(execFile);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-keystores-'));
});
afterAll(() => rm(folder, { recursive: true }));

const NEEDS_OPENSSL = missing('openssl');

describe.skipIf(NEEDS_OPENSSL).each(KINDS)(`PKCS#12 of %s, opened by OpenSSL ${NEEDS_OPENSSL ?? ''}`, (kind) => {
  it('holds key and certificates', async () => {
    const contents = await contentsOf(kind);
    const file = await written('bundle.p12', await pkcs12(contents, { password: PASSWORD }));

    const text = await openPkcs12(file, PASSWORD);

    expect(splitPem(text).map(sha256OfPem).sort()).toEqual(contents.certificates.map(sha256OfPem).sort());
    expect(text).toContain('friendlyName: web.example.com');
    expect(sameKey(text, contents)).toBe(true);
  });

  it('is encrypted with AES-256 and authenticated with SHA-256', async () => {
    const file = await written('info.p12', await pkcs12(await contentsOf(kind), { password: PASSWORD }));

    const { stderr } = await run('openssl', ['pkcs12', '-in', file, '-info', '-noout', '-passin', passIn(PASSWORD)]);

    expect(stderr).toMatch(/MAC: sha256, Iteration 20000/);
    expect(stderr.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 20000, PRF hmacWithSHA256/g)).toHaveLength(2);
  });

  it('does not open with another password', async () => {
    const file = await written('locked.p12', await pkcs12(await contentsOf(kind), { password: PASSWORD }));

    await expect(openPkcs12(file, new Secret('another one'))).rejects.toThrow(/invalid password/i);
  });
});

const NEEDS_KEYTOOL = missing('keytool');

describe.skipIf(NEEDS_KEYTOOL)(`JKS, opened by keytool ${NEEDS_KEYTOOL ?? ''}`, () => {
  it('holds key and certificates', async () => {
    const contents = await contentsOf('EC P-256');
    const source = await written('bundle.jks', jks(contents, { password: PASSWORD, now: NOW }));
    const target = join(folder, 'from-jks.p12');

    await run('keytool', ['-importkeystore', '-srckeystore', source, ...sealed('src', 'JKS'), ...to(target)]);

    const text = await openPkcs12(target, PASSWORD);
    expect(splitPem(text).map(sha256OfPem).sort()).toEqual(contents.certificates.map(sha256OfPem).sort());
    expect(sameKey(text, contents)).toBe(true);
  });

  function to(target: string): readonly string[] {
    return ['-destkeystore', target, ...sealed('dest', 'PKCS12'), '-noprompt'];
  }
});

/** Debian's own, which sees Debian's packages; another one may come first in the PATH. */
const PYTHON = '/usr/bin/python3';
const PYJKS = `import jks, sys
store = jks.KeyStore.load(sys.argv[1], sys.argv[2])
entry = store.private_keys['web.example.com']
print(entry.pkey_pkcs8.hex())
for kind, der in entry.cert_chain: print(kind, der.hex())`;

const NEEDS_PYJKS = await missingPyjks();

describe.skipIf(NEEDS_PYJKS)(`JKS, opened by pyjks ${NEEDS_PYJKS ?? ''}`, () => {
  it.each(KINDS)('holds key and certificates: %s', async (kind) => {
    const contents = await contentsOf(kind);
    const file = await written('py.jks', jks(contents, { password: PASSWORD, now: NOW }));

    const { stdout } = await run(PYTHON, ['-c', PYJKS, file, PASSWORD.reveal()]);

    const [key, ...certificates] = stdout.trim().split('\n');
    expect(key).toBe(
      createPrivateKey(contents.keyPem.reveal()).export({ type: 'pkcs8', format: 'der' }).toString('hex'),
    );
    expect(certificates).toHaveLength(contents.certificates.length);
  });
});

const NEEDS_UNZIP = missing('unzip');

describe.skipIf(NEEDS_UNZIP)(`ZIP, tested by unzip ${NEEDS_UNZIP ?? ''}`, () => {
  it('holds the files', async () => {
    const file = await written('bundle.zip', zip({ 'cert.pem': 'one\n', 'chain.pem': 'two\n' }, NOW));

    await run('unzip', ['-t', file]);

    expect((await run('unzip', ['-p', file, 'chain.pem'])).stdout).toBe('two\n');
  });
});

async function contentsOf(kind: (typeof KINDS)[number]): Promise<KeystoreContents> {
  const { pair, keyPem } = await makeKey(kind);
  const issuer = await makeCertificate({ commonName: 'Some CA', isCa: true });
  const leaf = await makeCertificate({ commonName: 'web.example.com', keys: pair, issuer });
  return { keyPem: new Secret(keyPem), certificates: [leaf.certPem, issuer.certPem], alias: 'web.example.com' };
}

async function written(name: string, content: Buffer): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

async function openPkcs12(file: string, password: Secret): Promise<string> {
  return (await run('openssl', ['pkcs12', '-in', file, '-passin', passIn(password), '-nodes'])).stdout;
}

function passIn(password: Secret): string {
  return `pass:${password.reveal()}`;
}

function sealed(side: 'src' | 'dest', type: string): readonly string[] {
  return [`-${side}storetype`, type, `-${side}storepass`, PASSWORD.reveal()];
}

function sameKey(text: string, { keyPem }: KeystoreContents): boolean {
  const [pem = ''] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(text) ?? [];
  return createPrivateKey(pem).equals(createPrivateKey(keyPem.reveal()));
}

async function missingPyjks(): Promise<string | null> {
  const found = await run(PYTHON, ['-c', 'import jks']).then(
    () => true,
    () => false,
  );
  return found ? null : 'needs pyjks: on Debian, apt-get install python3-pyjks';
}
