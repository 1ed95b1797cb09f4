import { X509Certificate } from 'node:crypto';

/**
 * The certID of RFC 9773, found independently of the code under test: the key identifier and the serial number are cut
 * out of the DER by their tags.
 */
export function certIdOfPem(pem: string): string {
  const certificate = new X509Certificate(pem);
  const der = certificate.raw;
  const serial = Buffer.from(certificate.serialNumber, 'hex');
  const at = der.indexOf(serial);
  const lengthAt = der.readUInt8(at - 2) === 2 ? at - 1 : at - 2;
  const serialBytes = der.subarray(lengthAt + 1, lengthAt + 1 + der.readUInt8(lengthAt));
  const oid = Buffer.from('0603551d23', 'hex');
  const keyIdAt = der.indexOf(0x80, der.indexOf(oid) + oid.length);
  const keyId = der.subarray(keyIdAt + 2, keyIdAt + 2 + der.readUInt8(keyIdAt + 1));
  return `${keyId.toString('base64url')}.${serialBytes.toString('base64url')}`;
}
