import { sign } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import type { HttpClient } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { call } from '../http-call.ts';
import { type ServiceAccountKey, tokenAnswer } from './schema.ts';

const SCOPE = 'https://www.googleapis.com/auth/ndev.clouddns.readwrite';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const LIFETIME_SECONDS = 3600;
/** A token is not used in the last minute of its life: it has to outlast the request. */
const MARGIN_MS = 60_000;

/**
 * Tokens for a service account, by a signed assertion (RFC 7523):
 * https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 *
 * The SDK could do it, too, but only at Google's public address, and over a transport without time limits.
 */
export function keyLogin(key: ServiceAccountKey, tokenUri: string, http: HttpClient, clock: Clock) {
  let held: { readonly token: Secret; readonly until: number } | null = null;
  let underWay: Promise<Secret> | null = null;

  async function logIn(): Promise<Secret> {
    const { token, seconds } = await requestToken(key, tokenUri, http, clock);
    held = { token, until: clock.now().getTime() + seconds * 1000 - MARGIN_MS };
    return token;
  }

  return async (): Promise<Secret> => {
    if (held && clock.now().getTime() < held.until) return held.token;
    underWay ??= logIn().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}

async function requestToken(key: ServiceAccountKey, tokenUri: string, http: HttpClient, clock: Clock) {
  const assertion = new Secret(assertionOf(key, tokenUri, clock.now()));
  const request = {
    method: 'POST' as const,
    url: tokenUri,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
    body: new URLSearchParams({ grant_type: GRANT, assertion: assertion.reveal() }).toString(),
  };
  const options = { clock, secrets: [assertion, new Secret(key.private_key)] };
  // Several calls may wait for one login, so none of them can cancel it. The HTTP client limits its time.
  const { body } = await call(http, request, options, new AbortController().signal).catch((err: unknown) => {
    throw asDenied(err, key);
  });
  const parsed = tokenAnswer.safeParse(body);
  if (!parsed.success) throw new AppError('DNS_UNREACHABLE', `${new URL(tokenUri).host} answered without a token.`);
  return { token: new Secret(parsed.data.access_token), seconds: parsed.data.expires_in };
}

/** The login says 400 of a wrong or deleted key. */
function asDenied(err: unknown, { client_email }: ServiceAccountKey): unknown {
  if (!(err instanceof AppError) || err.code !== 'DNS_REFUSED') return err;
  return new AppError('DNS_DENIED', `The login to Google refused the key of ${client_email}.`, {
    evidence: err.evidence,
  });
}

/** @throws AppError INVALID_SETTINGS when the private key is none. */
function assertionOf(
  { client_email, private_key, private_key_id }: ServiceAccountKey,
  tokenUri: string,
  now: Date,
): string {
  const iat = Math.floor(now.getTime() / 1000);
  const header = { alg: 'RS256', typ: 'JWT', kid: private_key_id };
  const claims = { iss: client_email, scope: SCOPE, aud: tokenUri, iat, exp: iat + LIFETIME_SECONDS };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  try {
    return `${signed}.${sign('sha256', Buffer.from(signed), private_key).toString('base64url')}`;
  } catch {
    throw new AppError('INVALID_SETTINGS', `Google Cloud DNS: the private key of ${client_email} cannot be read.`);
  }
}
