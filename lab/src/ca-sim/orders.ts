import { type Authorization, statusOf } from './authorizations.ts';
import type { Certificate } from './certificates.ts';
import type { Problem } from './problem.ts';
import type { Profile } from './profiles.ts';
import { randomId, type Urls } from './urls.ts';
import { wireTime } from './wire-time.ts';

export interface OrderWish {
  readonly accountId: string;
  readonly names: readonly string[];
  readonly profile: Profile;
  /** The profile as the client named it. */
  readonly wantedProfile: string | null;
  /** certID (RFC 9773) of the certificate that this one replaces. */
  readonly replaces: string | null;
  readonly authorizations: readonly Authorization[];
}

export type OrderStatus = 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';

/** One order (RFC 8555 section 7.1.3). Its status follows from its authorizations until it is finalised. */
export class Order {
  readonly id = randomId();
  readonly wish: OrderWish;
  readonly expires: Date;
  #issuance: 'none' | 'processing' | Certificate | Problem = 'none';

  constructor(wish: OrderWish) {
    this.wish = wish;
    this.expires = new Date(Date.now() + wish.profile.orderMs);
  }

  get status(): OrderStatus {
    if (this.#issuance === 'processing') return 'processing';
    if (this.certificate !== null) return 'valid';
    if (this.error !== null || this.expires.getTime() <= Date.now()) return 'invalid';
    const statuses = this.wish.authorizations.map(statusOf);
    if (statuses.every((status) => status === 'valid')) return 'ready';
    return statuses.every((status) => status === 'valid' || status === 'pending') ? 'pending' : 'invalid';
  }

  get certificate(): Certificate | null {
    return typeof this.#issuance === 'object' && 'certId' in this.#issuance ? this.#issuance : null;
  }

  get error(): Problem | null {
    return typeof this.#issuance === 'object' && !('certId' in this.#issuance) ? this.#issuance : null;
  }

  process(): void {
    this.#issuance = 'processing';
  }

  finish(outcome: Certificate | Problem): void {
    this.#issuance = outcome;
  }

  body(urls: Urls): Readonly<Record<string, unknown>> {
    const { names, profile, replaces, authorizations } = this.wish;
    return {
      status: this.status,
      expires: wireTime(this.expires),
      identifiers: names.map((value) => ({ type: 'dns', value })),
      profile: profile.name,
      ...(replaces === null ? {} : { replaces }),
      // Not in the order of the identifiers: RFC 8555 does not promise that, so clients must not count on it.
      authorizations: authorizations.map(({ id }) => urls.of('authz', id)).reverse(),
      finalize: urls.of('finalize', this.id),
      ...(this.certificate === null ? {} : { certificate: urls.of('cert', this.certificate.id) }),
      ...(this.error === null ? {} : { error: this.error }),
    };
  }
}

export class Orders {
  readonly #byId = new Map<string, Order>();

  open(wish: OrderWish): Order {
    const order = new Order(wish);
    this.#byId.set(order.id, order);
    return order;
  }

  byId(id: string): Order | null {
    return this.#byId.get(id) ?? null;
  }

  of(accountId: string): readonly Order[] {
    return [...this.#byId.values()].filter((order) => order.wish.accountId === accountId);
  }

  /** Whether an order that can still lead to a certificate, or has, replaces the certificate. */
  replaces(certId: string): boolean {
    const orders = [...this.#byId.values()];
    return orders.some((order) => order.wish.replaces === certId && order.status !== 'invalid');
  }
}
