import { isTimeout } from './deadline.ts';
import { TransportError } from './http.ts';

/**
 * Names why there was no complete answer. A `TransportError` passes unchanged.
 *
 * `peer` is for people: `cucm.example.com:443`. `maybeSent` says whether the request may have reached it.
 */
export function transportFailure(cause: unknown, peer: string, maybeSent: boolean): TransportError {
  if (cause instanceof TransportError) return cause;
  const kind = kindOf(cause);
  const words = cause instanceof Error ? cause.message : String(cause);
  return new TransportError(kind, `${peer}: ${SENTENCES[kind]} (${codeOf(cause) ?? words})`, maybeSent, { cause });
}

const SENTENCES: Readonly<Record<TransportError['kind'], string>> = {
  refused: 'the connection was refused',
  name: 'the name does not resolve',
  timeout: 'no answer in time',
  reset: 'the connection broke',
  untrusted: 'the certificate is not trusted',
  other: 'the exchange failed',
};

const KINDS: Readonly<Record<string, TransportError['kind']>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ENOTFOUND: 'name',
  EAI_AGAIN: 'name',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
};

/** Codes of X.509 verification: https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
]);

function kindOf(cause: unknown): TransportError['kind'] {
  if (isTimeout(cause)) return 'timeout';
  const code = codeOf(cause);
  if (code === null) return 'other';
  if (UNTRUSTED.has(code) || code.startsWith('CERT_')) return 'untrusted';
  return KINDS[code] ?? 'other';
}

function codeOf(cause: unknown): string | null {
  if (!(cause instanceof Error) || !('code' in cause)) return null;
  return typeof cause.code === 'string' ? cause.code : null;
}
