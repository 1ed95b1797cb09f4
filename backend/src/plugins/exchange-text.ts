import { createHash } from 'node:crypto';
import { readCertificate, readCsr } from '../domain/certificate.ts';
import type { Secret } from '../domain/secret.ts';
import { redact } from './redact.ts';

/** Characters of one text that are kept: a snapshot of a node with many CA certificates fits. */
const LONGEST = 48_000;

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)(?:-----END \1-----|$)/g;

/** What gives a login or a session away wherever it stands, whoever it belongs to. */
const TELLTALES: readonly (readonly [RegExp, string])[] = [
  [/\b(Basic|Bearer|Negotiate|Digest) +[A-Za-z0-9+/=._~-]{6,}/g, '$1 ***'],
  [/\b((?:set-)?cookie|authorization|x-[a-z-]*token)(["']?\s*[:=]\s*["']?)[^\r\n"']+/gi, '$1$2***'],
  [/\b(JSESSIONID\w*|token|passw(?:or)?d|passphrase|secret)(["']?\s*[:=]\s*["']?)[^\s"'<>&;,]+/gi, '$1$2***'],
];

/**
 * `text` as it may be kept: secrets are replaced, private keys are gone, and certificates and requests, whose encoding
 * hides names from any search, are told in words. Too long a text is cut at its end.
 */
export function keepable(text: string, secrets: readonly (Secret | string)[]): string {
  const told = redact(text, secrets).replaceAll(PEM, (_, kind: string, body: string) => `[${inWords(kind, body)}]`);
  const clean = TELLTALES.reduce((rest, [pattern, put]) => rest.replaceAll(pattern, put), told);
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST)} … (${clean.length - LONGEST} more characters)`;
}

function inWords(kind: string, body: string): string {
  const label = kind.toLowerCase();
  if (label.includes('private key')) return 'private key, removed';
  // Within JSON the line breaks of a PEM text are escaped.
  const base64 = body.replaceAll(/\\[nr]|\s/g, '');
  const pem = `-----BEGIN ${kind}-----\n${base64}\n-----END ${kind}-----\n`;
  try {
    return label === 'certificate' ? certificateInWords(pem) : requestInWords(pem);
  } catch {
    return `${label}, ${base64.length} characters that cannot be read`;
  }
}

/** Subjects as fingerprints: who signed whom, and twins, can be told from them, but not what a company is called. */
function certificateInWords(pem: string): string {
  const { subject, issuer, key, notBefore, notAfter, sha256, selfSigned, dnsNames } = readCertificate(pem);
  const names = dnsNames.length > 0 ? ` for ${dnsNames.join(' ')}` : '';
  const signed = selfSigned ? 'self-signed' : `issuer ${mark(issuer)}`;
  const valid = `${notBefore.slice(0, 10)} to ${notAfter.slice(0, 10)}`;
  return `certificate ${sha256.toLowerCase()}, subject ${mark(subject)}, ${signed}, ${key.kind}, ${valid}${names}`;
}

function requestInWords(pem: string): string {
  const { key, dnsNames, otherNames } = readCsr(pem);
  return `request with key ${mark(key.spkiSha256)}, ${key.kind}, for ${[...dnsNames, ...otherNames].join(' ')}`;
}

function mark(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
