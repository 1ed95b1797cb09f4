import { X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { Exchanges } from '../exchanges.ts';
import type { CaSim } from './index.ts';
import { AcmeClient } from './testing/acme-client.ts';
import type { DnsResponder } from './testing/dns-responder.ts';
import { useCaSim } from './testing/fixture.ts';
import { finalize, obtain, proveAll } from './testing/issuance.ts';

const fixture = useCaSim();
let ca: CaSim;
let dns: DnsResponder;
let exchanges: Exchanges;
let client: AcmeClient;

beforeAll(async () => {
  ({ ca, dns, exchanges } = fixture());
  client = await AcmeClient.registered(ca);
});

function certificatesOf(pem: string): readonly X509Certificate[] {
  return (pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/g) ?? []).map((one) => new X509Certificate(one));
}

function isSignedBy(child: X509Certificate | undefined, issuer: X509Certificate | undefined): boolean {
  return child !== undefined && issuer !== undefined && child.checkIssued(issuer) && child.verify(issuer.publicKey);
}

test('an order goes from pending over ready to valid', async () => {
  const order = await client.order(['walk.example.com']);
  const ready = await proveAll(client, dns, order);
  const valid = await finalize(client, ready, { dnsNames: ['walk.example.com'] });

  expect([order.status, order.json.status, ready.json.status]).toEqual([201, 'pending', 'ready']);
  expect(valid.json).toMatchObject({
    status: 'valid',
    identifiers: [{ type: 'dns', value: 'walk.example.com' }],
    profile: 'classic',
  });
  expect(valid.json.certificate).toMatch(/^https:/);
});

test('the default chain ends below the old root, the alternate below the young one', async () => {
  const order = await obtain(client, dns, ['chain.example.com']);

  const download = await client.read(order.json.certificate);
  const alternateUrl = /<([^>]+)>;rel="alternate"/.exec(String(download.headers.link))?.[1] ?? '';
  const alternate = certificatesOf((await client.read(alternateUrl)).text);

  const [leaf, intermediate, crossSigned, ...rest] = certificatesOf(download.text);
  expect(download.headers['content-type']).toContain('application/pem-certificate-chain');
  expect(rest).toEqual([]);
  expect(isSignedBy(leaf, intermediate)).toBe(true);
  expect(isSignedBy(intermediate, crossSigned)).toBe(true);
  expect(isSignedBy(crossSigned, new X509Certificate(ca.rootPem))).toBe(true);
  expect(alternate.map((one) => one.fingerprint256)).toEqual([leaf?.fingerprint256, intermediate?.fingerprint256]);
  expect(isSignedBy(alternate[1], new X509Certificate(ca.youngRootPem))).toBe(true);
});

test('every issuer can be fetched over plain HTTP by following AIA up to a root', async () => {
  const order = await obtain(client, dns, ['aia.example.com']);
  const chain = certificatesOf((await client.read(order.json.certificate)).text);

  for (const certificate of chain) {
    const url = /CA Issuers - URI:(http:\S+)/.exec(certificate.infoAccess ?? '')?.[1] ?? '';
    const issuer = new X509Certificate(Buffer.from(await (await fetch(url)).arrayBuffer()));

    expect(isSignedBy(certificate, issuer)).toBe(true);
  }
});

test('classic certificates have a common name and live 90 days, serverAuth only', async () => {
  const order = await obtain(client, dns, ['classic.example.com']);

  const [leaf] = certificatesOf((await client.read(order.json.certificate)).text);

  expect(leaf?.subject).toBe('CN=classic.example.com');
  expect(leaf?.subjectAltName).toBe('DNS:classic.example.com');
  expect(leaf?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(lifeDays(leaf)).toBeCloseTo(90, 3);
});

test.each([
  { profile: 'tlsserver', days: 45 },
  { profile: 'shortlived', days: 160 / 24 },
])('$profile certificates have no common name and live $days days', async ({ profile, days }) => {
  const order = await obtain(client, dns, [`${profile}.example.com`], { profile });

  const [leaf] = certificatesOf((await client.read(order.json.certificate)).text);

  expect(leaf?.subject ?? '').toBe('');
  expect(leaf?.subjectAltName).toBe(`DNS:${profile}.example.com`);
  expect(lifeDays(leaf)).toBeCloseTo(days, 3);
  expect(ca.issued().at(-1)).toMatchObject({ profile, dnsNames: [`${profile}.example.com`] });
});

function lifeDays(certificate: X509Certificate | undefined): number {
  return (Date.parse(certificate?.validTo ?? '') - Date.parse(certificate?.validFrom ?? '')) / 86_400_000;
}

test('no certificate can be mistaken for one of a real CA', () => {
  const authorities = [ca.tlsCaPem, ca.rootPem, ca.youngRootPem, ...ca.intermediatesPem];

  for (const pem of authorities) {
    expect(new X509Certificate(pem).subject).toMatch(/CN=certferry LAB .* DO NOT TRUST/);
  }
});

test('what was issued is on record with its serial and fingerprint', async () => {
  const order = await obtain(client, dns, ['b.record.example.com', 'a.record.example.com']);

  const [leaf] = certificatesOf((await client.read(order.json.certificate)).text);

  expect(ca.issued().at(-1)).toEqual({
    serial: leaf?.serialNumber.toLowerCase(),
    sha256: leaf?.fingerprint256.replaceAll(':', '').toLowerCase(),
    dnsNames: ['a.record.example.com', 'b.record.example.com'],
    profile: null,
    replaces: null,
  });
});

test('an apex and its wildcard are proved separately, under one record name', async () => {
  const order = await client.order(['*.wild.example.com', 'wild.example.com']);
  const authorizations = await Promise.all(order.json.authorizations.map((url: string) => client.read(url)));

  const valid = await finalize(client, await proveAll(client, dns, order), {
    dnsNames: ['wild.example.com', '*.wild.example.com'],
  });

  expect(authorizations.map(({ json }) => [json.identifier.value, json.wildcard]).sort()).toEqual([
    ['wild.example.com', undefined],
    ['wild.example.com', true],
  ]);
  expect(valid.json.status).toBe('valid');
});

test('an RSA key is accepted, and the effects are counted', async () => {
  const before = ['ca.newOrder', 'ca.challenge', 'ca.finalize', 'ca.certificate'].map((name) => exchanges.count(name));
  const order = await proveAll(client, dns, await client.order(['rsa.example.com']));
  const valid = await finalize(client, order, { commonName: 'rsa.example.com', key: 'rsa2048' });
  await client.read(valid.json.certificate);

  const after = ['ca.newOrder', 'ca.challenge', 'ca.finalize', 'ca.certificate'].map((name) => exchanges.count(name));
  expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 1, 1]);
});

test('a second client cannot read what belongs to the first', async () => {
  const order = await obtain(client, dns, ['mine.example.com']);
  const stranger = await AcmeClient.registered(ca);

  const urls = [order.headers.location, order.json.authorizations[0], order.json.certificate].map(String);
  const replies = await Promise.all(urls.map((url) => stranger.read(url)));

  expect(replies.map(({ status, json }) => [status, json.type])).toEqual(
    urls.map(() => [403, 'urn:ietf:params:acme:error:unauthorized']),
  );
});
