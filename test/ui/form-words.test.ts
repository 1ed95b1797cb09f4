import { describe, expect, it } from 'vitest';
import { externalAccountIn } from '../../frontend/src/accounts/external-account.ts';
import { ApiError } from '../../frontend/src/api/api-error.ts';
import { errorAt } from '../../frontend/src/api/field-errors.ts';
import { withTidyAddress } from '../../frontend/src/connection-form/address.ts';
import { emptyDraft, missingIn, namesIn } from '../../frontend/src/connection-form/draft.ts';
import { ownFieldErrors, ruleError } from '../../frontend/src/connection-form/field-errors.ts';

const KID = 'Zm9vYmFyYmF6cXV4';
const HMAC = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA';

describe('externalAccountIn', () => {
  it.each([
    ['the output of gcloud', `b64MacKey: ${HMAC}\nkeyId: ${KID}`],
    ['JSON', JSON.stringify({ keyId: KID, b64MacKey: HMAC })],
    ['a page with labels', `EAB KID: ${KID}\nEAB HMAC Key: ${HMAC}`],
    ['labels above the values', `EAB KID\n${KID}\nEAB HMAC Key\n${HMAC}`],
    ['another page with labels', `Account/ACME Key: ${KID}\nHMAC Key: ${HMAC}`],
    ['options of a command', `--eab-kid ${KID} --eab-hmac-key ${HMAC}`],
    ['two words', `${KID} ${HMAC}`],
    ['two words, the key first', `${HMAC}\n${KID}`],
  ])('finds both in %s', (_what, text) => {
    expect(externalAccountIn(text)).toEqual({ eabKid: KID, eabHmac: HMAC });
  });

  it.each(['', KID, `EAB KID: ${KID}`, 'three words here together'])('finds nothing in %j', (text) => {
    expect(externalAccountIn(text)).toBeNull();
  });
});

describe('an address', () => {
  it.each([
    ['https://cucm-pub.example.com:8443/ccmadmin', { host: 'cucm-pub.example.com' }],
    ['cucm-pub.example.com:4443', { host: 'cucm-pub.example.com', apiPort: 4443 }],
    ['127.0.0.1:25081', { host: '127.0.0.1', apiPort: 25_081 }],
    [' cucm-pub.example.com. ', { host: 'cucm-pub.example.com' }],
    ['cucm-pub.example.com', { host: 'cucm-pub.example.com' }],
    ['', { host: '' }],
  ])('%j becomes %j', (host, tidy) => {
    expect(withTidyAddress({ host })).toEqual(tidy);
  });
});

it('an address with a port is that of the SSH server where there is no other port', () => {
  expect(withTidyAddress({ host: 'web1.example.com:2222' }, 'sshPort')).toEqual({
    host: 'web1.example.com',
    sshPort: 2222,
  });
});

describe('names', () => {
  it('are found in URLs, with ports, and between any separators', () => {
    const text = 'https://a.example.com/x, b.example.com:8443\n*.c.example.com;d.example.com';

    expect(namesIn(text)).toEqual(['a.example.com', 'b.example.com', '*.c.example.com', 'd.example.com']);
  });
});

describe('what is missing', () => {
  it('is everything at first, and each thing in words', () => {
    expect(missingIn(emptyDraft(), [], [])).toEqual([
      'the appliance',
      'names for the certificate',
      'a certificate authority',
      'a DNS account',
    ]);
  });
});

describe('an error of the daemon', () => {
  const refused = (detail: string) =>
    new ApiError({ type: '', title: '', status: 400, detail, code: 'INVALID_SETTINGS', action: '' });

  it('stands at each field that it names, of the policy too', () => {
    const errors = ownFieldErrors(
      refused('slot: too short; policy.daysBefore: Too big: at most 365; appliance.host: no'),
    );

    expect(errors).toEqual({ slot: 'too short', 'policy.daysBefore': 'Too big: at most 365' });
    expect(errorAt(errors, 'policy')).toBe('Too big: at most 365');
    expect(ownFieldErrors(refused('ACME: Directory URL (directory): Invalid URL'))).toEqual({});
  });

  it('stands at the DNS rule that it is about', () => {
    const byDomain = ownFieldErrors(refused('dnsRules: "b c.example" is not a domain.'));
    const byPlace = ownFieldErrors(refused('dnsRules.1.suffix: Too small'));

    expect(ruleError(byDomain, 0, 'a.example')).toBeUndefined();
    expect(ruleError(byDomain, 1, '.B c.example')).toBe('"b c.example" is not a domain.');
    expect([0, 1].map((index) => ruleError(byPlace, index, ''))).toEqual([undefined, 'Too small']);
  });
});
