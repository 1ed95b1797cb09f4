import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../../../test/support/programs.ts';
import { CONFIG, call, type Lab, NODE, sanOf, startLab } from './testing.ts';

const CSR = { service: 'tomcat', distribution: 'this-server', commonName: NODE };

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ quirks: { absentCsr: 'omitted', trustName: 'tomcat', trustList: 'array' } });
});

afterAll(() => lab[Symbol.asyncDispose]());

describe('accounts', () => {
  test('every request needs Basic authentication', async () => {
    const answer = await call(lab.sim, '/snapshot/server', { auth: null });

    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Basic realm="CMPlatform Realm"');
  });

  test('a wrong password is refused and counted, with a tracking id of its own each time', async () => {
    const before = lab.sim.failedLogins();

    const first = await call(lab.sim, '/snapshot/server', { auth: 'certadmin:guess' });
    const second = await call(lab.sim, '/snapshot/server', { auth: 'nobody:look' });

    expect([first.status, second.status]).toEqual([401, 401]);
    expect(first.body).toEqual({
      key: 401,
      messages: ['Unauthorized'],
      trackingId: expect.stringMatching(/^UC_[0-9a-f-]{36}$/),
    });
    expect(first.body.trackingId).not.toBe(second.body.trackingId);
    expect(lab.sim.failedLogins()).toBe(before + 2);
  });

  test('privilege 0 reads but does not write', async () => {
    const auth = 'reader:look';

    const read = await call(lab.sim, '/snapshot/server', { auth });
    const write = await call(lab.sim, '/csr', { auth, body: CSR });

    expect(read.status).toBe(200);
    expect(write.status).toBe(403);
    expect(lab.sim.pendingCsr()).toBeNull();
  });
});

describe('reading', () => {
  test('the snapshot holds every service, and the certificate that is served', async () => {
    const { body } = await call(lab.sim, '/snapshot/server');

    expect(Object.keys(body).sort()).toEqual(['identities', 'revokedCertificates', 'server', 'trackingId', 'trusts']);
    expect(body.server).toBe(NODE);
    expect(body.identities).toHaveLength(8);
    expect(body.identities[0]).toEqual({ service: 'tomcat', certificate: lab.sim.certificatePem });
    expect(body.trusts[0]).toEqual({ service: 'tomcat', certificate_data: [] });
  });

  test('one certificate is read under a singular path', async () => {
    const singular = await call(lab.sim, '/identity/certificate?service=tomcat');
    const plural = await call(lab.sim, '/identity/certificates?service=tomcat');

    expect(singular.body.certificate).toBe(lab.sim.certificatePem);
    expect(plural.status).toBe(404);
  });

  test.each([
    ['/csr?service=tomcat', 404, 'File /usr/local/platform/.security/tomcat/keys/tomcat.csr Does Not Exist'],
    ['/csr', 400, 'Invalid JSON Format'],
    ['/identity/certificate?service=cheese', 400, 'Invalid service: cheese'],
    ['/certificate', 404, 'Not Found'],
  ])('GET %s answers %i', async (path, status, text) => {
    const answer = await call(lab.sim, path);

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ key: status, messages: [text] });
  });

  test('the two shapes of a trust list, the two names of a trust store, and an empty CSR', async () => {
    await using other = await startLab({
      quirks: { absentCsr: 'empty', trustName: 'tomcat-trust', trustList: 'object' },
    });

    const { body } = await call(other.sim, '/snapshot/server');
    const list = await call(other.sim, '/trust/certificate?service=tomcat');

    expect(body.identities[0].csr).toBe('');
    expect(body.trusts[0].service).toBe('tomcat-trust');
    expect(list.body).toMatchObject({ certificates: [] });
  });

  test.skipIf(missing('curl'))('the documented curl call works', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vos-sim-'));
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, lab.sim.certificatePem);
    const url = `https://${NODE}:${lab.sim.httpsPort}${CONFIG}/snapshot/server`;
    const options = ['-sS', '--cacert', ca, '--connect-to', `${NODE}::${lab.sim.host}:`, '-u', 'reader:look'];

    const { stdout } = await promisify(execFile)('curl', [...options, '-H', 'Content-Type: application/json', url]);

    expect(JSON.parse(stdout)).toMatchObject({ server: NODE });
    await rm(folder, { recursive: true });
  });
});

describe('strict bodies', () => {
  test.each([
    ['/csr', { ...CSR, surprise: 1 }],
    ['/csr', { ...CSR, keyLength: '2048' }],
    ['/csr', { ...CSR, keyType: 'RSA' }],
    ['/csr', { ...CSR, altNames: NODE }],
    ['/csr', { service: 'tomcat', commonName: NODE }],
    ['/csr', '{"service": "tomcat",'],
    ['/identity/certificates', { service: ['tomcat'], certificates: ['x'] }],
    ['/identity/certificates', { service: 'tomcat', certificates: 'x' }],
    ['/trust/certificates', { service: 'tomcat', certificates: ['x'] }],
  ])('POST %s refuses %j', async (path, body) => {
    const answer = await call(lab.sim, path, { body });

    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ key: 400, messages: ['Invalid JSON Format'] });
  });

  test('a body of another type is refused', async () => {
    const answer = await call(lab.sim, '/csr', { body: CSR, type: 'application/x-www-form-urlencoded' });

    expect(answer.status).toBe(400);
  });
});

describe('requests', () => {
  test('without altNames there is no SAN, and the subject is filled in by the node', async () => {
    const { status, body } = await call(lab.sim, '/csr', { body: CSR });

    const csr = new x509.Pkcs10CertificateRequest(body.csr);
    expect(status).toBe(200);
    expect(csr.subject).toBe(`C=US, ST=Lab State, L=Loopback, O=Example Lab, CN=${NODE}`);
    expect(csr.getExtension('2.5.29.17')).toBeNull();
    expect(await csr.verify()).toBe(true);
  });

  test('a request asks for server and client authentication and data encipherment', async () => {
    const { body } = await call(lab.sim, '/csr', { body: { ...CSR, keyLength: 3072, hashAlgorithm: 'sha384' } });

    const csr = new x509.Pkcs10CertificateRequest(body.csr);
    const usages = new x509.ExtendedKeyUsageExtension(csr.getExtension('2.5.29.37')?.rawData ?? new Uint8Array());
    const keyUsages = new x509.KeyUsagesExtension(csr.getExtension('2.5.29.15')?.rawData ?? new Uint8Array());
    expect(usages.usages).toEqual([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]);
    expect(keyUsages.usages & x509.KeyUsageFlags.dataEncipherment).not.toBe(0);
    expect(csr.publicKey.algorithm).toMatchObject({ modulusLength: 3072 });
    expect(csr.signatureAlgorithm).toMatchObject({ hash: { name: 'SHA-384' } });
  });

  test('with altNames the SAN holds the common name too', async () => {
    const altNames = ['cucm.lab.example.com', NODE.toUpperCase()];

    const { body } = await call(lab.sim, '/csr', { body: { ...CSR, altNames } });

    expect(sanOf(body.csr)).toEqual([NODE, 'cucm.lab.example.com']);
  });

  test('san-added-by-node adds the parent domain', async () => {
    lab.faults.on('san-added-by-node');

    const { body } = await call(lab.sim, '/csr', { body: CSR });

    lab.faults.off('san-added-by-node');
    expect(sanOf(body.csr)).toEqual([NODE, 'lab.example.com']);
  });

  test('a new request replaces the pending one and its key', async () => {
    const first = await call(lab.sim, '/csr', { body: CSR });
    const second = await call(lab.sim, '/csr', { body: CSR });

    const pending = await call(lab.sim, '/csr?service=tomcat');
    const { body } = await call(lab.sim, '/snapshot/server');
    expect(keyIn(second.body.csr)).not.toBe(keyIn(first.body.csr));
    expect(pending.body.csr).toBe(second.body.csr);
    expect(body.identities[0].csr).toBe(second.body.csr);
  });

  test.each(['*.lab.example.com', '10.1.2 3', 'a..b', ''])('a request for the name %j is refused', async (name) => {
    const answer = await call(lab.sim, '/csr', { body: { ...CSR, altNames: [name] } });

    expect(answer.status).toBe(400);
  });
});

test('each exchange can be stopped before it has its effect, and before it is answered', async () => {
  await using own = await startLab();
  const seen: string[] = [];
  own.exchanges.listen((name, phase) => {
    seen.push(`${name} ${phase} ${own.sim.pendingCsr() === null ? 'none' : 'pending'}`);
  });

  await call(own.sim, '/csr', { body: CSR });

  expect(seen).toEqual(['vos.csr.create received none', 'vos.csr.create done pending']);
  expect(own.exchanges.count('vos.csr.create')).toBe(1);
});

test('a port that is taken is an error, and leaves nothing open', async () => {
  const port = lab.sim.sshPort;

  const starting = startLab({ ports: { ssh: port } });

  await expect(starting).rejects.toThrow('EADDRINUSE');
});

test('disposing closes everything, whoever is still connected', async () => {
  const own = await startLab({ restartMs: 60_000 });
  own.exchanges.listen(() => new Promise(() => undefined));
  const hanging = call(own.sim, '/csr', { body: CSR });
  const failed = expect(hanging).rejects.toThrow();
  await own[Symbol.asyncDispose]();

  const again = call(own.sim, '/snapshot/server');

  await failed;
  await expect(again).rejects.toThrow('ECONNREFUSED');
});

function keyIn(csrPem: string): string {
  return Buffer.from(new x509.Pkcs10CertificateRequest(csrPem).publicKey.rawData).toString('hex');
}
