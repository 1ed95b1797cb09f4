import { createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';

/**
 * A private key for a login: what ssh2 reads by itself (OpenSSH, PKCS#1, SEC 1), and PKCS#8.
 *
 * @throws AppError INVALID_SETTINGS, without a word of the key
 */
export function readSshKey(pem: Secret, passphrase: Secret | undefined): ParsedKey {
  const text = `${pem.reveal().trim()}\n`;
  const own = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(text) ? fromPkcs8(text, passphrase) : text;
  const parsed = ssh2.utils.parseKey(own, passphrase?.reveal());
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key instanceof Error || !key?.isPrivateKey()) throw unreadable(passphrase);
  return key;
}

function fromPkcs8(text: string, passphrase: Secret | undefined): string {
  const key = read(text, passphrase);
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return String(key.export({ type: 'pkcs1', format: 'pem' }));
    case 'ec':
      return String(key.export({ type: 'sec1', format: 'pem' }));
    case 'ed25519':
      return openSshEd25519(key);
    default:
      throw new AppError('INVALID_SETTINGS', 'The SSH private key is neither RSA nor ECDSA nor Ed25519.');
  }
}

function read(text: string, passphrase: Secret | undefined): KeyObject {
  try {
    return createPrivateKey({ key: text, ...(passphrase && { passphrase: passphrase.reveal() }) });
  } catch {
    throw unreadable(passphrase);
  }
}

/** What was thrown is not passed on as the cause: it may quote the key. */
function unreadable(passphrase: Secret | undefined): AppError {
  const hint = passphrase ? 'or its passphrase is wrong' : 'or it needs a passphrase';
  return new AppError('INVALID_SETTINGS', `The SSH private key cannot be read: it is damaged, ${hint}.`);
}

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key, without encryption. */
function openSshEd25519(key: KeyObject): string {
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  const [seed, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const type = lengthAnd('ssh-ed25519');
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    type,
    lengthAnd(point),
    lengthAnd(Buffer.concat([seed, point])),
    lengthAnd(''),
  ]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (secret.length % 8)) % 8));
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...['none', 'none', ''].map(lengthAnd),
    Buffer.from([0, 0, 0, 1]),
    lengthAnd(Buffer.concat([type, lengthAnd(point)])),
    lengthAnd(Buffer.concat([secret, padding])),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function lengthAnd(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
