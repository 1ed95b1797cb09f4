import { createPrivateKey } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';
import { madeSecret } from '../store/made-secret.ts';
import type { Store } from '../store/store.ts';

/** Private keys in files, readable only with a passphrase that is in the vault. Rotating the vault leaves the files as they are. */

const VAULT_ENTRY = 'daemon:tls';
const PLAIN = /-----BEGIN (?:(?:RSA|EC) )?PRIVATE KEY-----[\s\S]+?-----END (?:(?:RSA|EC) )?PRIVATE KEY-----\n?/g;
const SEALED = /-----BEGIN ENCRYPTED PRIVATE KEY-----[\s\S]+?-----END ENCRYPTED PRIVATE KEY-----\n?/g;

/** @throws AppError VAULT_DAMAGED */
export function tlsPassphrase(store: Pick<Store, 'vault'>): Promise<Secret> {
  return madeSecret(store, VAULT_ENTRY, 'passphrase');
}

export function holdsPlainKey(text: string): boolean {
  return text.search(PLAIN) !== -1;
}

/** With every key in PKCS #8, encrypted. What is no key stays. @throws Error for a key that cannot be read. */
export function sealedKeys(text: string, passphrase: Secret): string {
  return text.replaceAll(PLAIN, (pem) =>
    String(
      createPrivateKey(pem).export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: passphrase.reveal(),
      }),
    ),
  );
}

/** The reverse of it. @throws Error when the passphrase is another one. */
export function openedKeys(text: string, passphrase: Secret): string {
  return text.replaceAll(SEALED, (pem) =>
    String(createPrivateKey({ key: pem, passphrase: passphrase.reveal() }).export({ type: 'pkcs8', format: 'pem' })),
  );
}
