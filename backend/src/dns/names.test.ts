import { expect, test } from 'vitest';
import { canonical, isWithin, parentOf, requireName } from './names.ts';

test('a canonical name is lower case without a trailing dot', () => {
  expect(canonical('CUCM.Example.COM.')).toBe('cucm.example.com');
  expect(canonical('.')).toBe('');
});

test('parents lead to the root and stay there', () => {
  expect(parentOf('a.example.com')).toBe('example.com');
  expect(parentOf('com')).toBe('');
  expect(parentOf('')).toBe('');
});

test.each([
  ['example.com', 'example.com', true],
  ['a.example.com', 'example.com', true],
  ['notexample.com', 'example.com', false],
  ['example.com', 'a.example.com', false],
  ['example.com', '', true],
])('%s within "%s" is %s', (name, zone, within) => {
  expect(isWithin(name, zone)).toBe(within);
});

test.each(['', '.', 'a..example.com', `${'x'.repeat(64)}.example.com`, `${'x.'.repeat(130)}com`])(
  '"%s" is refused as a name',
  (name) => {
    expect(() => requireName(name)).toThrow(expect.objectContaining({ code: 'DNS_ZONE_NOT_FOUND' }));
  },
);
