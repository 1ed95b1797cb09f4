/** In which a certificate can be downloaded. */
export const FILE_FORMATS = ['leaf', 'chain', 'fullchain', 'key', 'pem', 'zip', 'pkcs12', 'jks'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

interface FileKind {
  /** `-fullchain.pem`: how the name of the file ends. */
  readonly ending: string;
  readonly type: string;
  /** The private key is in it. */
  readonly hasKey: boolean;
  readonly needsPassword: boolean;
}

const PEM = { type: 'application/x-pem-file', hasKey: false, needsPassword: false };
const SEALED = { hasKey: true, needsPassword: true };

export const FILE_KINDS: Readonly<Record<FileFormat, FileKind>> = {
  leaf: { ...PEM, ending: '-leaf.pem' },
  chain: { ...PEM, ending: '-chain.pem' },
  fullchain: { ...PEM, ending: '-fullchain.pem' },
  key: { ...PEM, ending: '-key.pem', hasKey: true },
  pem: { ...PEM, ending: '.pem', hasKey: true },
  zip: { ending: '.zip', type: 'application/zip', hasKey: true, needsPassword: false },
  pkcs12: { ...SEALED, ending: '.p12', type: 'application/x-pkcs12' },
  jks: { ...SEALED, ending: '.jks', type: 'application/x-java-keystore' },
};
