import { randomInt } from 'node:crypto';
import { TOTP, Secret as TotpSecret } from 'otpauth';
import { renderSVG } from 'uqr';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { User } from '../store/access.ts';
import type { Store } from '../store/store.ts';
import { digest } from './digest.ts';

const PERIOD_SECONDS = 30;
/** Steps before and after the present one: phones are late or early, and people slow. */
const WINDOW = 1;
const SECRET_BYTES = 20;

const RECOVERY_CODES = 10;
/** Without letters and digits that look alike. 16 of them are 80 bits, so a plain hash is enough. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const CODE_LENGTH = 16;

/** What a person puts into an authenticator app. Shown once. */
export interface Enrolment {
  /** Base32, to be typed. */
  readonly secret: string;
  /** `otpauth://totp/…` */
  readonly uri: string;
  /** The same as a QR code. */
  readonly svg: string;
}

/** Time-based one-time codes (RFC 6238) and the recovery codes for a lost phone. Secrets are in the vault. */
export class SecondFactor {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Nothing changes until it is confirmed. */
  async begin({ id, name }: User): Promise<Enrolment> {
    const secret = new TotpSecret({ size: SECRET_BYTES }).base32;
    await this.#store.vault.put(pendingEntry(id), { plugin: 'totp', fields: { secret: new Secret(secret) } });
    const uri = totpOf(secret, name).toString();
    return { secret, uri, svg: renderSVG(uri, { border: 2, ecc: 'M' }) };
  }

  /** Returns the recovery codes, which nobody can ask for again. @throws AppError CONFLICT, LOGIN_FAILED */
  async confirm({ id, name }: User, code: string): Promise<readonly string[]> {
    const pending = await this.#store.vault.get(pendingEntry(id));
    const secret = pending?.fields.secret;
    if (!secret) throw new AppError('CONFLICT', 'Begin setting up the second factor first.');
    const step = this.#stepOf(secret, code);
    if (step === null) throw new AppError('LOGIN_FAILED', 'This is not the code that the app should show now.');
    const codes = newCodes();
    await this.#store.transaction(async (tx) => {
      await tx.vault.put(entry(id), { plugin: 'totp', fields: { secret } });
      await tx.vault.remove(pendingEntry(id));
      await tx.access.users.update(id, { totpEnabled: true, totpLastStep: step });
      await tx.access.recoveryCodes.replace(id, codes.map(hashOfCode));
      await tx.events.append([{ type: 'access.second-factor', actor: name, name, change: 'set up' }]);
    });
    return codes;
  }

  /** Takes a code of the app once, or a recovery code once. */
  async accept({ id, name }: User, code: string): Promise<boolean> {
    const digits = code.replaceAll(/\s/g, '');
    if (!/^\d{6}$/.test(digits)) return await this.#useRecoveryCode(id, name, code);
    const secret = (await this.#store.vault.get(entry(id)))?.fields.secret;
    const step = secret ? this.#stepOf(secret, digits) : null;
    return step !== null && (await this.#store.access.users.useTotpStep(id, step));
  }

  /** In place of those that there were. */
  async newRecoveryCodes({ id, name }: User): Promise<readonly string[]> {
    const codes = newCodes();
    await this.#store.transaction(async (tx) => {
      await tx.access.recoveryCodes.replace(id, codes.map(hashOfCode));
      await tx.events.append([{ type: 'access.second-factor', actor: name, name, change: 'recovery codes made anew' }]);
    });
    return codes;
  }

  async remove({ id, name }: User): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await forgetSecondFactor(tx, id);
      await tx.events.append([{ type: 'access.second-factor', actor: name, name, change: 'removed' }]);
    });
  }

  async #useRecoveryCode(id: number, name: string, code: string): Promise<boolean> {
    return await this.#store.transaction(async (tx) => {
      if (!(await tx.access.recoveryCodes.use(id, hashOfCode(code)))) return false;
      await tx.events.append([{ type: 'access.second-factor', actor: name, name, change: 'recovery code used' }]);
      return true;
    });
  }

  /** The time step that `code` belongs to; null when it is not one of the present. */
  #stepOf(secret: Secret, code: string): number | null {
    const timestamp = this.#clock.now().getTime();
    const delta = totpOf(secret.reveal(), '').validate({ token: code, timestamp, window: WINDOW });
    return delta === null ? null : Math.floor(timestamp / 1_000 / PERIOD_SECONDS) + delta;
  }
}

/** In the transaction of whoever removes it. */
export async function forgetSecondFactor(tx: Store, userId: number): Promise<void> {
  await tx.vault.remove(entry(userId));
  await tx.vault.remove(pendingEntry(userId));
  await tx.access.recoveryCodes.replace(userId, []);
  await tx.access.users.update(userId, { totpEnabled: false });
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({ issuer: 'certferry', label, secret, digits: 6, period: PERIOD_SECONDS });
}

function entry(userId: number): string {
  return `access:totp:${userId}`;
}

function pendingEntry(userId: number): string {
  return `access:totp-pending:${userId}`;
}

/** `abcd-efgh-jkmn-pqrs` */
function newCodes(): readonly string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    return letters.replaceAll(/(.{4})(?=.)/g, '$1-');
  });
}

function hashOfCode(code: string): string {
  return digest(`recovery ${code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`);
}
