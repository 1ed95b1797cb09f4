import type { Exchanges } from '../exchanges.ts';
import type { Account } from './accounts.ts';
import type { Answer } from './answer.ts';
import {
  type Authorization,
  type Authorizations,
  authorizationBody,
  type Challenge,
  challengeBody,
  settle,
  statusOf,
} from './authorizations.ts';
import type { Background } from './background.ts';
import type { DnsClient } from './dns-query.ts';
import { notFound, Problem } from './problem.ts';
import { AuthorizationUpdate, parse } from './schema.ts';
import { accountOf, type SignedRequest } from './signed-request.ts';
import type { Urls } from './urls.ts';
import { validateDns01 } from './validate.ts';
import { validateHttp01 } from './validate-http.ts';

interface Parts {
  readonly authorizations: Authorizations;
  readonly background: Background;
  readonly dns: DnsClient;
  /** Where port 80 of a name is dialled. */
  readonly httpPort: number;
  readonly exchanges: Exchanges;
  readonly urls: Urls;
}

/** Authorizations and challenges (RFC 8555 section 7.5). */
export class AuthorizationEndpoints {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async authorization(request: SignedRequest, id: string): Promise<Answer> {
    const authorization = this.#parts.authorizations.byId(id);
    if (authorization === null) throw notFound('authorization');
    refuseOthers(authorization, accountOf(request));
    if (request.payload !== null) {
      authorization.status = parse(AuthorizationUpdate, request.payload, 'authorization').status;
    }
    return { status: 200, body: authorizationBody(authorization, this.#parts.urls) };
  }

  async challenge(request: SignedRequest, id: string): Promise<Answer> {
    const found = this.#parts.authorizations.byChallenge(id);
    if (found === null) throw notFound('challenge');
    const { authorization, challenge } = found;
    const account = accountOf(request);
    refuseOthers(authorization, account);
    if (request.payload !== null) await this.#respond(account, authorization, challenge);
    const { urls } = this.#parts;
    const links = [['up', urls.of('authz', authorization.id)]] as const;
    return { status: 200, links, body: challengeBody(challenge, urls) };
  }

  async #respond(account: Account, authorization: Authorization, challenge: Challenge): Promise<void> {
    const { exchanges, background } = this.#parts;
    await exchanges.reached('ca.challenge', 'received');
    if (challenge.status !== 'pending') return;
    const status = statusOf(authorization);
    if (status !== 'pending') throw new Problem('malformed', `the authorization is ${status}, not pending`);
    if (challenge.type === 'dns-persist-01')
      throw new Problem('malformed', `ca-sim does not validate ${challenge.type}`);
    challenge.status = 'processing';
    background.start((signal) => this.#validate(account, authorization, challenge, signal));
    await exchanges.reached('ca.challenge', 'done');
  }

  async #validate(
    account: Account,
    authorization: Authorization,
    challenge: Challenge,
    signal: AbortSignal,
  ): Promise<void> {
    const { dns, urls, httpPort } = this.#parts;
    const { token, type } = challenge;
    const proof = {
      method: type === 'http-01' ? type : 'dns-01',
      name: authorization.name,
      wildcard: authorization.wildcard,
      accountUrl: urls.of('account', account.id),
      keyAuthorization: `${token}.${account.key.thumbprint}`,
    } as const;
    const validation =
      type === 'http-01'
        ? validateHttp01({ ...proof, token: token ?? '' }, { dns, httpPort }, signal)
        : validateDns01(proof, dns, signal);
    const failure = await validation.then(
      () => null,
      (error: unknown) => (error instanceof Problem ? error : new Problem('serverInternal', String(error))),
    );
    settle(authorization, challenge, failure);
  }
}

function refuseOthers(authorization: Authorization, account: Account): void {
  if (authorization.accountId !== account.id) {
    throw new Problem('unauthorized', 'the authorization belongs to another account');
  }
}
