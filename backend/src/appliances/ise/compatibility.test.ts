import { expect, test } from 'vitest';
import type { CsrFacts } from '../../domain/certificate.ts';
import type { IssuerTraits } from '../../domain/issuer-traits.ts';
import { compatibilityOf } from './compatibility.ts';
import { slotOf } from './roles.ts';

const ISSUER: IssuerTraits = {
  profile: null,
  hasCommonName: true,
  signsClientAuth: null,
  refusesClientAuthRequest: null,
  isPublic: true,
  maxDays: 90,
  announced: [],
};

function outcomes(
  slot: string,
  issuer: Partial<IssuerTraits> = {},
  dnsNames: readonly string[] = ['ise1.example.com'],
) {
  const csr: CsrFacts = {
    pem: '',
    subject: '',
    commonName: dnsNames[0] ?? null,
    dnsNames,
    otherNames: [],
    key: { kind: 'RSA 2048', spkiSha256: '' },
    extendedKeyUsage: [],
  };
  const findings = compatibilityOf(slotOf(slot), csr, { ...ISSUER, ...issuer });
  return Object.fromEntries(findings.map(({ id, outcome }) => [id, outcome]));
}

test.each([
  ['ise-pxgrid', false, 'block'],
  ['ise-pxgrid', null, 'warn'],
  ['ise-pxgrid', true, 'ok'],
  ['ise-ims', false, 'block'],
  ['ise-admin', false, 'ok'],
])('%s of a CA that signs client authentication %s: %s', (slot, signsClientAuth, outcome) => {
  expect(outcomes(slot, { signsClientAuth })).toMatchObject({ 'compatibility.client-auth': outcome });
});

test('a wildcard is fine for portals, and not for clients of EAP', () => {
  expect(outcomes('ise-portal', {}, ['*.example.com'])).toMatchObject({ 'compatibility.wildcard': 'ok' });
  expect(outcomes('ise-eap', {}, ['*.example.com'])).toMatchObject({ 'compatibility.wildcard': 'warn' });
});

test('each renewal of the admin role restarts a node, which is said before anything is ordered', () => {
  expect(outcomes('ise-admin')).toMatchObject({ 'compatibility.validity': 'warn' });
  expect(outcomes('ise-portal')).toMatchObject({ 'compatibility.validity': 'ok' });
});
