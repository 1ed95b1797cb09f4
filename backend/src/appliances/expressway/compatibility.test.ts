import { expect, test } from 'vitest';
import type { CsrFacts } from '../../domain/certificate.ts';
import type { IssuerTraits } from '../../domain/issuer-traits.ts';
import { compatibilityOf } from './compatibility.ts';

const ISSUER: IssuerTraits = {
  profile: null,
  hasCommonName: true,
  signsClientAuth: false,
  refusesClientAuthRequest: null,
  isPublic: true,
  maxDays: 90,
  announced: [],
};
const CSR: CsrFacts = {
  pem: '',
  subject: '',
  commonName: 'expe.example.com',
  dnsNames: ['expe.example.com'],
  otherNames: [],
  key: { kind: 'RSA 4096', spkiSha256: '' },
  extendedKeyUsage: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
};

type Release = Parameters<typeof compatibilityOf>[0]['release'];

function clientAuth(release: Release, issuer: Partial<IssuerTraits> = {}) {
  const findings = compatibilityOf({ release }, CSR, { ...ISSUER, ...issuer });
  return findings.find(({ id }) => id === 'compatibility.client-auth');
}

test.each<[Release, string]>([
  ['unknown', 'Before X15.4'],
  ['before-x15.4', 'need both usages'],
  ['x15.4', 'only after a command'],
  ['x15.5', 'a store of their own'],
])('what a certificate for servers only means to %s is said with a source', (release, words) => {
  expect(clientAuth(release)).toMatchObject({
    outcome: 'warn',
    answer: expect.stringContaining(words),
    reference: expect.stringContaining('cisco.com'),
  });
});

test('a CA that signs both usages is fine, one that refuses the request is not', () => {
  expect(clientAuth('unknown', { signsClientAuth: true })?.outcome).toBe('ok');
  expect(clientAuth('x15.5', { refusesClientAuthRequest: true })?.outcome).toBe('block');
});

test('a wildcard is refused before anything is ordered', () => {
  const findings = compatibilityOf({ release: 'x15.5' }, { ...CSR, dnsNames: ['*.example.com'] }, ISSUER);

  expect(findings.find(({ id }) => id === 'compatibility.wildcard')?.outcome).toBe('block');
});
