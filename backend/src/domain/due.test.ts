import { describe, expect, it } from 'vitest';
import type { CertificateFacts } from './certificate.ts';
import { type DueInput, judgeDue } from './due.ts';

const installed: CertificateFacts = {
  pem: '',
  sha256: 'a'.repeat(64),
  serial: '01',
  subject: 'CN=cucm.example.com',
  issuer: 'CN=Some CA',
  commonName: 'cucm.example.com',
  dnsNames: ['cucm.example.com'],
  notBefore: '2026-10-01T00:00:00.000Z',
  notAfter: '2027-01-01T00:00:00.000Z',
  key: { kind: 'RSA 2048', spkiSha256: 'b'.repeat(64) },
  extendedKeyUsage: [],
  selfSigned: false,
};
const fresh: DueInput = {
  now: new Date('2026-11-22T00:00:00Z'),
  installed,
  wantedNames: ['cucm.example.com'],
  daysBefore: 30,
  caWindowStart: null,
  asked: false,
};

describe('judgeDue', () => {
  it.each<[string, Partial<DueInput>, string, boolean]>([
    ['a certificate with 40 days left', {}, 'fresh', false],
    ['an empty slot', { installed: null }, 'missing', true],
    ['something unreadable', { installed: 'unreadable' }, 'unreadable', true],
    ['an expired certificate', { now: new Date('2027-01-02T00:00:00Z') }, 'expired', true],
    ['the very instant of expiry', { now: new Date(installed.notAfter) }, 'expired', true],
    ['a self-signed certificate', { installed: { ...installed, selfSigned: true } }, 'self-signed', true],
    ['a name that is lacking', { wantedNames: ['cucm.example.com', 'phone.example.com'] }, 'names-differ', true],
    ['a window of the CA that is open', { caWindowStart: '2026-11-21T00:00:00Z' }, 'ca-window', true],
    ['a window of the CA that is still shut', { caWindowStart: '2026-11-23T00:00:00Z' }, 'fresh', false],
    ['29 days left', { now: new Date('2026-12-03T00:00:00Z') }, 'expires-soon', true],
    ['an operator who asks', { asked: true }, 'asked', true],
  ])('judges %s', (_what, change, reason, due) => {
    expect(judgeDue({ ...fresh, ...change })).toMatchObject({ reason, due });
  });

  it('does not renew because the node added a name of its own', () => {
    const withParent = { ...installed, dnsNames: ['cucm.example.com', 'example.com'] };

    expect(judgeDue({ ...fresh, installed: withParent })).toMatchObject({ due: false });
  });

  it('takes the common name for a certificate without DNS names', () => {
    expect(judgeDue({ ...fresh, installed: { ...installed, dnsNames: [] } })).toMatchObject({ due: false });
  });
});
