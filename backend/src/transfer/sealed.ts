import { armor, Decrypter, Encrypter } from 'age-encryption';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';

const SHORTEST_PASSPHRASE = 12;
/** scrypt with N = 2^15: part of a second for each guess, and for us, who answer nobody else meanwhile. */
const WORK_FACTOR = 15;

/** In the age format, as text: `age -d` opens it too. @throws AppError INVALID_SETTINGS for a short passphrase */
export async function sealedText(text: string, passphrase: Secret): Promise<string> {
  if (passphrase.reveal().length < SHORTEST_PASSPHRASE)
    throw new AppError('INVALID_SETTINGS', `The passphrase needs at least ${SHORTEST_PASSPHRASE} characters.`);
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase.reveal());
  encrypter.setScryptWorkFactor(WORK_FACTOR);
  return armor.encode(await encrypter.encrypt(text));
}

/** @throws AppError INVALID_SETTINGS when the passphrase does not open it, or it was changed. */
export async function openedText(sealed: string, passphrase: Secret): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase.reveal());
  try {
    return await decrypter.decrypt(armor.decode(sealed), 'text');
  } catch (cause) {
    throw new AppError('INVALID_SETTINGS', 'The passphrase does not open the file, or the file is damaged.', { cause });
  }
}

export function isSealed(text: string): boolean {
  return text.trimStart().startsWith('-----BEGIN AGE ENCRYPTED FILE-----');
}
