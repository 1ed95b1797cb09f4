import { describe, expect, it } from 'vitest';
import { isPracticeIssuer, KNOWN_PROFILES, traitsOf } from './traits.ts';

const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';

describe('traitsOf', () => {
  it.each([
    [LETS_ENCRYPT, null, { hasCommonName: true, signsClientAuth: false, maxDays: 90 }],
    [LETS_ENCRYPT, 'classic', { hasCommonName: true, maxDays: 90 }],
    [LETS_ENCRYPT, 'tlsserver', { hasCommonName: false, maxDays: 45 }],
    ['https://acme-staging-v02.api.letsencrypt.org/directory', 'shortlived', { hasCommonName: false, maxDays: 7 }],
    ['https://dv.acme-v02.api.pki.goog/directory', null, { refusesClientAuthRequest: true }],
    ['https://ca.example.com/acme/directory', null, { hasCommonName: null, signsClientAuth: null, maxDays: null }],
    ['https://acme-v02.api.letsencrypt.org.example.com/directory', null, { signsClientAuth: null, isPublic: false }],
    ['https://acme.zerossl.com/v2/DV90', null, { maxDays: null, isPublic: true }],
    ['https://ca.myssl.com:9000/acme', null, { isPublic: false }],
  ])('of %s with profile %s', (directory, profile, expected) => {
    expect(traitsOf(directory, profile)).toMatchObject({ profile, ...expected });
  });

  it('has a public source for every row', () => {
    expect(KNOWN_PROFILES.every(({ source }) => URL.canParse(source))).toBe(true);
  });
});

describe('what a CA for practice signs', () => {
  it.each([
    ["CN=(STAGING) Counterfeit Cashew R10, O=(STAGING) Let's Encrypt, C=US", true],
    ['CN=Fake LE Intermediate X1', true],
    ['CN=Pebble Intermediate CA 3a2b1c', true],
    ['CN=certferry LAB R2 2c5d8d DO NOT TRUST', true],
    ["CN=R10, O=Let's Encrypt, C=US", false],
    ['CN=Example Corp Staging Site CA', false],
  ])('is known by the issuer %s: %s', (name, expected) => {
    expect(isPracticeIssuer(name)).toBe(expected);
  });
});
