import { randomBytes } from 'node:crypto';
import { isWildcard, withoutWildcard } from './identifiers.ts';
import type { Problem } from './problem.ts';
import type { Profile } from './profiles.ts';
import { randomId, type Urls } from './urls.ts';
import { wireTime } from './wire-time.ts';

/** Whom CAA records have to name so that this CA may issue. */
export const CAA_IDENTITY = 'lab-ca.invalid';

export type ChallengeType = 'dns-01' | 'http-01' | 'dns-persist-01';

export interface Challenge {
  readonly id: string;
  readonly type: ChallengeType;
  /** Types without a token exist: a client must look at the type before it reads the token. */
  readonly token: string | null;
  status: 'pending' | 'processing' | 'valid' | 'invalid';
  error: Problem | null;
  validated: Date | null;
}

export interface Authorization {
  readonly id: string;
  readonly accountId: string;
  /** Without `*.` */
  readonly name: string;
  readonly wildcard: boolean;
  readonly profile: Profile;
  readonly challenges: readonly Challenge[];
  status: 'pending' | 'valid' | 'invalid' | 'deactivated';
  expires: Date;
}

export type AuthorizationStatus = Authorization['status'] | 'expired';

/** Authorizations and their challenges (RFC 8555 section 7.1.4 and 7.1.5). */
export class Authorizations {
  readonly #byId = new Map<string, Authorization>();
  readonly #reuse: boolean;

  constructor(reuse: boolean) {
    this.#reuse = reuse;
  }

  /** A new authorization; or one that the account holds already, when this CA remembers proofs. */
  forName(accountId: string, orderedName: string, profile: Profile): Authorization {
    const held = this.#reuse ? this.held(accountId, orderedName) : null;
    if (held !== null) return held;
    const authorization = newAuthorization(accountId, orderedName, profile);
    this.#byId.set(authorization.id, authorization);
    return authorization;
  }

  held(accountId: string, orderedName: string): Authorization | null {
    const authorizations = [...this.#byId.values()];
    return authorizations.find((held) => covers(held, accountId, orderedName)) ?? null;
  }

  byId(id: string): Authorization | null {
    return this.#byId.get(id) ?? null;
  }

  byChallenge(id: string): { authorization: Authorization; challenge: Challenge } | null {
    for (const authorization of this.#byId.values()) {
      const challenge = authorization.challenges.find((candidate) => candidate.id === id);
      if (challenge !== undefined) return { authorization, challenge };
    }
    return null;
  }
}

function covers(held: Authorization, accountId: string, orderedName: string): boolean {
  return (
    held.accountId === accountId &&
    held.name === withoutWildcard(orderedName) &&
    held.wildcard === isWildcard(orderedName) &&
    statusOf(held) === 'valid'
  );
}

function newAuthorization(accountId: string, orderedName: string, profile: Profile): Authorization {
  const wildcard = isWildcard(orderedName);
  // dns-01 comes last, so that a client that takes the first challenge fails here and not at a real CA.
  const types: ChallengeType[] = wildcard ? ['dns-persist-01', 'dns-01'] : ['dns-persist-01', 'http-01', 'dns-01'];
  return {
    id: randomId(),
    accountId,
    name: withoutWildcard(orderedName),
    wildcard,
    profile,
    challenges: types.map(newChallenge),
    status: 'pending',
    expires: new Date(Date.now() + profile.pendingAuthorizationMs),
  };
}

function newChallenge(type: ChallengeType): Challenge {
  const token = type === 'dns-persist-01' ? null : randomBytes(32).toString('base64url');
  return { id: randomId(), type, token, status: 'pending', error: null, validated: null };
}

export function statusOf(authorization: Authorization): AuthorizationStatus {
  const lapsed = authorization.expires.getTime() <= Date.now();
  const lapsing = authorization.status === 'pending' || authorization.status === 'valid';
  return lapsed && lapsing ? 'expired' : authorization.status;
}

/** Writes the outcome of a validation into the challenge and its authorization. */
export function settle(authorization: Authorization, challenge: Challenge, failure: Problem | null): void {
  if (authorization.status !== 'pending') return;
  if (failure === null) {
    challenge.validated = new Date();
    authorization.expires = new Date(Date.now() + authorization.profile.validAuthorizationMs);
  }
  challenge.error = failure;
  challenge.status = failure === null ? 'valid' : 'invalid';
  authorization.status = challenge.status;
}

export function authorizationBody(authorization: Authorization, urls: Urls): Readonly<Record<string, unknown>> {
  const { name, wildcard, challenges, expires } = authorization;
  const status = statusOf(authorization);
  const shown = status === 'pending' ? challenges : challenges.filter((challenge) => challenge.status !== 'pending');
  return {
    identifier: { type: 'dns', value: name },
    status,
    expires: wireTime(expires),
    challenges: shown.map((challenge) => challengeBody(challenge, urls)),
    ...(wildcard ? { wildcard: true } : {}),
  };
}

export function challengeBody(challenge: Challenge, urls: Urls): Readonly<Record<string, unknown>> {
  const { id, type, token, status, error, validated } = challenge;
  return {
    type,
    url: urls.of('challenge', id),
    status,
    ...(token === null ? { 'issuer-domain-names': [CAA_IDENTITY] } : { token }),
    ...(validated === null ? {} : { validated: wireTime(validated) }),
    ...(error === null ? {} : { error }),
  };
}
