import { type CertificateChain, chainPems } from '../domain/certificate.ts';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { jks } from '../keystores/jks.ts';
import { zip } from '../keystores/zip.ts';
import type { FileFormat } from './formats.ts';

export interface FileContents {
  readonly chain: CertificateChain;
  /** Null where the format has no key. */
  readonly keyPem: Secret | null;
  /** Null where the format has no password. */
  readonly password: Secret | null;
  /** What the entry of a key store is called. */
  readonly alias: string;
  readonly now: Date;
}

/** Without the root: who trusts it has it. */
export async function fileOf(format: FileFormat, contents: FileContents): Promise<Buffer | string> {
  const { chain, now } = contents;
  switch (format) {
    case 'leaf':
      return chain.leafPem;
    case 'chain':
      return chain.intermediatesPem.join('');
    case 'fullchain':
      return fullChain(chain);
    case 'key':
      return keyOf(contents).reveal();
    case 'pem':
      return `${keyOf(contents).reveal()}${fullChain(chain)}`;
    case 'zip':
      return zip(partsOf(contents), now);
    case 'pkcs12': {
      // Its library takes a while to load, and few daemons need it.
      const { pkcs12 } = await import('../keystores/pkcs12.ts');
      return await pkcs12(storeContents(contents), { password: passwordOf(contents) });
    }
    case 'jks':
      return jks(storeContents(contents), { password: passwordOf(contents), now });
  }
}

function fullChain(chain: CertificateChain): string {
  return chainPems({ ...chain, rootPem: null }).join('');
}

function partsOf(contents: FileContents): Readonly<Record<string, string>> {
  const { chain } = contents;
  return {
    'certificate.pem': chain.leafPem,
    'chain.pem': chain.intermediatesPem.join(''),
    'fullchain.pem': fullChain(chain),
    'key.pem': keyOf(contents).reveal(),
  };
}

function storeContents(contents: FileContents) {
  const { chain, alias } = contents;
  const certificates = [chain.leafPem, ...chain.intermediatesPem] as const;
  return { keyPem: keyOf(contents), certificates, alias };
}

function keyOf({ keyPem }: FileContents): Secret {
  if (keyPem) return keyPem;
  throw new AppError('INTERNAL', 'A file with a private key was to be made without one.');
}

function passwordOf({ password }: FileContents): Secret {
  if (password) return password;
  throw new AppError('INTERNAL', 'A sealed file was to be made without a password.');
}
