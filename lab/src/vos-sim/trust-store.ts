import { type Certificate, readCertificate, splitPem } from './certificates.ts';
import type { NodeClock } from './clock.ts';
import { Refusal, TEXTS } from './refusal.ts';

/** Longest path from a leaf to its root that is looked for. */
const MAX_PATH = 8;

/**
 * The CA certificates that the services of one store trust. One certificate per common name: a second one replaces the first
 * only when its validity begins later.
 */
export class TrustStore {
  readonly #now: NodeClock;
  readonly #certificates: Certificate[];

  /** `found` is what a twin of a real node starts with; nobody checks it. */
  constructor(now: NodeClock, found: readonly Certificate[] = []) {
    this.#now = now;
    this.#certificates = [...found];
  }

  get certificates(): readonly Certificate[] {
    return this.#certificates;
  }

  /**
   * Puts one certificate in. Returns false when it was there already.
   *
   * @throws Refusal when it has expired, or another one of the same name is not older.
   */
  add(certificate: Certificate): boolean {
    if (this.has(certificate)) return false;
    if (Date.parse(certificate.parsed.validTo) <= this.#now()) throw new Refusal(400, TEXTS.expired);
    const index = this.#certificates.findIndex((other) => nameOf(other) === nameOf(certificate));
    const namesake = this.#certificates[index];
    if (namesake && beginOf(namesake) >= beginOf(certificate)) throw new Refusal(400, TEXTS.trustOlder);
    this.#certificates.splice(index < 0 ? this.#certificates.length : index, index < 0 ? 0 : 1, certificate);
    return true;
  }

  has(certificate: Certificate): boolean {
    return this.#certificates.some((other) => other.sha256 === certificate.sha256);
  }

  /** The issuers of a certificate up to a self-signed root, each checked by signature; null when one is missing. */
  pathFor(certificate: Certificate, depth = 0): readonly Certificate[] | null {
    if (depth >= MAX_PATH) return null;
    for (const issuer of this.#certificates.filter((candidate) => this.#issued(candidate, certificate))) {
      if (this.#issued(issuer, issuer)) return [issuer];
      const rest = this.pathFor(issuer, depth + 1);
      if (rest) return [issuer, ...rest];
    }
    return null;
  }

  #issued(issuer: Certificate, subject: Certificate): boolean {
    if (!issuer.parsed.ca || Date.parse(issuer.parsed.validTo) <= this.#now()) return false;
    return subject.parsed.checkIssued(issuer.parsed) && subject.parsed.verify(issuer.parsed.publicKey);
  }
}

/**
 * Reads every certificate in the elements of an upload; an element may hold a whole bundle.
 *
 * @throws Refusal when one holds none, or something unreadable.
 */
export function readUpload(elements: readonly string[]): Certificate[] {
  return elements.flatMap((element) => {
    const found = splitPem(element);
    if (found.length === 0) throw new Refusal(400, TEXTS.unreadable);
    return found.map(readOne);
  });
}

function readOne(pem: string): Certificate {
  try {
    return readCertificate(pem);
  } catch {
    throw new Refusal(400, TEXTS.unreadable);
  }
}

function nameOf(certificate: Certificate): string {
  return certificate.commonName ?? certificate.parsed.subject;
}

function beginOf(certificate: Certificate): number {
  return Date.parse(certificate.parsed.validFrom);
}
