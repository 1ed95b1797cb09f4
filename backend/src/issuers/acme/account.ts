import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import type { Folder, IssuerDeps } from '../issuer.ts';
import { AcmeProblem, as, parseJson } from './problems.ts';
import { type AccountFile, accountFileSchema, type Directory } from './schema.ts';
import { AcmeSession } from './session.ts';
import type { ExternalAccount } from './settings.ts';
import type { AcmeTransport } from './transport.ts';

const KEY_FILE = 'account.key';
const ACCOUNT_FILE = 'account.json';

/** Two issuers with the same settings share a folder of accounts/, and must not each create an account in it. */
const creations = new WeakMap<IssuerDeps['accountFolder'], Map<string, Creation>>();

type AcmeLibrary = typeof import('acme-client');

interface CheckedFiles {
  readonly key: string;
  readonly text: string;
  readonly account: AcmeAccount | null;
}

interface Creation {
  readonly account: Promise<AcmeAccount>;
  readonly signal: AbortSignal;
}

export interface AcmeAccount {
  readonly key: Secret;
  readonly url: string;
}

export interface AccountOptions {
  readonly transport: AcmeTransport;
  readonly folderName: string;
  readonly contact: readonly string[];
  readonly termsOfServiceAgreed: boolean;
  readonly externalAccount: ExternalAccount | null;
  readonly deps: Pick<IssuerDeps, 'accountFolder' | 'clock' | 'log'>;
}

/** The ACME account of an issuer: made once, kept in accounts/, made again when the CA has lost it. */
export class AcmeAccounts {
  readonly #options: AccountOptions;
  readonly #folder: Folder;
  /** Checking that the files belong together costs more than signing a request: done once for the same files. */
  #checked: CheckedFiles | null = null;
  #library: Promise<AcmeLibrary> | null = null;

  constructor(options: AccountOptions) {
    this.#options = options;
    this.#folder = options.deps.accountFolder(options.folderName);
  }

  /** Null when none was created yet, or when the files do not belong together. */
  async stored(): Promise<AcmeAccount | null> {
    const [key, text] = await Promise.all([this.#folder.read(KEY_FILE), this.#folder.read(ACCOUNT_FILE)]);
    if (key === null || text === null) return null;
    if (this.#checked?.key !== key || this.#checked.text !== text) {
      this.#checked = { key, text, account: accountOf(key, text, this.#options.transport.directoryUrl) };
    }
    return this.#checked.account;
  }

  /** The stored account, or a new one. Repeatable: after a crash in the middle the CA finds the account by its key. */
  async ensure(signal: AbortSignal): Promise<AcmeAccount> {
    return (await this.stored()) ?? this.#once(() => this.#register(signal), signal);
  }

  /** Asks the CA for the account of the stored key and stores its URL, which may be another one than before. */
  registerAgain(signal: AbortSignal): Promise<AcmeAccount> {
    return this.#once(() => this.#register(signal), signal);
  }

  open({ key, url }: AcmeAccount, signal: AbortSignal): Promise<AcmeSession> {
    return this.#openWith(key, url, signal);
  }

  /** acme-client takes a third of a second to load, so it is loaded when first needed. */
  async #openWith(accountKey: Secret, accountUrl: string | null, signal: AbortSignal): Promise<AcmeSession> {
    const { transport, externalAccount, deps } = this.#options;
    this.#library ??= import('acme-client');
    const { Client } = await this.#library;
    return new AcmeSession(Client, { transport, accountKey, accountUrl, externalAccount, clock: deps.clock }, signal);
  }

  /** One caller creates, the others wait for its result; when it was told to stop, one of them takes over. */
  async #once(create: () => Promise<AcmeAccount>, signal: AbortSignal): Promise<AcmeAccount> {
    const { deps, folderName } = this.#options;
    const running = creations.get(deps.accountFolder) ?? new Map<string, Creation>();
    creations.set(deps.accountFolder, running);
    const other = running.get(folderName);
    if (!other) {
      const account = create().finally(() => running.delete(folderName));
      running.set(folderName, { account, signal });
      return account;
    }
    return other.account.catch((err: unknown) => {
      if (!other.signal.aborted || signal.aborted) throw err;
      return this.#once(create, signal);
    });
  }

  async #register(signal: AbortSignal): Promise<AcmeAccount> {
    const { transport, externalAccount, contact, termsOfServiceAgreed, deps } = this.#options;
    const { clock, log } = deps;
    const directory = await transport.directory(signal);
    const refusal = termsRefusal(directory, termsOfServiceAgreed) ?? externalAccountRefusal(directory, externalAccount);
    if (refusal) throw new AppError('ISSUER_ACCOUNT', refusal);

    const key = await this.#keptKey();
    const session = await this.#openWith(new Secret(key), null, signal);
    await session.createAccount(newAccount(contact, termsOfServiceAgreed)).catch(rethrowAsAccount);
    await this.#write({
      url: session.accountUrl,
      directory: transport.directoryUrl,
      contact: [...contact],
      createdAt: clock.now().toISOString(),
      keyThumbprint: thumbprintOf(key),
    });
    log.info({ directory: transport.directoryUrl, account: session.accountUrl }, 'ACME account registered');
    return { key: new Secret(key), url: session.accountUrl };
  }

  /** The key is written before the account is asked for, so that no account is made twice after a crash. */
  async #keptKey(): Promise<string> {
    const kept = await this.#folder.read(KEY_FILE);
    if (kept !== null && isPrivateKey(kept)) return kept;
    if (kept !== null) {
      throw new AppError('ISSUER_ACCOUNT', `${this.#options.folderName}/${KEY_FILE} holds no readable private key.`);
    }
    const key = newKey();
    await this.#folder.write(KEY_FILE, key);
    return key;
  }

  #write(account: AccountFile): Promise<void> {
    return this.#folder.write(ACCOUNT_FILE, `${JSON.stringify(account, null, 2)}\n`);
  }
}

/** Null when the files do not belong together or to this CA. */
function accountOf(key: string, text: string, directoryUrl: string): AcmeAccount | null {
  const parsed = accountFileSchema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { url, directory, keyThumbprint } = parsed.data;
  return directory === directoryUrl && keyThumbprint === thumbprintOf(key) ? { key: new Secret(key), url } : null;
}

/** Null when the terms of service are agreed to, or there are none. */
export function termsRefusal({ meta }: Directory, agreed: boolean): string | null {
  if (!meta.termsOfService || agreed) return null;
  return `The CA wants its terms of service agreed to: ${meta.termsOfService}`;
}

/** Null when the external account is given, or the CA needs none. */
export function externalAccountRefusal({ meta }: Directory, given: ExternalAccount | null): string | null {
  if (!meta.externalAccountRequired || given) return null;
  return 'The CA creates accounts only with an external account binding (key identifier and HMAC key).';
}

/**
 * P-256: every ACME server has to take ES256 (RFC 8555, section 6.2), and signing with it costs
 * a tenth of RSA 2048 for each of the requests.
 */
function newKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

function isPrivateKey(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
}

/** RFC 7638: the required members of the JWK in lexicographic order. Empty for an unreadable key. */
function thumbprintOf(keyPem: string): string {
  if (!isPrivateKey(keyPem)) return '';
  const jwk = createPublicKey(keyPem).export({ format: 'jwk' });
  const sorted = Object.fromEntries(Object.entries(jwk).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url');
}

function newAccount(contact: readonly string[], termsOfServiceAgreed: boolean): object {
  return {
    ...(termsOfServiceAgreed ? { termsOfServiceAgreed: true } : {}),
    ...(contact.length > 0 ? { contact: [...contact] } : {}),
  };
}

/** Whatever is refused here, it is the account that is refused. */
function rethrowAsAccount(err: unknown): never {
  if (err instanceof AcmeProblem && err.code === 'ISSUER_REFUSED') throw as('ISSUER_ACCOUNT', err);
  throw err;
}
