/** Places for certificates of the daemon's own server. `web` is what a client gets who asks for no name that another one has. */
export const OWN_SLOTS = ['web', 'web-2', 'web-3', 'web-4'] as const;

/** The daemon's own HTTPS, for the driver that renews its certificate like any other. */
export interface OwnTls {
  /** Where it listens; null before that, and when HTTPS is off. */
  readonly address: { readonly host: string; readonly port: number } | null;
  /** Names of the places for a certificate; the first one is never empty. */
  readonly slots: readonly string[];
  /** Null when there is no such file. */
  read(slot: string, file: OwnTlsFile): Promise<string | null>;
  /** Atomic, mode 0600. Private keys are encrypted on the way, and in clear again when they are read. */
  write(slot: string, file: OwnTlsFile, text: string): Promise<void>;
  /** Succeeds when there is none. */
  remove(slot: string, file: OwnTlsFile): Promise<void>;
  /** From now on, new connections get what the files say. What cannot be served is left out and logged. */
  reload(): Promise<void>;
}

/** `identity.pem` holds the private key and the chain, leaf first, so that both change at once. */
export type OwnTlsFile = 'identity.pem' | 'pending.key' | 'pending.csr';
