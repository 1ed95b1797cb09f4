import { createHash } from 'node:crypto';
import type { CertificateFacts } from '../../../domain/certificate.ts';
import { nameSetOf, registeredDomainsOf } from '../../../domain/name-set.ts';
import type { RenewalWindow } from '../../../issuers/issuer.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** Of Let's Encrypt, written down here once more so that the model does not judge us by our own table. https://letsencrypt.org/docs/rate-limits/ */
const SAME_NAMES_A_WEEK = 5;
const NEW_A_WEEK_FOR_A_DOMAIN = 50;
const ORDERS_IN_THREE_HOURS = 300;
const FAILURES_AN_HOUR = 5;

export interface ModelOrder {
  readonly account: string;
  readonly names: readonly string[];
  /** Fingerprint of the certificate that it would replace; null: none. */
  readonly replaces: string | null;
  readonly now: number;
}

interface Limit {
  readonly what: string;
  readonly most: number;
  readonly withinMs: number;
}

export interface ModelCaOptions {
  /** Let's Encrypt's limits and renewal windows; false: a CA of a company, which has neither. */
  readonly isPublic: boolean;
  readonly organisation: string;
}

/** A CA that counts what is asked of it, by its own rules, and refuses what is too much. */
export class ModelCa {
  readonly #options: ModelCaOptions;
  readonly #counted = new Map<string, number[]>();
  readonly #issuedFor = new Map<string, CertificateFacts>();
  readonly #moved = new Map<string, { readonly start: number; readonly end: number }>();
  readonly #replaced = new Set<string>();
  #serial = 0;
  /** Orders and validations that it refused because of a limit. */
  readonly limited: string[] = [];
  /** Certificates that nobody needed: the last one for the same names was good, and no renewal of it was due. */
  readonly duplicates: string[] = [];
  issued = 0;
  failedValidations = 0;
  exempt = 0;

  constructor(options: ModelCaOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait when a limit is reached; null when it takes the order. */
  order({ account, names, replaces, now }: ModelOrder): number | null {
    if (!this.#options.isPublic) return null;
    if (replaces !== null && this.isInWindow(replaces, now) && !this.#replaced.has(replaces)) {
      this.#replaced.add(replaces);
      this.exempt += 1;
      return null;
    }
    for (const { what, most, withinMs } of this.#limitsOf(account, names)) {
      const times = this.#within(what, withinMs, now);
      if (times.length >= most) {
        this.limited.push(`${new Date(now).toISOString()} ${what}`);
        return (times[0] ?? now) + withinMs - now;
      }
    }
    if (!this.#issuedFor.has(nameSetOf(names))) this.#count(`orders ${account}`, now);
    return null;
  }

  /** A name set that had a certificate before is counted only as such. */
  #limitsOf(account: string, names: readonly string[]): readonly Limit[] {
    const set = nameSetOf(names);
    const same = { what: `same names ${set}`, most: SAME_NAMES_A_WEEK, withinMs: WEEK_MS };
    if (this.#issuedFor.has(set)) return [same];
    const domains = registeredDomainsOf(names).map((domain) => {
      return { what: `domain ${domain}`, most: NEW_A_WEEK_FOR_A_DOMAIN, withinMs: WEEK_MS };
    });
    return [same, { what: `orders ${account}`, most: ORDERS_IN_THREE_HOURS, withinMs: 3 * HOUR_MS }, ...domains];
  }

  /** A validation fails. Milliseconds to wait when there were too many already; else null. */
  refuse({ account, names, now }: Omit<ModelOrder, 'replaces'>): number | null {
    for (const name of names) {
      const what = `failures ${account} ${name}`;
      if (this.#options.isPublic && this.#within(what, HOUR_MS, now).length >= FAILURES_AN_HOUR) {
        this.limited.push(`${new Date(now).toISOString()} ${what}`);
        return HOUR_MS;
      }
      this.#count(what, now);
    }
    this.failedValidations += 1;
    return null;
  }

  /** `exempt`: the order was. */
  issue(
    names: readonly string[],
    { now, lifeMs, exempt }: { readonly now: number; readonly lifeMs: number; readonly exempt: boolean },
  ): CertificateFacts {
    const set = nameSetOf(names);
    const last = this.#issuedFor.get(set);
    if (last && !this.#isWanted(last, now)) this.duplicates.push(`${new Date(now).toISOString()} ${set}`);
    const counted = exempt ? [] : this.#limitsOf('', names).filter(({ what }) => !what.startsWith('orders'));
    for (const { what } of counted) this.#count(what, now);
    const certificate = this.sign(names, now, now + lifeMs);
    this.#issuedFor.set(set, certificate);
    this.issued += 1;
    return certificate;
  }

  /** Without counting it: what was there before. */
  sign(names: readonly string[], notBefore: number, notAfter: number): CertificateFacts {
    this.#serial += 1;
    const { organisation } = this.#options;
    const sha256 = createHash('sha256').update(`${organisation} ${this.#serial}`).digest('hex');
    return {
      pem: '',
      sha256,
      serial: this.#serial.toString(16),
      subject: `CN=${names[0]}`,
      issuer: `CN=R1, O=${organisation}`,
      commonName: names[0] ?? null,
      dnsNames: names,
      notBefore: new Date(notBefore).toISOString(),
      notAfter: new Date(notAfter).toISOString(),
      key: { kind: 'RSA 2048', spkiSha256: sha256 },
      extendedKeyUsage: [],
      selfSigned: false,
    };
  }

  windowOf(certificate: CertificateFacts): RenewalWindow | null {
    if (!this.#options.isPublic) return null;
    const { start, end } = this.#windowOf(certificate);
    return {
      start: new Date(start).toISOString(),
      end: new Date(end).toISOString(),
      explanationUrl: null,
      retryAfterMs: DAY_MS,
    };
  }

  /** From now on it wants the last certificate for these names renewed from `start` to `end`. */
  move(names: readonly string[], start: number, end: number): void {
    const last = this.#issuedFor.get(nameSetOf(names));
    if (last) this.#moved.set(last.sha256, { start, end });
  }

  isInWindow(sha256: string, now: number): boolean {
    const certificate = this.#bySha256(sha256);
    if (!certificate) return false;
    const { start, end } = this.#windowOf(certificate);
    return start <= now && now <= end;
  }

  #bySha256(sha256: string): CertificateFacts | undefined {
    for (const one of this.#issuedFor.values()) if (one.sha256 === sha256) return one;
    return undefined;
  }

  /** As Let's Encrypt does: around two thirds of the life, around half of a short one. */
  #windowOf({ sha256, notBefore, notAfter }: CertificateFacts): { readonly start: number; readonly end: number } {
    const moved = this.#moved.get(sha256);
    if (moved) return moved;
    const [from, to] = [Date.parse(notBefore), Date.parse(notAfter)];
    const life = to - from;
    const start = from + life * (life <= 10 * DAY_MS ? 1 / 2 : 2 / 3);
    return { start, end: start + life * 0.02 };
  }

  /** By the CA's window or by its life another certificate is in order. */
  #isWanted(last: CertificateFacts, now: number): boolean {
    const [from, to] = [Date.parse(last.notBefore), Date.parse(last.notAfter)];
    const life = to - from;
    if (this.#options.isPublic && now >= this.#windowOf(last).start) return true;
    return to - now <= life * (life <= 10 * DAY_MS ? 0.56 : 0.37);
  }

  #within(what: string, ms: number, now: number): readonly number[] {
    return (this.#counted.get(what) ?? []).filter((at) => at > now - ms);
  }

  #count(what: string, now: number): void {
    const times = this.#within(what, WEEK_MS, now);
    this.#counted.set(what, [...times, now]);
  }
}
