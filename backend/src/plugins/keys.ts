import 'reflect-metadata';
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { KEY_KINDS, type KeyKind } from '../domain/key-kind.ts';

/** Keys that certferry makes itself, and what is signed with them. PEM everywhere; private keys are PKCS#8. */

const EXPONENT = new Uint8Array([1, 0, 1]);
const DAY_MS = 86_400_000;

export interface OwnKey {
  readonly keyPem: string;
  readonly pair: webcrypto.CryptoKeyPair;
}

export async function makeKey(kind: KeyKind): Promise<OwnKey> {
  const pair = await webcrypto.subtle.generateKey(algorithmOf(kind), true, ['sign', 'verify']);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey));
  return { keyPem: toPem('PRIVATE KEY', pkcs8), pair };
}

/** A key that was stored (PKCS#8, PEM). Throws when it is no key, or of a kind that certferry does not make. */
export async function readKey(keyPem: string): Promise<OwnKey> {
  const stored = createPrivateKey(keyPem);
  const algorithm = algorithmOf(kindOf(stored));
  const usable = (format: 'pkcs8' | 'spki', der: Buffer, use: 'sign' | 'verify') =>
    webcrypto.subtle.importKey(format, der, algorithm, true, [use]);
  const spki = createPublicKey(stored).export({ type: 'spki', format: 'der' });
  return {
    keyPem,
    pair: {
      privateKey: await usable('pkcs8', stored.export({ type: 'pkcs8', format: 'der' }), 'sign'),
      publicKey: await usable('spki', spki, 'verify'),
    },
  };
}

/** A request for `dnsNames`, the common name among them. */
export async function makeCsr({ pair }: OwnKey, commonName: string, dnsNames: readonly string[]): Promise<string> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectOf(commonName),
    keys: pair,
    signingAlgorithm: signatureOf(pair),
    extensions: [new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: 'dns', value }) as const))],
  });
  return `${request.toString('pem')}\n`;
}

/** A certificate that nobody trusts, to begin with. */
export async function makeSelfSigned(
  { pair }: OwnKey,
  { organization, dnsNames, ipAddresses, days, now }: SelfSignedOptions,
): Promise<string> {
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns', value }) as const),
    ...ipAddresses.map((value) => ({ type: 'ip', value }) as const),
  ];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: [{ O: [organization] }, ...subjectOf(dnsNames[0] ?? organization)],
    keys: pair,
    signingAlgorithm: signatureOf(pair),
    // Clocks differ: it is valid for whoever is an hour behind, too.
    notBefore: new Date(now.getTime() - 3_600_000),
    notAfter: new Date(now.getTime() + days * DAY_MS),
    extensions: [
      new x509.SubjectAlternativeNameExtension(names),
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

export interface SelfSignedOptions {
  readonly organization: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly days: number;
  readonly now: Date;
}

function algorithmOf(kind: KeyKind): webcrypto.EcKeyGenParams & webcrypto.RsaHashedKeyGenParams {
  const [family, size] = kind.split(' ');
  const algorithm =
    family === 'EC'
      ? { name: 'ECDSA', namedCurve: size }
      : { name: 'RSASSA-PKCS1-v1_5', modulusLength: Number(size), publicExponent: EXPONENT, hash: 'SHA-256' };
  // Each family reads its own half.
  return algorithm as webcrypto.EcKeyGenParams & webcrypto.RsaHashedKeyGenParams;
}

const CURVES: Readonly<Record<string, KeyKind>> = { prime256v1: 'EC P-256', secp384r1: 'EC P-384' };

function kindOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): KeyKind {
  const { namedCurve = '', modulusLength } = asymmetricKeyDetails;
  const kind = KEY_KINDS.find((one) => one === CURVES[namedCurve] || one === `RSA ${modulusLength}`);
  if (!kind) throw new TypeError(`A key of the kind ${asymmetricKeyType} is not one that certferry makes.`);
  return kind;
}

function signatureOf({ privateKey }: webcrypto.CryptoKeyPair) {
  return { ...privateKey.algorithm, hash: 'SHA-256' };
}

function subjectOf(commonName: string): x509.JsonName {
  return [{ CN: [commonName] }];
}

function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
