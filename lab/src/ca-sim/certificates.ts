import type { KeyObject } from 'node:crypto';

export interface Certificate {
  readonly id: string;
  readonly accountId: string;
  /** RFC 9773 section 4.1 */
  readonly certId: string;
  readonly key: KeyObject;
  readonly der: Buffer;
  /** Lower-case hex */
  readonly serial: string;
  /** Of the DER, lower-case hex */
  readonly sha256: string;
  readonly dnsNames: readonly string[];
  /** As the client named it in its order; null when it did not. */
  readonly profile: string | null;
  readonly replaces: string | null;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** PEM: the default chain, then the alternate. */
  readonly chains: readonly string[];
  revoked: Date | null;
}

/** Everything that was issued since the start, oldest first. */
export class Certificates {
  readonly #all: Certificate[] = [];

  add(certificate: Certificate): void {
    this.#all.push(certificate);
  }

  all(): readonly Certificate[] {
    return this.#all;
  }

  byId(id: string): Certificate | null {
    return this.#all.find((certificate) => certificate.id === id) ?? null;
  }

  byCertId(certId: string): Certificate | null {
    return this.#all.find((certificate) => certificate.certId === certId) ?? null;
  }

  byDer(der: Buffer): Certificate | null {
    return this.#all.find((certificate) => certificate.der.equals(der)) ?? null;
  }
}
