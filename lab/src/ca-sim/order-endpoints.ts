import type { Exchanges } from '../exchanges.ts';
import type { Faults } from '../faults.ts';
import type { Account } from './accounts.ts';
import type { Answer } from './answer.ts';
import type { Authorizations } from './authorizations.ts';
import type { Background } from './background.ts';
import type { Certificate, Certificates } from './certificates.ts';
import { type CheckedCsr, checkedCsr } from './csr.ts';
import { orderedNames } from './identifiers.ts';
import type { Issuance } from './issue.ts';
import { thumbprintOf } from './jws.ts';
import type { Order, Orders } from './orders.ts';
import { notFound, Problem } from './problem.ts';
import { chosenProfile, type Profile } from './profiles.ts';
import { checkReplacement } from './replaces.ts';
import { Finalize, NewOrder, parse } from './schema.ts';
import { accountOf, refusePayload, type SignedRequest } from './signed-request.ts';
import type { Urls } from './urls.ts';

interface Parts {
  readonly authorizations: Authorizations;
  readonly orders: Orders;
  readonly certificates: Certificates;
  readonly background: Background;
  readonly exchanges: Exchanges;
  readonly faults: Faults;
  readonly urls: Urls;
  readonly profiles: readonly [Profile, ...Profile[]];
  readonly rateLimitRetryAfterSeconds: number;
  readonly processingMs: number;
  readonly issue: (issuance: Issuance) => Promise<Certificate>;
}

/** newOrder, order and finalize (RFC 8555 section 7.4). */
export class OrderEndpoints {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async newOrder(request: SignedRequest): Promise<Answer> {
    const { exchanges } = this.#parts;
    const account = accountOf(request);
    await exchanges.reached('ca.newOrder', 'received');
    this.#refuseWhenLimited();
    const order = this.#open(account, parse(NewOrder, request.payload, 'newOrder'));
    await exchanges.reached('ca.newOrder', 'done');
    return this.#answer(order, 201);
  }

  #refuseWhenLimited(): void {
    const { faults, rateLimitRetryAfterSeconds: seconds } = this.#parts;
    if (!faults.take('ca-rate-limited')) return;
    const until = new Date(Date.now() + seconds * 1000).toISOString();
    throw new Problem('rateLimited', `too many new orders from this account, retry after ${until}`, {
      headers: { 'retry-after': String(seconds) },
    });
  }

  #open(account: Account, wanted: NewOrder): Order {
    const { authorizations, orders, certificates, profiles } = this.#parts;
    const profile = chosenProfile(profiles, wanted.profile);
    const names = orderedNames(wanted.identifiers, profile.maxNames);
    if (wanted.replaces !== undefined) checkReplacement(wanted.replaces, account, names, { orders, certificates });
    return orders.open({
      accountId: account.id,
      names,
      profile,
      wantedProfile: wanted.profile ?? null,
      replaces: wanted.replaces ?? null,
      authorizations: names.map((name) => authorizations.forName(account.id, name, profile)),
    });
  }

  async order(request: SignedRequest, id: string): Promise<Answer> {
    refusePayload(request);
    return this.#answer(this.#ownOrder(request, id), 200);
  }

  async finalize(request: SignedRequest, id: string): Promise<Answer> {
    const { exchanges } = this.#parts;
    const order = this.#ownOrder(request, id);
    await exchanges.reached('ca.finalize', 'received');
    refuseUnready(order);
    const csr = await checkedCsr(parse(Finalize, request.payload, 'finalize').csr, order.wish.names);
    if ((await thumbprintOf(csr.key)) === request.key.thumbprint) {
      throw new Problem('badCSR', 'the key of the CSR is the account key');
    }
    // Again, because another request may have finalised it while the CSR was checked.
    refuseUnready(order);
    await this.#finalizeWith(order, csr);
    await exchanges.reached('ca.finalize', 'done');
    return this.#answer(order, 200);
  }

  /** With the fault `ca-processing` the certificate comes later. */
  async #finalizeWith(order: Order, csr: CheckedCsr): Promise<void> {
    const { background, faults, processingMs } = this.#parts;
    order.process();
    if (faults.has('ca-processing')) background.startLater(processingMs, () => this.#issue(order, csr));
    else await this.#issue(order, csr);
  }

  async #issue(order: Order, csr: CheckedCsr): Promise<void> {
    const { faults } = this.#parts;
    try {
      if (faults.take('ca-internal')) throw new Error('the signer is away');
      const certificate = await this.#parts.issue({ ...order.wish, csr });
      this.#parts.certificates.add(certificate);
      order.finish(certificate);
    } catch (error) {
      order.finish(new Problem('serverInternal', `issuance failed: ${error}`));
    }
  }

  #ownOrder(request: SignedRequest, id: string): Order {
    const account = accountOf(request);
    const order = this.#parts.orders.byId(id);
    if (order === null) throw notFound('order');
    if (order.wish.accountId !== account.id) throw new Problem('unauthorized', 'the order belongs to another account');
    return order;
  }

  #answer(order: Order, httpStatus: 200 | 201): Answer {
    const { urls } = this.#parts;
    const body = order.body(urls);
    const wait = order.status === 'processing' ? { 'retry-after': '1' } : {};
    return { status: httpStatus, headers: { location: urls.of('order', order.id), ...wait }, body };
  }
}

function refuseUnready({ status }: Order): void {
  if (status === 'ready') return;
  throw new Problem('orderNotReady', `the order is ${status}, only ready orders can be finalized`);
}
