import { X509Certificate } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { sha256OfPem, splitPem } from '../domain/certificate.ts';
import type { Secret } from '../domain/secret.ts';
import { makeKey, makeSelfSigned } from '../plugins/keys.ts';
import { OWN_SLOTS, type OwnTls, type OwnTlsFile } from '../plugins/own-tls.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { ensurePrivateFolder, isMissing, readIfThere, writePrivateFile } from '../store/private-files.ts';
import { holdsPlainKey, openedKeys, sealedKeys } from './sealed-keys.ts';

const [MAIN] = OWN_SLOTS;

/** Tells our self-signed certificates from those that somebody made. */
const ORGANIZATION = 'certferry self-signed';
const SELF_SIGNED_DAYS = 365;
const RENEWED_BEFORE_MS = 30 * 86_400_000;

interface Identity {
  readonly slot: string;
  /** Key and chain, in clear. */
  readonly pem: string;
  readonly context: SecureContext;
  readonly leaf: X509Certificate;
}

export interface TlsIdentitiesOptions {
  /** Made when it is not there, mode 0700. */
  readonly folder: string;
  /** Of the keys in these files. */
  readonly passphrase: Secret;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The certificates that the daemon serves itself, by the name that a client asks for. Whatever the files hold, there is
 * always one to serve: nobody is locked out by a certificate that went wrong.
 */
export class TlsIdentities implements OwnTls {
  readonly slots = OWN_SLOTS;
  /** Set by whoever listens. */
  address: OwnTls['address'] = null;
  readonly #folder: string;
  readonly #passphrase: Secret;
  readonly #clock: Clock;
  readonly #log: Logger;
  #identities: readonly Identity[] = [];
  readonly #listeners: ((pem: string) => void)[] = [];

  private constructor({ folder, passphrase, clock, log }: TlsIdentitiesOptions) {
    this.#folder = folder;
    this.#passphrase = passphrase;
    this.#clock = clock;
    this.#log = log;
  }

  static async open(options: TlsIdentitiesOptions): Promise<TlsIdentities> {
    const identities = new TlsIdentities(options);
    for (const slot of OWN_SLOTS) await ensurePrivateFolder(join(options.folder, slot));
    await identities.reload();
    return identities;
  }

  async read(slot: string, file: OwnTlsFile): Promise<string | null> {
    const text = await readIfThere(join(this.#folder, slot, file));
    return text && openedKeys(text, this.#passphrase);
  }

  async write(slot: string, file: OwnTlsFile, text: string): Promise<void> {
    await writePrivateFile(join(this.#folder, slot, file), sealedKeys(text, this.#passphrase));
  }

  async remove(slot: string, file: OwnTlsFile): Promise<void> {
    await rm(join(this.#folder, slot, file), { force: true });
  }

  async reload(): Promise<void> {
    const found = await Promise.all(OWN_SLOTS.map((slot) => this.#load(slot)));
    const identities = found.filter((identity) => identity !== null);
    const main = identities.find(({ slot }) => slot === MAIN);
    const others = identities.filter((one) => one !== main);
    if (!main) await this.#setAside(MAIN);
    // Assigned at once: a handshake meanwhile gets the old ones or the new ones.
    this.#identities = [main && !this.#isOldBeginning(main) ? main : await this.#begin(), ...others];
    this.#tell();
  }

  /** Tells the key and chain for clients that ask for no name: now, and whenever they change. */
  follow(listener: (pem: string) => void): void {
    this.#listeners.push(listener);
    this.#tell();
  }

  /** For `SNICallback`. */
  contextFor(serverName: string): SecureContext | undefined {
    const fitting = this.#identities.filter(({ leaf }) => leaf.checkHost(serverName) !== undefined);
    const [first] = fitting.toSorted((a, b) => Date.parse(b.leaf.validTo) - Date.parse(a.leaf.validTo));
    return (first ?? this.#identities[0])?.context;
  }

  #tell(): void {
    const [main] = this.#identities;
    for (const listener of this.#listeners) if (main) listener(main.pem);
  }

  async #load(slot: string): Promise<Identity | null> {
    try {
      await this.#sealWhatIsPlain(slot);
      const pem = await this.read(slot, 'identity.pem');
      return pem === null ? null : identityOf(slot, pem);
    } catch (err) {
      this.#log.error({ slot, err }, 'a certificate of the daemon itself cannot be served');
      return null;
    }
  }

  /** Keys that a person put there, or an earlier version. */
  async #sealWhatIsPlain(slot: string): Promise<void> {
    for (const file of ['identity.pem', 'pending.key'] as const) {
      const text = await readIfThere(join(this.#folder, slot, file));
      if (text !== null && holdsPlainKey(text)) await this.write(slot, file, text);
    }
  }

  #isOldBeginning({ leaf }: Identity): boolean {
    return (
      leaf.subject.includes(ORGANIZATION) && Date.parse(leaf.validTo) - this.#clock.now().getTime() < RENEWED_BEFORE_MS
    );
  }

  /** What cannot be served may be all that somebody has of their key: it is not overwritten. */
  async #setAside(slot: string): Promise<void> {
    const file = join(this.#folder, slot, 'identity.pem');
    const aside = `${file}.unusable-${this.#clock.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    try {
      await rename(file, aside);
    } catch (err) {
      if (isMissing(err)) return;
      throw err;
    }
    this.#log.error({ slot, file: aside }, 'the unusable certificate is kept there, and a self-signed one is served');
  }

  /** A certificate to begin with, for every name that this machine goes by. */
  async #begin(): Promise<Identity> {
    const key = await makeKey('EC P-256');
    const dnsNames = [...new Set([hostname().toLowerCase(), 'localhost'])];
    const ipAddresses = ['127.0.0.1', '::1'];
    const now = this.#clock.now();
    const certificate = await makeSelfSigned(key, {
      organization: ORGANIZATION,
      dnsNames,
      ipAddresses,
      days: SELF_SIGNED_DAYS,
      now,
    });
    const pem = `${key.keyPem}${certificate}`;
    await this.write(MAIN, 'identity.pem', pem);
    return identityOf(MAIN, pem);
  }
}

/** @throws when the key does not belong to the leaf, or either cannot be read. */
function identityOf(slot: string, pem: string): Identity {
  const [leafPem = ''] = splitPem(pem);
  const leaf = new X509Certificate(leafPem);
  return { slot, pem, leaf, context: createSecureContext({ key: pem, cert: pem, minVersion: 'TLSv1.2' }) };
}

/** Every certificate that a daemon with this folder may serve. */
export async function certificatesIn(
  folder: string,
): Promise<readonly { readonly slot: string; readonly pem: string }[]> {
  const texts = await Promise.all(
    OWN_SLOTS.map(async (slot) => ({ slot, text: await readIfThere(join(folder, slot, 'identity.pem')) })),
  );
  return texts.flatMap(({ slot, text }) =>
    splitPem(text ?? '')
      .slice(0, 1)
      .map((pem) => ({ slot, pem })),
  );
}

/** Their SHA-256, lower-case hex. */
export async function fingerprintsIn(folder: string): Promise<readonly string[]> {
  return (await certificatesIn(folder)).map(({ pem }) => sha256OfPem(pem));
}
