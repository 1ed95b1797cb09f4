import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';

export interface ScryptParameters {
  /** log2 of the cost N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB for one password. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt */
const CURRENT: ScryptParameters = { ln: 15, r: 8, p: 3 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Each takes memory and a thread of the pool, which DNS and files need as well. */
const AT_ONCE = 2;

const SHORTEST = 12;
const LONGEST = 256;
const FEWEST_DIFFERENT = 5;

const derive = promisify<Buffer, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** Hashes and compares passwords by scrypt, a few at a time. */
export class Passwords {
  readonly #parameters: ScryptParameters;
  readonly #limit = pLimit(AT_ONCE);
  #decoy: Promise<string> | null = null;

  constructor(parameters: ScryptParameters = CURRENT) {
    this.#parameters = parameters;
  }

  /** `$scrypt$ln=15,r=8,p=3$<salt>$<hash>` */
  async hash(password: Secret): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    return encode({ parameters: this.#parameters, salt, hash: await this.#derive(password, salt, this.#parameters) });
  }

  /** Takes as long when there is nothing to compare with: `stored` is null for unknown users. */
  async verify(password: Secret, stored: string | null): Promise<boolean> {
    this.#decoy ??= this.hash(password);
    const { parameters, salt, hash } = decode(stored ?? (await this.#decoy));
    const same = timingSafeEqual(hash, await this.#derive(password, salt, parameters));
    return same && stored !== null;
  }

  /** True when it was hashed with other parameters than those of today. */
  isOutdated(stored: string): boolean {
    const { ln, r, p } = decode(stored).parameters;
    return ln !== this.#parameters.ln || r !== this.#parameters.r || p !== this.#parameters.p;
  }

  #derive(password: Secret, salt: Buffer, { ln, r, p }: ScryptParameters): Promise<Buffer> {
    const N = 2 ** ln;
    // The same text typed on another keyboard may be other code points. https://www.rfc-editor.org/rfc/rfc8265
    const bytes = Buffer.from(password.reveal().normalize('NFKC'));
    return this.#limit(() => derive(bytes, salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r }));
  }
}

interface Stored {
  readonly parameters: ScryptParameters;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

function encode({ parameters: { ln, r, p }, salt, hash }: Stored): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;
}

function decode(text: string): Stored {
  const [, ln, r, p, salt = '', hash = ''] =
    /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(text) ?? [];
  if (hash === '') throw new AppError('INTERNAL', 'A stored password hash cannot be read.');
  return {
    parameters: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/**
 * Refuses what is guessed first. Length is what counts; no kind of character is asked for.
 * https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
 *
 * @throws AppError INVALID_SETTINGS saying why.
 */
export function refuseWeakPassword(password: Secret, userName: string): void {
  const why = weakness(password.reveal().normalize('NFKC'), userName.toLowerCase());
  if (why !== null) throw new AppError('INVALID_SETTINGS', `password: ${why}`);
}

function weakness(password: string, userName: string): string | null {
  if (password.length < SHORTEST) return `at least ${SHORTEST} characters are needed.`;
  if (password.length > LONGEST) return `at most ${LONGEST} characters.`;
  const lower = password.toLowerCase();
  if (lower.includes(userName) && password.length - userName.length < SHORTEST) return 'it must not be the user name.';
  if (new Set(lower).size < FEWEST_DIFFERENT) return 'it repeats a few characters.';
  if (isRun(lower)) return 'it is a row of neighbouring characters.';
  return COMMON.has(core(lower))
    ? 'it is one of the first that are guessed. Take a few words that do not belong together.'
    : null;
}

/** Without the digits and signs around, which everybody adds: `P@ssw0rd!2026` is `password`. */
function core(lower: string): string {
  const stripped = lower.replace(/^[^a-z]+|[\d\W_]+$/g, '');
  const letters = [...stripped].map((letter) => LOOK_ALIKES[letter] ?? letter).join('');
  const [, once = letters] = /^(.+?)\1+$/.exec(letters) ?? [];
  return once;
}

/** Longer than half of it goes up or down one by one, or lies in a row on the keyboard. */
function isRun(lower: string): boolean {
  const rows = [
    'qwertyuiopasdfghjklzxcvbnm',
    'qwertzuiopasdfghjklyxcvbnm',
    'abcdefghijklmnopqrstuvwxyz',
    '01234567890',
  ];
  let neighbours = 0;
  for (let at = 1; at < lower.length; at += 1) {
    const pair = lower.slice(at - 1, at + 1);
    const backwards = `${pair[1]}${pair[0]}`;
    if (rows.some((row) => row.includes(pair) || row.includes(backwards))) neighbours += 1;
  }
  return neighbours > (lower.length - 1) * 0.75;
}

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

const COMMON: ReadonlySet<string> = new Set(
  `access admin administrator callmanager certferry certificate changeme changeit cisco ciscocisco ciscopsdt communications
  correcthorsebatterystaple default dragon football iloveyou letmein letmeinplease login master monkey mypassword
  mynameis operator password passwordpassword passwort princess qwertyuiop root secret security sunshine superman
  superuser superadmin superadministrator supersecret sysadmin system test testtest trustno unifiedcommunications
  welcome welcometo welcomewelcome whatever viewer`.split(/\s+/),
);
