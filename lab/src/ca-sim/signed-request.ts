import type { Account, Accounts } from './accounts.ts';
import { type ParsedJws, type PublicKey, parseJws, publicKeyOf, verifiedPayload } from './jws.ts';
import type { Nonces } from './nonce.ts';
import { Problem } from './problem.ts';
import { parseJson } from './schema.ts';
import type { Urls } from './urls.ts';

export type Signer = 'account' | 'key' | 'either';

/** A POST whose signature, nonce and URL were checked. */
export interface SignedRequest {
  /** Null when the request was signed by a key of its own (`jwk`). */
  readonly account: Account | null;
  readonly key: PublicKey;
  readonly url: string;
  /** Null for POST-as-GET. */
  readonly payload: unknown;
}

/** Checks signed requests (RFC 8555 section 6.2 to 6.5). */
export class RequestVerifier {
  readonly #accounts: Accounts;
  readonly #nonces: Nonces;
  readonly #urls: Urls;

  constructor(accounts: Accounts, nonces: Nonces, urls: Urls) {
    this.#accounts = accounts;
    this.#nonces = nonces;
    this.#urls = urls;
  }

  /** @throws Problem as RFC 8555 demands for each mistake */
  async verify(body: string, url: string, signer: Signer): Promise<SignedRequest> {
    const parsed = parseJws(parseJson(body, 'the request body'), 'JWS');
    const { account, key } = await this.#signerOf(parsed, signer);
    const payload = await verifiedPayload(parsed, key);
    this.#checkFreshness(parsed, url);
    return { account, key, url, payload: readPayload(payload) };
  }

  async #signerOf({ header }: ParsedJws, signer: Signer): Promise<{ account: Account | null; key: PublicKey }> {
    if (header.kid !== undefined) {
      if (signer === 'key') throw new Problem('malformed', 'this request must be signed with "jwk", not "kid"');
      const account = this.#accounts.signing(this.#urls.accountId(header.kid));
      return { account, key: account.key };
    }
    if (signer === 'account') throw new Problem('malformed', 'this request must be signed with "kid", not "jwk"');
    return { account: null, key: await publicKeyOf(header.jwk) };
  }

  #checkFreshness({ header }: ParsedJws, url: string): void {
    if (header.nonce === undefined) throw new Problem('badNonce', 'the JWS has no anti-replay nonce');
    this.#nonces.spend(header.nonce);
    if (header.url !== url) {
      throw new Problem('unauthorized', `the JWS is for "${header.url}", but was sent to "${url}"`);
    }
  }
}

function readPayload(payload: Uint8Array): unknown {
  if (payload.length === 0) return null;
  const value = parseJson(Buffer.from(payload).toString('utf8'), 'the JWS payload');
  if (typeof value !== 'object' || value === null)
    throw new Problem('malformed', 'the JWS payload is not a JSON object');
  return value;
}

/** The account behind a request that only accounts may send. */
export function accountOf(request: SignedRequest): Account {
  if (request.account === null) throw new Problem('malformed', 'this request must be signed by an account');
  return request.account;
}

/** @throws Problem malformed when a POST-as-GET carries a payload */
export function refusePayload(request: SignedRequest): void {
  if (request.payload !== null) throw new Problem('malformed', 'POST-as-GET requests have an empty payload');
}
