import { describe, expect, it } from 'vitest';
import type { DnsProvider } from './provider.ts';
import { createDnsRouter } from './router.ts';

const provider = (): DnsProvider => ({
  check: async () => [],
  present: async () => ({ handle: null }),
  cleanUp: async () => {},
});
const fallback = provider();
const company = provider();
const challenges = provider();
const router = createDnsRouter([
  { suffix: null, provider: fallback, account: 'default' },
  { suffix: 'example.com', provider: company, account: 'company' },
  { suffix: 'acme.example.com', provider: challenges, account: 'challenges' },
]);

describe('createDnsRouter', () => {
  it.each([
    ['_acme-challenge.cucm.example.net', fallback],
    ['_acme-challenge.cucm.example.com', company],
    ['example.com', company],
    ['_acme-challenge.notexample.com', fallback],
    ['cucm.acme.example.com', challenges],
  ])('sends %s to the rule with the longest suffix', (fqdn, expected) => {
    expect(router.providerFor(fqdn)).toBe(expected);
  });

  it('names the account of the rule', () => {
    expect(router.accountFor('cucm.acme.example.com')).toBe('challenges');
  });

  it('has nobody for a name without a rule', () => {
    const narrow = createDnsRouter([{ suffix: 'example.com', provider: company, account: 'company' }]);

    expect(() => narrow.providerFor('example.net')).toThrow('no DNS account for a record at example.net');
  });

  it('lists the default and every rule', () => {
    expect(router.providers.map(({ suffix }) => suffix)).toEqual([null, 'example.com', 'acme.example.com']);
  });
});
