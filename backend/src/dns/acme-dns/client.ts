import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import type { HttpClient } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { redact } from '../../plugins/redact.ts';
import { below, call } from '../http-call.ts';
import { updateSchema } from './schema.ts';

/** One account at one acme-dns server: it can set the TXT values of one name. */
export interface AccountClient {
  /** Adds a value; the server then forgets all but the last two. @throws AppError as `call` of dns/http-call.ts */
  update(value: string, signal: AbortSignal): Promise<void>;

  /** Proves the credentials, changing nothing. @throws AppError as `call` of dns/http-call.ts */
  probe(signal: AbortSignal): Promise<void>;
}

export interface Account {
  readonly serverUrl: string;
  readonly username: string;
  readonly password: Secret;
  readonly subdomain: string;
}

/**
 * Not 43 characters long, which is what acme-dns takes. It looks at the credentials first, so its answer to this is 401
 * when they are wrong and 400 when they are right.
 */
const IMPOSSIBLE_VALUE = 'certferry-probe';

export function createAccountClient(account: Account, http: HttpClient, clock: Clock): AccountClient {
  const { serverUrl, username, password, subdomain } = account;

  function post(txt: string, signal: AbortSignal) {
    const request = {
      method: 'POST',
      url: below(serverUrl, '/update'),
      headers: { 'content-type': 'application/json', 'x-api-user': username, 'x-api-key': password.reveal() },
      body: JSON.stringify({ subdomain, txt }),
    } as const;
    return call(http, request, { clock, secrets: [password] }, signal);
  }

  return {
    async update(value, signal) {
      const answer = await post(value, signal);
      const update = updateSchema.safeParse(jsonOrNull(answer.body));
      if (update.data?.txt !== value) throw unexpected(serverUrl, redact(answer.body, [password]).slice(0, 2000));
    },
    async probe(signal) {
      try {
        await post(IMPOSSIBLE_VALUE, signal);
      } catch (err) {
        if (!isBadRequest(err)) throw err;
      }
    },
  };
}

/** Somebody answered, but not acme-dns. */
export function unexpected(serverUrl: string, body?: string): AppError {
  const message = `${new URL(serverUrl).host} does not answer as acme-dns does; is the URL right?`;
  return new AppError('DNS_REFUSED', message, { evidence: body === undefined ? undefined : { body } });
}

function isBadRequest(err: unknown): boolean {
  return err instanceof AppError && err.evidence?.status === 400;
}

export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
