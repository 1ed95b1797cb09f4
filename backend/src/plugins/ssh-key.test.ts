import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Secret } from '../domain/secret.ts';
import { readSshKey } from './ssh-key.ts';

const PAIRS = {
  ed25519: generateKeyPairSync('ed25519').privateKey,
  ecdsa: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
} as const;

describe.each(Object.entries(PAIRS))('a private key of the kind %s', (kind, pair) => {
  const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;

  test('is read from PKCS#8', () => {
    const key = readSshKey(new Secret(String(pair.export(pkcs8))), undefined);

    expect(key.type).toContain(kind === 'ed25519' ? 'ed25519' : kind.slice(0, 3));
    expect(key.isPrivateKey()).toBe(true);
  });

  test('is read from encrypted PKCS#8 with its passphrase, and not without or with another', () => {
    const pem = new Secret(String(pair.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'the passphrase' })));

    expect(readSshKey(pem, new Secret('the passphrase')).isPrivateKey()).toBe(true);
    expect(() => readSshKey(pem, undefined)).toThrow('it needs a passphrase');
    expect(() => readSshKey(pem, new Secret('another one'))).toThrow('its passphrase is wrong');
  });
});

test('what is no key, or none that SSH knows, is refused without being quoted', () => {
  const x25519 = String(generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

  expect(() => readSshKey(new Secret('not a key at all'), undefined)).toThrow(/^((?!not a key at all).)*$/);
  expect(() => readSshKey(new Secret(x25519), undefined)).toThrow('neither RSA nor ECDSA nor Ed25519');
});
