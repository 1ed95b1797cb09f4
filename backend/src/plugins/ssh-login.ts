import { createHash } from 'node:crypto';
import ssh2, {
  type Algorithms,
  type AnyAuthMethod,
  type Client,
  type ConnectConfig,
  type KeyboardInteractiveCallback,
  type ParsedKey,
  type Prompt,
} from 'ssh2';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { isTimeout } from './deadline.ts';
import type { SshTarget } from './ssh.ts';

const KEEPALIVE_MS = 30_000;

/** As OpenSSH prints it: `SHA256:` and base64 without padding. */
export function hostKeyFingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** `SshTarget` is one of these, with a password. Where there is a private key, it is offered first. */
export interface LoginTarget extends Pick<SshTarget, 'host' | 'port' | 'user' | 'hostKeys' | 'legacyAlgorithms'> {
  readonly password?: Secret | undefined;
  readonly privateKey?: ParsedKey | undefined;
}

interface AuthChoice {
  readonly type: AnyAuthMethod['type'];
  /** Called when it is its turn: a password counts as sent from then on. */
  make(): AnyAuthMethod;
}

/** One login: remembers which host key was seen and whether the password was sent, and judges a failure by both. */
export class Login {
  readonly client: Client = new ssh2.Client();
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void> = new Promise((resolve) => this.client.once('close', () => resolve()));
  readonly #target: LoginTarget;
  readonly #peer: string;
  #seenKey: string | null = null;
  #isTrusted = false;
  #isPasswordSent = false;
  #odd: string | null = null;

  constructor(target: LoginTarget) {
    this.#target = target;
    this.#peer = `${target.host}:${target.port}`;
  }

  /** Rejects with ssh2's error or the signal's reason; hand that to `failure`. */
  run(signal: AbortSignal): Promise<void> {
    const { user: username } = this.#target;
    const hostVerifier = (key: Buffer): boolean => this.#verify(key);
    const config = { ...dialing(this.#target), username, hostVerifier, authHandler: this.#authHandler() };
    return connected(this.client, config, signal);
  }

  failure(cause: unknown): AppError {
    if (this.#seenKey !== null && !this.#isTrusted) return notTrusted(this.#target, this.#seenKey);
    if (isTimeout(cause)) return unreachable(this.#peer, cause);
    // A server that hangs up on a password has refused it: trying again could lock the account.
    if (!this.#isPasswordSent && levelOf(cause) !== 'client-authentication') return unreachable(this.#peer, cause);
    const what = this.#odd ?? `refused the SSH login of "${this.#target.user}"`;
    return new AppError('APPLIANCE_DENIED', `${this.#peer} ${what}.`, { cause });
  }

  #verify(key: Buffer): boolean {
    this.#seenKey = hostKeyFingerprint(key);
    this.#isTrusted = this.#target.hostKeys.includes(this.#seenKey);
    return this.#isTrusted;
  }

  /**
   * A key before all, then keyboard-interactive, because most appliances take nothing else, then password where that was not offered.
   * The password is sent once at most: a wrong one must not count twice against an account that can be locked.
   */
  #authHandler() {
    const { privateKey, password } = this.#target;
    const methods: AuthChoice[] = [
      ...(privateKey ? [this.#publicKey(privateKey)] : []),
      ...(password ? this.#withPassword(password) : []),
    ];
    return (offered: readonly string[] | null): AnyAuthMethod | false => {
      if (this.#isPasswordSent) return false;
      const next = methods.findIndex(({ type }) => offered?.includes(type) ?? true);
      const [method] = next === -1 ? [] : methods.splice(0, next + 1).slice(-1);
      return method?.make() ?? false;
    };
  }

  #publicKey(key: ParsedKey): AuthChoice {
    return { type: 'publickey', make: () => ({ type: 'publickey', username: this.#target.user, key }) };
  }

  #withPassword(password: Secret): readonly AuthChoice[] {
    return [
      { type: 'keyboard-interactive', make: () => this.#keyboardInteractive(password) },
      { type: 'password', make: () => this.#password(password) },
    ];
  }

  #keyboardInteractive(password: Secret): AnyAuthMethod {
    const prompt = (_: string, text: string, _lang: string, prompts: Prompt[], finish: KeyboardInteractiveCallback) => {
      if (prompts.length === 0) return finish([]);
      if (prompts.length === 1 && !this.#isPasswordSent) return finish([this.#revealed(password)]);
      const asked = [text, ...prompts.map((each) => each.prompt)].join(' ').trim();
      this.#odd = `asks for more than the password of "${this.#target.user}": ${asked}`;
      this.client.destroy();
    };
    return { type: 'keyboard-interactive', username: this.#target.user, prompt };
  }

  #password(password: Secret): AnyAuthMethod {
    return { type: 'password', username: this.#target.user, password: this.#revealed(password) };
  }

  #revealed(password: Secret): string {
    this.#isPasswordSent = true;
    return password.reveal();
  }
}

/**
 * The host key that the server shows. Ends during the key exchange: neither user name nor password is sent.
 *
 * @throws AppError APPLIANCE_UNREACHABLE
 */
export async function shownHostKey(
  target: Pick<SshTarget, 'host' | 'port'> & { readonly legacyAlgorithms?: boolean },
  signal: AbortSignal,
): Promise<string> {
  const client = new ssh2.Client();
  const shown: string[] = [];
  const hostVerifier = (key: Buffer): boolean => {
    shown.push(hostKeyFingerprint(key));
    return false;
  };
  const config = { ...dialing(target), username: 'nobody', hostVerifier };
  const cause = await connected(client, config, signal).catch((reason: unknown) => reason);
  client.destroy();
  const [key] = shown;
  if (key === undefined) throw unreachable(`${target.host}:${target.port}`, cause);
  return key;
}

function connected(client: Client, config: ConnectConfig, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
    // The listener stays: an error of the later session ends with its `close`, which its owner hears.
    client.on('error', reject);
    client.once('close', () => reject(new Error('The server closed the connection.')));
    client.once('ready', () => {
      signal.removeEventListener('abort', aborted);
      resolve();
    });
    client.connect(config);
    // Logging in and typing are short packets to and fro: held back for the acknowledgement of the last, each costs 40 ms.
    client.setNoDelay(true);
  });
}

function dialing(target: Pick<SshTarget, 'host' | 'port'> & { readonly legacyAlgorithms?: boolean }): ConnectConfig {
  return {
    host: target.host,
    port: target.port,
    algorithms: target.legacyAlgorithms ? LEGACY_TOO : MODERN,
    keepaliveInterval: KEEPALIVE_MS,
    // The caller's deadline counts instead.
    readyTimeout: 0,
  };
}

/** ssh2 offers ssh-rsa signatures (SHA-1) unless told not to. */
const MODERN: Algorithms = {
  serverHostKey: { append: [], prepend: [], remove: ['ssh-rsa'] },
};

const LEGACY_TOO: Algorithms = {
  kex: { append: ['diffie-hellman-group-exchange-sha1', 'diffie-hellman-group14-sha1'], prepend: [], remove: [] },
  cipher: { append: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc'], prepend: [], remove: [] },
};

function notTrusted(target: LoginTarget, seen: string): AppError {
  const pinned = target.hostKeys.length > 0 ? `pinned is ${target.hostKeys.join(' or ')}` : 'none is pinned';
  return new AppError(
    'APPLIANCE_NOT_TRUSTED',
    `${target.host}:${target.port} shows the SSH host key ${seen}, but ${pinned}.`,
  );
}

function unreachable(peer: string, cause: unknown): AppError {
  const words = isTimeout(cause) || !(cause instanceof Error) ? 'no answer in time' : cause.message;
  return new AppError('APPLIANCE_UNREACHABLE', `${peer} cannot be reached over SSH: ${words}`, { cause });
}

function levelOf(cause: unknown): unknown {
  return cause instanceof Error && 'level' in cause ? cause.level : null;
}
