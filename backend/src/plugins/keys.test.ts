import { describe, expect, test } from 'vitest';
import { readCsr } from '../domain/certificate.ts';
import { KEY_KINDS } from '../domain/key-kind.ts';
import { makeCsr, makeKey, readKey } from './keys.ts';

describe('keys of our own', () => {
  test.each(KEY_KINDS)('a stored %s key signs a request for the same key again', async (kind) => {
    const made = await makeKey(kind);
    const first = readCsr(await makeCsr(made, 'a.example.com', ['a.example.com', '*.a.example.com']));

    const again = readCsr(await makeCsr(await readKey(made.keyPem), 'b.example.com', ['b.example.com']));

    expect(first.key.kind).toBe(kind);
    expect(again.key).toEqual(first.key);
    expect(again.dnsNames).toEqual(['b.example.com']);
  });

  test('what is no key is refused', async () => {
    await expect(readKey('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')).rejects.toThrow();
  });
});
