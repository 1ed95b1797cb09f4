import { expect, test } from 'vitest';
import { Secret } from '../../domain/secret.ts';
import { newMasterKey } from '../master-key.ts';
import { Sealer } from './seal.ts';

test('opens what it sealed, in the same context only', () => {
  const sealer = new Sealer(newMasterKey());

  const sealed = sealer.seal('pässword', 'context');

  expect(sealer.open(sealed, 'context')).toBe('pässword');
  expect(sealer.open(sealed, 'other')).toBeNull();
});

test('never seals the same text into the same bytes', () => {
  const sealer = new Sealer(newMasterKey());

  const [first, second] = [sealer.seal('text', ''), sealer.seal('text', '')];

  expect(first.nonce).toHaveLength(12);
  expect(first.nonce).not.toEqual(second.nonce);
  expect(first.sealed).not.toEqual(second.sealed);
});

test('does not open what another key sealed, or what was changed', () => {
  const sealer = new Sealer(newMasterKey());
  const { nonce, sealed } = sealer.seal('text', '');

  const changed = Uint8Array.from(sealed, (byte, index) => (index === 0 ? byte ^ 1 : byte));

  expect(new Sealer(newMasterKey()).open({ nonce, sealed }, '')).toBeNull();
  expect(sealer.open({ nonce, sealed: changed }, '')).toBeNull();
  expect(sealer.open({ nonce, sealed: sealed.subarray(0, 15) }, '')).toBeNull();
  expect(sealer.open({ nonce: nonce.subarray(1), sealed }, '')).toBeNull();
});

test('has the same key id for both ways to write one key, and another for another key', () => {
  const key = newMasterKey();
  const hex = new Secret(Buffer.from(key.reveal(), 'base64').toString('hex'));

  expect(new Sealer(hex).keyId).toBe(new Sealer(key).keyId);
  expect(new Sealer(newMasterKey()).keyId).not.toBe(new Sealer(key).keyId);
});
