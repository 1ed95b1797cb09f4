import { expect, test } from 'vitest';
import { Secret } from '../domain/secret.ts';
import { masterKeyBytes, newMasterKey } from './master-key.ts';

const bytes = Buffer.alloc(32, 0xfb);

test.each([
  ['base64', bytes.toString('base64')],
  ['base64url without padding', bytes.toString('base64url')],
  ['hex', bytes.toString('hex')],
  ['upper-case hex', bytes.toString('hex').toUpperCase()],
  ['with a line break', `${bytes.toString('base64')}\n`],
])('reads a key as %s', (_how, text) => {
  expect(masterKeyBytes(new Secret(text))).toEqual(bytes);
});

test.each(['', 'password', bytes.subarray(1).toString('base64'), `${bytes.toString('hex')}00`, 'ü'.repeat(43)])(
  'refuses %j',
  (text) => {
    expect(masterKeyBytes(new Secret(text))).toBeNull();
  },
);

test('makes a different key each time', () => {
  const [first, second] = [newMasterKey(), newMasterKey()];

  expect(masterKeyBytes(first)).toHaveLength(32);
  expect(first.reveal()).not.toBe(second.reveal());
});
