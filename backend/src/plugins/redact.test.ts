import { describe, expect, test } from 'vitest';
import { Secret } from '../domain/secret.ts';
import { redact } from './redact.ts';

describe('redact', () => {
  test.each([
    ['as it is', 'token s3cret/"x" refused', 'token *** refused'],
    ['inside JSON', '{"token":"s3cret/\\"x\\""}', '{"token":"***"}'],
    ['inside a URL', '/update?token=s3cret%2F%22x%22&a=1', '/update?token=***&a=1'],
    ['as base64', `Basic ${Buffer.from('s3cret/"x"').toString('base64')}`, 'Basic ***'],
  ])('takes a secret out %s', (_, text, clean) => {
    expect(redact(text, [new Secret('s3cret/"x"')]).replace(/=+$/, '')).toBe(clean);
  });

  test('takes out the longer of two secrets first', () => {
    expect(redact('abcdef abcd', ['abcd', 'abcdef'])).toBe('*** ***');
  });

  test('leaves what is too short to be a secret', () => {
    expect(redact('status 1, zone 12', ['1', '12', ''])).toBe('status 1, zone 12');
  });
});
