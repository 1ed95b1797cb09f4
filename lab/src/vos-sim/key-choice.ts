import type { HashName, KeyKind } from './keys.ts';
import { Refusal, TEXTS } from './refusal.ts';
import type { CsrBody } from './schema.ts';
import type { Slot } from './slots.ts';

const HASHES = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;
const CURVES = { 256: 'P-256', 384: 'P-384' } as const;

/**
 * Key and hash of a CSR. The slot decides the type of the key; a hash is at least as strong as the curve.
 *
 * @throws Refusal when the request asks for something that the slot does not take
 */
export function keyChoice(slot: Slot, body: CsrBody): { readonly key: KeyKind; readonly hash: HashName } {
  const { keyType = slot.key } = body;
  if ((keyType === 'rsa') !== (slot.key === 'rsa')) throw new Refusal(400, TEXTS.invalidJson);
  const key = slot.key === 'rsa' ? rsaKey(body.keyLength ?? 2048) : ecKey(body.keyLength ?? 384);
  const isP384 = key.type === 'ec' && key.curve === 'P-384';
  const hash = HASHES[body.hashAlgorithm ?? (isP384 ? 'sha384' : 'sha256')];
  if (isP384 && hash === 'SHA-256') throw new Refusal(400, TEXTS.invalidJson);
  return { key, hash };
}

function rsaKey(bits: number): KeyKind {
  if (bits !== 2048 && bits !== 3072 && bits !== 4096) throw new Refusal(400, TEXTS.invalidJson);
  return { type: 'rsa', bits };
}

function ecKey(bits: number): KeyKind {
  if (bits !== 256 && bits !== 384) throw new Refusal(400, TEXTS.invalidJson);
  return { type: 'ec', curve: CURVES[bits] };
}
