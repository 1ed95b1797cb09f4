import { expect, test } from 'vitest';
import { Secret } from '../../domain/secret.ts';
import { afterName, u16 } from './bytes.ts';
import { sign, type TsigKey, verify } from './tsig.ts';
import { encodeRootQuery } from './update.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const KEY: TsigKey = { name: 'key.test', algorithm: 'hmac-sha256', secret: new Secret('c2VjcmV0IG9mIHRoZSB0ZXN0') };
const REQUEST = encodeRootQuery(1);

/** A reply signed for a request without a MAC is signed as a request is, but for the length of that MAC in front. */
const reply = () => sign(REQUEST, KEY, NOW).message;

test('a signature is one more record, and has the length of its digest', () => {
  const signed = sign(REQUEST, KEY, NOW);

  expect(signed.message.readUInt16BE(10)).toBe(REQUEST.readUInt16BE(10) + 1);
  expect(signed.mac).toHaveLength(32);
  expect(sign(REQUEST, { ...KEY, algorithm: 'hmac-sha512' }, NOW).mac).toHaveLength(64);
});

test('what is signed can be told apart by key, secret and time', () => {
  const macs = [
    sign(REQUEST, KEY, NOW),
    sign(REQUEST, { ...KEY, name: 'other.test' }, NOW),
    sign(REQUEST, { ...KEY, secret: new Secret('b3RoZXI=') }, NOW),
    sign(REQUEST, KEY, new Date(NOW.getTime() + 1000)),
  ].map(({ mac }) => mac.toString('hex'));

  expect(new Set(macs).size).toBe(macs.length);
});

test('a reply to another request is forged', () => {
  expect(verify(reply(), KEY, Buffer.from('mac of another request'), NOW).status).toBe('forged');
});

test('a reply without a signature is unsigned', () => {
  expect(verify(REQUEST, KEY, Buffer.alloc(0), NOW).status).toBe('unsigned');
});

test('a reply that is cut off anywhere is never taken for signed', () => {
  const whole = reply();

  const statuses = Array.from(
    whole,
    (_, length) => verify(whole.subarray(0, length), KEY, Buffer.alloc(32), NOW).status,
  );

  expect(statuses).not.toContain('signed');
});

test.each(['', 'not base64!', 'abc'])('a secret that is not base64 ("%s") is refused, and not shown', (secret) => {
  const refused = () => sign(REQUEST, { ...KEY, secret: new Secret(secret) }, NOW);

  expect(refused).toThrow(expect.objectContaining({ code: 'INVALID_SETTINGS' }));
  if (secret) expect(refused).not.toThrow(secret);
});

test('names are skipped, compressed or not, and a name without an end is an error', () => {
  expect(afterName(Buffer.from([1, 97, 0, 9]), 0)).toBe(3);
  expect(afterName(Buffer.from([1, 97, 0xc0, 0, 9]), 0)).toBe(4);
  expect(() => afterName(u16(0x0161), 0)).toThrow(RangeError);
});
