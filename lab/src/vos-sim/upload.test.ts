import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, type Lab, NODE, newCa, newKeys, newRoot, startLab, type TestCa } from './testing.ts';

const CSR = { service: 'tomcat', distribution: 'this-server', commonName: NODE };
const WITH_NAMES = { ...CSR, altNames: ['cucm.lab.example.com'] };
const NO_CSR = 'File /usr/local/platform/.security/tomcat/keys/tomcat.csr Does Not Exist';
const CA_MISSING = 'CA Certificate is Not Available in the Trust-Store';

let lab: Lab;
let ca: TestCa;

beforeAll(async () => {
  ca = await newCa();
  lab = await startLab({ trusted: [ca.rootPem, ca.intermediatePem] });
});

afterAll(() => lab[Symbol.asyncDispose]());

describe('identity upload', () => {
  test('stores the certificate, consumes the request, and changes nothing that is served', async () => {
    const csr = await newCsr(WITH_NAMES);

    const answer = await upload(await ca.issue(csr), ca.intermediatePem, ca.rootPem);

    const snapshot = await call(lab.sim, '/snapshot/server');
    const again = await upload(await ca.issue(csr));
    expect(answer.status).toBe(lab.sim.quirks.uploadStatus);
    expect(lab.sim.installedSha256()).not.toBe(lab.sim.certificateSha256);
    expect(lab.sim.servedSha256()).toBe(lab.sim.certificateSha256);
    expect(snapshot.body.identities[0].certificate).not.toBe(lab.sim.certificatePem);
    expect(lab.sim.pendingCsr()).toBeNull();
    expect(again).toMatchObject({ status: 400, body: { key: 400, messages: [NO_CSR] } });
    expect(lab.exchanges.count('vos.identity.upload')).toBe(1);
  });

  test('the names of a request without SAN are its common name', async () => {
    const csr = await newCsr(CSR);

    const answer = await upload(await ca.issue(csr, { names: [NODE.toUpperCase()] }));

    expect(answer.status).toBe(lab.sim.quirks.uploadStatus);
  });
});

describe('refused identity uploads', () => {
  let csr: string;

  beforeAll(async () => {
    csr = await newCsr(WITH_NAMES);
  });

  test.each<[string, string, () => Promise<string>]>([
    [
      'for another key',
      'CSR Public Key and Certificate Public Key Do Not Match',
      async () => ca.issue(csr, { publicKey: (await newKeys()).publicKey }),
    ],
    [
      'with a name too many',
      'CSR SAN and Certificate SAN does not match',
      () => ca.issue(csr, { names: [NODE, 'cucm.lab.example.com', 'www.lab.example.com'] }),
    ],
    ['with a name too few', 'CSR SAN and Certificate SAN does not match', () => ca.issue(csr, { names: [NODE] })],
    ['by an unknown CA', CA_MISSING, async () => (await newCa(' 2')).issue(csr)],
    ['by a CA that only has the right names', CA_MISSING, async () => (await newCa()).issue(csr)],
    ['that has expired', 'Certificate has expired', () => ca.issue(csr, { days: -1 })],
    ['that is unreadable', 'Certificate is not in PEM or DER format', async () => 'certificate'],
    [
      'that is damaged',
      'Certificate is not in PEM or DER format',
      async () => (await ca.issue(csr)).replace(/\n[A-Za-z0-9+/]{64}\n/, '\n'),
    ],
  ])('a certificate %s: %s', async (_case, text, leaf) => {
    const before = lab.sim.installedSha256();

    const answer = await upload(await leaf());

    expect(answer.status).toBe(400);
    expect(answer.body.messages).toEqual([text]);
    expect(lab.sim.installedSha256()).toBe(before);
    expect(lab.sim.pendingCsr()).toBe(csr);
  });

  test('any but the leaf first', async () => {
    const answer = await upload(ca.intermediatePem, await ca.issue(csr));

    expect(answer.body.messages).toEqual(['CSR Public Key and Certificate Public Key Do Not Match']);
  });

  test('a certificate for the request before', async () => {
    const stale = await ca.issue(csr);
    await newCsr(WITH_NAMES);

    const answer = await upload(stale);

    expect(answer.body.messages).toEqual(['CSR Public Key and Certificate Public Key Do Not Match']);
  });

  test('the chain in the upload does not stand in for the trust store', async () => {
    await using other = await startLab({ trusted: [ca.rootPem] });
    const { body } = await call(other.sim, '/csr', { body: CSR });
    const certificates = [await ca.issue(body.csr), ca.intermediatePem, ca.rootPem];

    const before = await call(other.sim, '/identity/certificates', { body: { service: 'tomcat', certificates } });
    await call(other.sim, '/trust/certificates', { body: { service: ['tomcat'], certificates: [ca.intermediatePem] } });
    const after = await call(other.sim, '/identity/certificates', { body: { service: 'tomcat', certificates } });

    expect(before.body.messages).toEqual([CA_MISSING]);
    expect(after.status).toBe(other.sim.quirks.uploadStatus);
  });
});

describe('trust upload', () => {
  test('takes one certificate per element, or a whole bundle in one', async () => {
    await using own = await startLab();

    await trust(own, ca.rootPem);
    await trust(own, `# two\n${await newRoot('Another')}\n${ca.intermediatePem}`);

    expect(own.sim.trustSha256()).toHaveLength(3);
    const { body } = await call(own.sim, '/snapshot/server');
    expect(body.trusts[0].certificate_data[0]).toEqual({
      filename: 'Lab_Root.pem',
      certificate: expect.stringContaining('-----BEGIN CERTIFICATE-----'),
    });
    expect(own.exchanges.count('vos.trust.upload')).toBe(2);
  });

  test('a certificate that is there already changes nothing', async () => {
    const before = lab.exchanges.count('vos.trust.upload');

    const answer = await trust(lab, ca.rootPem);

    expect(answer.status).toBe(lab.sim.quirks.uploadStatus);
    expect(lab.sim.trustSha256()).toHaveLength(2);
    expect(lab.exchanges.count('vos.trust.upload')).toBe(before);
  });

  test('trust-duplicate makes it an error', async () => {
    lab.faults.on('trust-duplicate');

    const answer = await trust(lab, ca.rootPem);

    lab.faults.off('trust-duplicate');
    expect(answer.status).toBe(400);
    expect(answer.body.messages).toEqual(['Certificate already exists in the Trust-Store']);
  });

  test('of two with one common name the one that begins later stays', async () => {
    await using own = await startLab();
    const [older, newer] = [await newRoot('Same', 9, Date.now() - 86_400_000), await newRoot('Same', 5, Date.now())];

    await trust(own, older);
    const replacing = await trust(own, newer);
    const [kept] = own.sim.trustSha256();
    const goingBack = await trust(own, older);

    expect(replacing.status).toBe(own.sim.quirks.uploadStatus);
    expect(goingBack.status).toBe(400);
    expect(own.sim.trustSha256()).toEqual([kept]);
  });

  test.each<[string, () => Promise<string>]>([
    ['an expired certificate', () => newRoot('Expired', -1, Date.now() - 900_000_000)],
    ['no certificate', async () => 'nothing'],
  ])('%s is refused', async (_case, pem) => {
    const answer = await trust(lab, await pem());

    expect(answer.status).toBe(400);
    expect(lab.sim.trustSha256()).toHaveLength(2);
  });
});

describe('faults of the upload', () => {
  test('csr-stale-500 forgets the request once', async () => {
    lab.faults.on('csr-stale-500');
    const csr = await newCsr(WITH_NAMES);

    const first = await upload(await ca.issue(csr));
    const retry = await upload(await ca.issue(csr));
    const renewed = await upload(await ca.issue(await newCsr(WITH_NAMES)));

    expect(first.status).toBe(500);
    expect(retry.body.messages).toEqual([NO_CSR]);
    expect(renewed.status).toBe(lab.sim.quirks.uploadStatus);
  });

  test('identity-timeout-but-stored stores and never answers', async () => {
    lab.faults.on('identity-timeout-but-stored');
    const before = lab.sim.installedSha256();
    const leaf = await ca.issue(await newCsr(WITH_NAMES));
    const stored = lab.exchanges.count('vos.identity.upload') + 1;
    const body = { service: 'tomcat', certificates: [leaf] };

    const answer = call(lab.sim, '/identity/certificates', { body, signal: AbortSignal.timeout(1_000) });

    await expect(answer).rejects.toThrow('aborted');
    lab.faults.off('identity-timeout-but-stored');
    expect(lab.exchanges.count('vos.identity.upload')).toBe(stored);
    expect(lab.sim.installedSha256()).not.toBe(before);
    expect(lab.sim.pendingCsr()).toBeNull();
  });
});

async function newCsr(body: object): Promise<string> {
  return (await call(lab.sim, '/csr', { body })).body.csr;
}

function upload(...certificates: readonly string[]) {
  return call(lab.sim, '/identity/certificates', { body: { service: 'tomcat', certificates } });
}

function trust(target: Lab, ...certificates: readonly string[]) {
  const body = { service: ['tomcat'], certificates, description: 'Trust Certificate' };
  return call(target.sim, '/trust/certificates', { body });
}
