import type { Exchanges } from '../exchanges.ts';
import { type Account, type Accounts, refuseDeactivated } from './accounts.ts';
import type { Answer } from './answer.ts';
import { acceptedContacts } from './contacts.ts';
import type { ExternalAccounts } from './external-account.ts';
import { type PublicKey, parseJws, publicKeyOf, thumbprintOf, verifiedPayload } from './jws.ts';
import type { Orders } from './orders.ts';
import { notFound, Problem } from './problem.ts';
import { AccountUpdate, KeyChange, NewAccount, parse, parseJson } from './schema.ts';
import { accountOf, refusePayload, type SignedRequest } from './signed-request.ts';
import type { Urls } from './urls.ts';

interface Parts {
  readonly accounts: Accounts;
  readonly orders: Orders;
  readonly externalAccounts: ExternalAccounts | null;
  readonly exchanges: Exchanges;
  readonly urls: Urls;
}

/** newAccount, account, orders list and keyChange (RFC 8555 section 7.3 and 7.1.2.1). */
export class AccountEndpoints {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async newAccount(request: SignedRequest): Promise<Answer> {
    const { accounts, exchanges } = this.#parts;
    await exchanges.reached('ca.newAccount', 'received');
    const wanted = parse(NewAccount, request.payload, 'newAccount');
    const existing = accounts.byKey(request.key);
    if (existing !== null) {
      refuseDeactivated(existing);
      return this.#answer(existing, 200);
    }
    const account = await this.#create(wanted, request);
    await exchanges.reached('ca.newAccount', 'done');
    return this.#answer(account, 201);
  }

  async #create(wanted: NewAccount, { key, url }: SignedRequest): Promise<Account> {
    if (wanted.onlyReturnExisting === true) throw new Problem('accountDoesNotExist', 'no account has this key');
    if (wanted.termsOfServiceAgreed !== true) throw new Problem('malformed', 'the terms of service must be agreed to');
    const contacts = acceptedContacts(wanted.contact ?? []);
    const kid = (await this.#parts.externalAccounts?.bound(wanted.externalAccountBinding, key, url)) ?? null;
    return this.#parts.accounts.create(key, contacts, kid);
  }

  async account(request: SignedRequest, id: string): Promise<Answer> {
    const account = ownAccount(request, id);
    if (request.payload === null) return this.#answer(account, 200);
    const update = parse(AccountUpdate, request.payload, 'account');
    if (update.contact !== undefined) account.contact = acceptedContacts(update.contact);
    if (update.status !== undefined) account.status = update.status;
    return this.#answer(account, 200);
  }

  async orders(request: SignedRequest, id: string): Promise<Answer> {
    refusePayload(request);
    const account = ownAccount(request, id);
    const listed = this.#parts.orders.of(account.id).filter((order) => order.status !== 'invalid');
    return { status: 200, body: { orders: listed.map((order) => this.#parts.urls.of('order', order.id)) } };
  }

  /** RFC 8555 section 7.3.5: the outer JWS is the old key's, the inner one proves the new key. */
  async keyChange(request: SignedRequest): Promise<Answer> {
    const account = accountOf(request);
    const key = await this.#provenNewKey(request, account);
    const holder = this.#parts.accounts.byKey(key);
    if (holder !== null) {
      throw new Problem('malformed', 'the new key belongs to an account already', {
        status: 409,
        headers: { location: this.#parts.urls.of('account', holder.id) },
      });
    }
    account.key = key;
    return this.#answer(account, 200);
  }

  async #provenNewKey(request: SignedRequest, account: Account): Promise<PublicKey> {
    const inner = parseJws(request.payload, 'the inner JWS');
    const { url, nonce, jwk } = inner.header;
    if (jwk === undefined) throw new Problem('malformed', 'the inner JWS must carry the new key as "jwk"');
    if (url !== request.url) throw new Problem('malformed', 'the inner JWS has another "url" than the outer one');
    if (nonce !== undefined) throw new Problem('malformed', 'the inner JWS must not have a nonce');
    const key = await publicKeyOf(jwk);
    const text = Buffer.from(await verifiedPayload(inner, key)).toString('utf8');
    const change = parse(KeyChange, parseJson(text, 'the key change'), 'the key change');
    if (change.account !== this.#parts.urls.of('account', account.id)) {
      throw new Problem('malformed', 'the key change names another account');
    }
    const oldKey = await publicKeyOf(change.oldKey);
    if (oldKey.thumbprint !== (await thumbprintOf(account.key.key))) {
      throw new Problem('malformed', 'the key change names another old key');
    }
    return key;
  }

  #answer({ id, status, contact }: Account, httpStatus: 200 | 201): Answer {
    const { urls } = this.#parts;
    const body = { status, contact, orders: urls.of('orders', id) };
    return { status: httpStatus, headers: { location: urls.of('account', id) }, body };
  }
}

function ownAccount(request: SignedRequest, id: string): Account {
  const account = accountOf(request);
  if (account.id !== id) throw notFound('account');
  return account;
}
