import { createHash } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { certificateDer, type KeystoreContents, keyDer, type SealedWith } from './contents.ts';

/** https://www.rfc-editor.org/rfc/rfc2985#section-5.5 */
const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';
/** https://www.rfc-editor.org/rfc/rfc7292#section-4.2 */
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';

/**
 * What https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html asks of PBKDF2 with SHA-256 would take
 * each reader a second; these are ten times what OpenSSL writes.
 */
const ITERATIONS = 20_000;

const ENCRYPTION = {
  contentEncryptionAlgorithm: { name: 'AES-CBC', length: 256 } as pkijs.ContentEncryptionAlgorithm,
  hmacHashAlgorithm: 'SHA-256',
  iterationCount: ITERATIONS,
};

/**
 * A PKCS#12 file (RFC 7292): key and certificates encrypted with AES-256 (PBES2), all of it authenticated with HMAC-SHA-256.
 * Windows reads it from Server 2019 on, Java from 8u301 on.
 */
export async function pkcs12(contents: KeystoreContents, { password }: Pick<SealedWith, 'password'>): Promise<Buffer> {
  const crypto = new pkijs.CryptoEngine({ name: 'certferry', crypto: globalThis.crypto });
  const secret = new TextEncoder().encode(password.reveal()).buffer;
  const safe = new pkijs.AuthenticatedSafe({
    parsedValue: {
      safeContents: [
        { privacyMode: 0, value: new pkijs.SafeContents({ safeBags: [await keyBag(contents, secret, crypto)] }) },
        { privacyMode: 1, value: new pkijs.SafeContents({ safeBags: certificateBags(contents) }) },
      ],
    },
  });
  await safe.makeInternalValues({ safeContents: [{}, { password: secret, ...ENCRYPTION }] }, crypto);
  const file = new pkijs.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } });
  await file.makeInternalValues(
    { password: secret, iterations: ITERATIONS, pbkdf2HashAlgorithm: 'SHA-256', hmacHashAlgorithm: 'SHA-256' },
    crypto,
  );
  return Buffer.from(file.toSchema().toBER(false));
}

async function keyBag(
  contents: KeystoreContents,
  password: ArrayBuffer,
  crypto: pkijs.CryptoEngine,
): Promise<pkijs.SafeBag> {
  const bag = new pkijs.PKCS8ShroudedKeyBag({ parsedValue: pkijs.PrivateKeyInfo.fromBER(keyDer(contents)) });
  await bag.makeInternalValues({ password, ...ENCRYPTION }, crypto);
  return new pkijs.SafeBag({ bagId: SHROUDED_KEY_BAG, bagValue: bag, bagAttributes: attributesOf(contents) });
}

/** Readers find the leaf by the id that it shares with the key. */
function certificateBags(contents: KeystoreContents): pkijs.SafeBag[] {
  return contents.certificates.map((pem, index) => {
    const bagValue = new pkijs.CertBag({ parsedValue: pkijs.Certificate.fromBER(certificateDer(pem)) });
    return new pkijs.SafeBag({
      bagId: CERTIFICATE_BAG,
      bagValue,
      ...(index === 0 && { bagAttributes: attributesOf(contents) }),
    });
  });
}

function attributesOf({ alias, certificates: [leaf] }: KeystoreContents): pkijs.Attribute[] {
  const id = createHash('sha1').update(certificateDer(leaf)).digest();
  return [
    new pkijs.Attribute({ type: FRIENDLY_NAME, values: [new asn1js.BmpString({ value: alias })] }),
    new pkijs.Attribute({ type: LOCAL_KEY_ID, values: [new asn1js.OctetString({ valueHex: new Uint8Array(id) })] }),
  ];
}
