import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CertificateSummary } from './certificate.ts';
import { type DueInput, dueFrom, judgeDue, worseOf } from './due.ts';

const DAY_MS = 86_400_000;

const installed: CertificateSummary = {
  sha256: 'a'.repeat(64),
  serial: '01',
  subject: 'CN=cucm.example.com',
  issuer: 'CN=R1, O=Some CA, C=US',
  commonName: 'cucm.example.com',
  dnsNames: ['cucm.example.com'],
  notBefore: '2026-10-03T00:00:00.000Z',
  notAfter: '2027-01-01T00:00:00.000Z',
  key: { kind: 'RSA 2048', spkiSha256: 'b'.repeat(64) },
  extendedKeyUsage: [],
  selfSigned: false,
};
const issuer = { key: 'acme:ca.example.com:11111111', profile: null };
const fresh: DueInput = {
  now: new Date('2026-11-22T00:00:00Z'),
  installed,
  wantedNames: ['cucm.example.com'],
  issuer,
  origin: null,
  other: null,
  usualIssuer: null,
  daysBefore: 30,
  spread: 0,
  caInstant: null,
  asked: false,
};

function selected(selectedAt: string, certificate = installed.sha256) {
  return { caInstant: { certificate, selectedAt } };
}

/** `lifeDays` long, with `leftDays` to go. */
function aged(lifeDays: number, leftDays: number): Partial<DueInput> {
  const end = fresh.now.getTime() + leftDays * DAY_MS;
  const [notBefore, notAfter] = [end - lifeDays * DAY_MS, end].map((ms) => new Date(ms).toISOString());
  return { installed: { ...installed, notBefore: notBefore ?? '', notAfter: notAfter ?? '' } };
}

describe('judgeDue', () => {
  it.each<[string, Partial<DueInput>, string, boolean]>([
    ['a certificate with 40 days left', {}, 'fresh', false],
    ['an empty slot', { installed: null }, 'missing', true],
    ['something unreadable', { installed: 'unreadable' }, 'unreadable', true],
    ['an expired certificate', { now: new Date('2027-01-02T00:00:00Z') }, 'expired', true],
    ['the very instant of expiry', { now: new Date(installed.notAfter) }, 'expired', true],
    ['one that was revoked', { origin: { ...issuer, revoked: true } }, 'revoked', true],
    ['a self-signed certificate', { installed: { ...installed, selfSigned: true } }, 'self-signed', true],
    ['a name that is lacking', { wantedNames: ['cucm.example.com', 'phone.example.com'] }, 'names-differ', true],
    ['a certificate of another CA', { origin: { ...issuer, key: 'acme:other.example:1' } }, 'wrong-issuer', true],
    ['one of another account at the same CA', { origin: { ...issuer, key: 'acme:ca.example.com:2' } }, 'fresh', false],
    ['a foreign one where ours should be', { usualIssuer: 'CN=R7, O=Another CA' }, 'wrong-issuer', true],
    ['one of another intermediate', { usualIssuer: 'CN=R7, O=Some CA, C=US' }, 'fresh', false],
    ['another profile', { origin: { ...issuer, profile: 'shortlived' } }, 'wrong-profile', true],
    ['a weak RSA key', { installed: { ...installed, key: { kind: 'RSA 1024', spkiSha256: '' } } }, 'weak-key', true],
    ['a good EC key', { installed: { ...installed, key: { kind: 'EC P-256', spkiSha256: '' } } }, 'fresh', false],
    ['an instant of the CA that has come', selected('2026-11-21T00:00:00Z'), 'ca-window', true],
    ['an instant of the CA that is to come', selected('2026-11-23T00:00:00Z'), 'fresh', false],
    ['a window for another certificate', selected('2026-11-21T00:00:00Z', 'c'.repeat(64)), 'fresh', false],
    ['29 days left', { now: new Date('2026-12-03T00:00:00Z') }, 'expires-soon', true],
    ['an operator who asks', { asked: true }, 'asked', true],
  ])('judges %s', (_what, change, reason, due) => {
    expect(judgeDue({ ...fresh, ...change })).toMatchObject({ reason, due });
  });

  it.each([
    [200, 67, 66],
    [90, 31, 29],
    [45, 16, 14],
    [6, 3.1, 2.9],
  ])('renews a certificate of %d days between %d and %d days before its end', (life, notYet, now) => {
    const policy = { daysBefore: null };

    expect(judgeDue({ ...fresh, ...policy, ...aged(life, notYet) }).due).toBe(false);
    expect(judgeDue({ ...fresh, ...policy, ...aged(life, now) })).toMatchObject({ due: true, reason: 'expires-soon' });
  });

  it('leaves the time to the CA while it names one, but not when a twentieth of the life is left', () => {
    const late = { daysBefore: null, ...selected('2027-05-01T00:00:00Z') };

    expect(judgeDue({ ...fresh, ...late, ...aged(90, 20) }).due).toBe(false);
    expect(judgeDue({ ...fresh, ...late, ...aged(90, 4.4) })).toMatchObject({ due: true, reason: 'expires-soon' });
  });

  it.each([
    [6, 2.1, 1.9],
    [3, 1.1, 0.9],
    [30, 2.1, 1.9],
    [200, 10.1, 9.9],
  ])('keeps more than hours of a life of %d days from a window that the CA names too late', (life, notYet, now) => {
    const late = { daysBefore: null, ...selected('2027-05-01T00:00:00Z') };

    expect(judgeDue({ ...fresh, ...late, ...aged(life, notYet) }).due).toBe(false);
    expect(judgeDue({ ...fresh, ...late, ...aged(life, now) })).toMatchObject({ due: true, reason: 'expires-soon' });
  });

  it('does not let days that are longer than the lifetime renew what was just issued', () => {
    expect(judgeDue({ ...fresh, ...aged(6, 5.9) }).due).toBe(false);
  });

  it('does not renew because the node added a name of its own', () => {
    const withParent = { ...installed, dnsNames: ['cucm.example.com', 'example.com'] };

    expect(judgeDue({ ...fresh, installed: withParent })).toMatchObject({ due: false });
  });

  it('takes the common name for a certificate without DNS names', () => {
    expect(judgeDue({ ...fresh, installed: { ...installed, dnsNames: [] } })).toMatchObject({ due: false });
  });
});

describe('dueFrom', () => {
  it('is the instant at which the verdict changes, whatever the lifetime, the policy and the window', () => {
    const policies = fc.record({
      life: fc.integer({ min: 1, max: 400 }),
      daysBefore: fc.option(fc.integer({ min: 1, max: 365 })),
      spread: fc.double({ min: 0, max: 0.999, noNaN: true }),
      windowAt: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    });
    fc.assert(
      fc.property(policies, ({ life, daysBefore, spread, windowAt }) => {
        const notBefore = fresh.now.getTime();
        const notAfter = notBefore + life * DAY_MS;
        const certificate = {
          ...installed,
          notBefore: new Date(notBefore).toISOString(),
          notAfter: new Date(notAfter).toISOString(),
        };
        const instant =
          windowAt === null ? null : new Date(notBefore + windowAt * (notAfter - notBefore)).toISOString();
        const input = { ...fresh, installed: certificate, daysBefore, spread, ...(instant ? selected(instant) : {}) };

        const from = dueFrom(input, certificate).getTime();

        expect(judgeDue({ ...input, now: new Date(from + 1) }).due).toBe(true);
        expect(judgeDue({ ...input, now: new Date(from - 2) }).due).toBe(false);
        expect(from).toBeLessThan(notAfter);
      }),
    );
  });
});

it('the worse of two verdicts is the one that stands further up', () => {
  const soon = { due: true, reason: 'expires-soon', message: '' } as const;
  const expired = { due: true, reason: 'expired', message: '' } as const;

  expect(worseOf(soon, expired)).toBe(expired);
  expect(worseOf(expired, soon)).toBe(expired);
});
