import { AppError } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import type { HttpClient } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { below, type CallOptions, call } from '../http-call.ts';

/** A service that speaks what lego calls httpreq: https://go-acme.github.io/lego/dns/httpreq/ */
export interface HttpreqClient {
  /** @throws AppError as `call` of dns/http-call.ts */
  send(action: 'present' | 'cleanup', fqdn: string, value: string, signal: AbortSignal): Promise<void>;

  /** Proves that somebody answers who does not turn the credentials away. @throws AppError as `call` */
  probe(signal: AbortSignal): Promise<void>;
}

export interface Endpoint {
  readonly endpoint: string;
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
}

export function createHttpreqClient(to: Endpoint, http: HttpClient, clock: Clock): HttpreqClient {
  const options: CallOptions = { clock, secrets: secretsOf(to) };
  return {
    async send(action, fqdn, value, signal) {
      const request = {
        method: 'POST',
        url: below(to.endpoint, `/${action}`),
        headers: { 'content-type': 'application/json', ...authorization(to) },
        // The contract has absolute names, with the dot.
        body: JSON.stringify({ fqdn: `${fqdn}.`, value }),
      } as const;
      await call(http, request, options, signal);
    },
    async probe(signal) {
      const request = { method: 'GET', url: below(to.endpoint, '/'), headers: authorization(to) } as const;
      try {
        await call(http, request, options, signal);
      } catch (err) {
        // There is nothing at this address in the contract: 404 and 405 are good answers.
        if (!(err instanceof AppError && err.code === 'DNS_REFUSED')) throw err;
      }
    },
  };
}

function authorization(to: Endpoint): Readonly<Record<string, string>> {
  if ((to.username === undefined) !== (to.password === undefined)) {
    throw new AppError('INVALID_SETTINGS', 'User name and password belong together: give both, or none.');
  }
  const pair = basicPair(to);
  return pair ? { authorization: `Basic ${pair.reveal()}` } : {};
}

/** Also the pair as it is sent: the password can be read from it. */
function secretsOf(to: Endpoint): readonly Secret[] {
  return [to.password, basicPair(to)].filter((secret) => secret !== undefined);
}

/** RFC 7617, section 2. */
function basicPair({ username, password }: Endpoint): Secret | undefined {
  if (username === undefined || password === undefined) return undefined;
  return new Secret(Buffer.from(`${username}:${password.reveal()}`).toString('base64'));
}
