import { Secret } from '../../domain/secret.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { HttpClient } from '../../plugins/http.ts';
import { below, call } from '../http-call.ts';
import { canonical } from '../names.ts';
import { jsonOrNull, unexpected } from './client.ts';
import { registrationSchema } from './schema.ts';

/** A new account; the fields are named like the settings that take them. */
export interface Registration {
  readonly serverUrl: string;
  readonly username: string;
  readonly password: Secret;
  readonly subdomain: string;
  readonly fulldomain: string;
  /** What a person has to do next. */
  readonly instructions: string;
}

/**
 * Makes a new account at an acme-dns server. Each call makes another one: the server shows a password once and forgets
 * no account.
 *
 * @throws AppError DNS_UNREACHABLE, DNS_RATE_LIMITED, DNS_DENIED, DNS_REFUSED (registration switched off, or no acme-dns)
 */
export async function register(http: HttpClient, baseUrl: string, signal: AbortSignal): Promise<Registration> {
  const request = {
    method: 'POST',
    url: below(baseUrl, '/register'),
    headers: { 'content-type': 'application/json' },
    body: '{}',
  } as const;
  const answer = await call(http, request, { clock: systemClock, secrets: [] }, signal);
  const account = registrationSchema.safeParse(jsonOrNull(answer.body));
  // The answer may hold a password: it is no evidence.
  if (!account.success) throw unexpected(baseUrl);
  const { username, password, subdomain, fulldomain } = account.data;
  return {
    serverUrl: baseUrl,
    username,
    password: new Secret(password),
    subdomain,
    fulldomain: canonical(fulldomain),
    instructions: cnameInstructions('_acme-challenge.<name>', fulldomain),
  };
}

/** The record that a person publishes once, in the zone of the name. */
export function cnameInstructions(recordName: string, fulldomain: string): string {
  return `Publish once, for each name of the certificate: ${recordName}. CNAME ${canonical(fulldomain)}.`;
}
