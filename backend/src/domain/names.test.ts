import { describe, expect, it } from 'vitest';
import { challengeName, isHostname, whyNotPublic } from './names.ts';

describe('whyNotPublic', () => {
  it.each(['cucm.example.com', '*.example.co.uk', 'a.b.c.example.dev'])('allows %s', (name) => {
    expect(whyNotPublic(name)).toBeNull();
  });

  it.each([
    ['cucm.corp.local', 'top-level domain'],
    ['cucm', 'top-level domain'],
    ['10.1.2.3', 'IP address'],
    ['2001:db8::1', 'IP address'],
    ['cu*.example.com', 'whole first label'],
    ['cucm_1.example.com', 'not a host name'],
    ['co.uk', 'public suffix'],
  ])('says why %s is not certified', (name, why) => {
    expect(whyNotPublic(name)).toContain(why);
  });
});

describe('isHostname', () => {
  it.each([
    ['a.example', true],
    [`${'a'.repeat(63)}.example`, true],
    [`${'a'.repeat(64)}.example`, false],
    ['-a.example', false],
    ['a-.example', false],
    ['a..example', false],
    ['', false],
  ])('%s: %s', (name, expected) => {
    expect(isHostname(name)).toBe(expected);
  });
});

describe('challengeName', () => {
  it('is the same for a name and its wildcard', () => {
    expect(challengeName('Example.com')).toBe('_acme-challenge.example.com');
    expect(challengeName('*.example.com')).toBe('_acme-challenge.example.com');
  });
});
