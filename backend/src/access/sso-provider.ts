import * as oidc from 'openid-client';
import { AppError } from '../domain/errors.ts';
import type { HttpClient, HttpFactory } from '../plugins/http.ts';
import { trustOf } from '../plugins/trust.ts';
import type { Sso } from './sso-settings.ts';

const TIMEOUT_SECONDS = 15;

/** A provider as it describes itself now, reached under the trust of the settings. */
export interface Provider extends AsyncDisposable {
  readonly config: oidc.Configuration;
}

/** @throws AppError SINGLE_SIGN_ON_FAILED when it does not answer, is not trusted or describes somebody else. */
export async function discoverProvider(http: HttpFactory, { settings, clientSecret }: Sso): Promise<Provider> {
  const client = http({ trust: trustOf(settings), timeoutMs: TIMEOUT_SECONDS * 1_000 });
  // Settings allow http:// on loopback only.
  const execute = settings.issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
  try {
    const found = await oidc.discovery(new URL(settings.issuer), settings.clientId, undefined, oidc.None(), {
      [oidc.customFetch]: fetchOver(client),
      execute,
      timeout: TIMEOUT_SECONDS,
    });
    const metadata = found.serverMetadata();
    const config = new oidc.Configuration(
      metadata,
      settings.clientId,
      undefined,
      authentication(metadata, clientSecret?.reveal()),
    );
    config[oidc.customFetch] = fetchOver(client);
    config.timeout = TIMEOUT_SECONDS;
    for (const change of execute) change(config);
    return { config, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
  } catch (cause) {
    await client[Symbol.asyncDispose]();
    throw ssoFailure(`${settings.issuer} cannot be used as a provider`, cause);
  }
}

/** The words of the library and, below them, of whatever failed. Neither holds secrets. */
export function ssoFailure(what: string, cause: unknown): AppError {
  const said: string[] = [];
  for (let err = cause; err instanceof Error; err = err.cause) said.push(err.message);
  return new AppError('SINGLE_SIGN_ON_FAILED', `${what}: ${said.join(': ') || 'no reason was given'}.`, { cause });
}

function authentication(metadata: oidc.ServerMetadata, secret: string | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None();
  // https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return methods.includes('client_secret_basic') ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret);
}

/** Requests of the library go over our transport, so that trust and pins mean the same everywhere. */
function fetchOver(client: HttpClient): oidc.CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const answer = await client.request(
      {
        method: method === 'POST' ? 'POST' : 'GET',
        url,
        headers,
        ...(body === undefined || body === null ? {} : { body: String(body) }),
      },
      signal ?? AbortSignal.timeout(TIMEOUT_SECONDS * 1_000),
    );
    return new Response(answer.body, { status: answer.status, headers: { ...answer.headers } });
  };
}
