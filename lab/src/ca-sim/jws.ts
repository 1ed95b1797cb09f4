import { createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, errors, flattenedVerify } from 'jose';
import { algorithmOf, SIGNATURE_ALGORITHMS, weakness } from './key-policy.ts';
import { Problem } from './problem.ts';
import { Jws, ProtectedHeader, PublicJwk, parse, parseJson } from './schema.ts';

export interface ParsedJws {
  readonly jws: Jws;
  readonly header: ProtectedHeader;
}

/** A public key that passed the key policy. */
export interface PublicKey {
  readonly key: KeyObject;
  /** RFC 7638, SHA-256, base64url */
  readonly thumbprint: string;
}

/** @throws Problem malformed */
export function parseJws(value: unknown, what: string): ParsedJws {
  const jws = parse(Jws, value, what);
  const header = parseJson(Buffer.from(jws.protected, 'base64url').toString('utf8'), `${what}: protected header`);
  return { jws, header: parse(ProtectedHeader, header, `${what}: protected header`) };
}

/** @throws Problem badPublicKey */
export async function publicKeyOf(jwk: unknown): Promise<PublicKey> {
  const parsed = PublicJwk.safeParse(jwk);
  if (!parsed.success) throw new Problem('badPublicKey', `JWK: ${parsed.error.issues[0]?.message ?? 'not acceptable'}`);
  const key = keyObjectOf(parsed.data);
  const weak = weakness(key);
  if (weak !== null) throw new Problem('badPublicKey', weak);
  return { key, thumbprint: await thumbprintOf(key) };
}

export async function thumbprintOf(key: KeyObject): Promise<string> {
  return calculateJwkThumbprint(key, 'sha256');
}

function keyObjectOf(jwk: { readonly kty: string }): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    throw new Problem('badPublicKey', 'the JWK cannot be read');
  }
}

/**
 * The payload of a JWS whose signature fits the key.
 *
 * @throws Problem badSignatureAlgorithm, malformed
 */
export async function verifiedPayload({ jws, header }: ParsedJws, { key }: PublicKey): Promise<Uint8Array> {
  const fitting = algorithmOf(key);
  if (fitting === null || header.alg !== fitting) throw wrongAlgorithm(header.alg);
  try {
    return (await flattenedVerify({ ...wire(jws) }, key, { algorithms: [fitting] })).payload;
  } catch (error) {
    throw refusal(error);
  }
}

/** The payload of a JWS with a MAC, as external account bindings carry. @throws Problem unauthorized, malformed */
export async function macVerifiedPayload(jws: Jws, secret: Uint8Array): Promise<Uint8Array> {
  try {
    return (await flattenedVerify(wire(jws), secret, { algorithms: ['HS256', 'HS384', 'HS512'] })).payload;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      throw new Problem('unauthorized', 'the external account binding is not signed with the key of its kid');
    }
    throw refusal(error);
  }
}

function wire(jws: Jws): { protected: string; payload: string; signature: string } {
  return { protected: jws.protected, payload: jws.payload, signature: jws.signature };
}

function wrongAlgorithm(alg: string): Problem {
  return new Problem('badSignatureAlgorithm', `the algorithm "${alg}" is not supported, or does not fit the key`, {
    members: { algorithms: SIGNATURE_ALGORITHMS },
  });
}

function refusal(error: unknown): Problem {
  return new Problem('malformed', `JWS verification failed: ${error instanceof Error ? error.message : String(error)}`);
}
