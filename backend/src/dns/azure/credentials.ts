import type { DnsManagementClient } from '@azure/arm-dns';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { loginFailure } from './failures.ts';
import type { AzureHttp, Trouble } from './transport.ts';

export interface Login {
  readonly credentials: 'client-secret' | 'managed-identity' | 'default';
  readonly tenantId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: Secret | undefined;
  /** Without a slash at the end. */
  readonly authorityHost: string;
}

/** What the SDK asks for tokens. */
export type Credential = ConstructorParameters<typeof DnsManagementClient>[0];

/**
 * Failures to log in are AppError DNS_DENIED, DNS_RATE_LIMITED or DNS_UNREACHABLE.
 *
 * @throws AppError INVALID_SETTINGS when a field is missing.
 */
export async function openCredential(login: Login, httpClient: AzureHttp, trouble: Trouble): Promise<Credential> {
  const credential = await build(login, httpClient);
  return {
    // The SDK shares one login among all requests that wait for it: the signal of one of them must not end it.
    async getToken(scopes, { abortSignal: _, ...options } = {}) {
      trouble.last = null;
      try {
        return await credential.getToken(scopes, options);
      } catch (err) {
        throw loginFailure(err, trouble.last, login.clientSecret ? [login.clientSecret] : []);
      }
    },
  };
}

async function build(login: Login, httpClient: AzureHttp): Promise<Credential> {
  const identity = await import('@azure/identity');
  const { tenantId, clientId, clientSecret, authorityHost } = login;
  const common = { httpClient, retryOptions: { maxRetries: 0 } };
  // The authority is a setting, so there is nobody to ask whether it is one.
  const options = { ...common, authorityHost, disableInstanceDiscovery: true };
  switch (login.credentials) {
    case 'client-secret':
      if (!tenantId || !clientId || !clientSecret) throw incomplete();
      return new identity.ClientSecretCredential(tenantId, clientId, clientSecret.reveal(), options);
    case 'managed-identity':
      return new identity.ManagedIdentityCredential(clientId ? { ...common, clientId } : common);
    case 'default':
      return new identity.DefaultAzureCredential({
        ...options,
        ...(tenantId ? { tenantId } : {}),
        ...(clientId ? { managedIdentityClientId: clientId } : {}),
      });
  }
}

function incomplete(): AppError {
  return new AppError('INVALID_SETTINGS', 'Azure: a client secret needs tenant ID, client ID and client secret.');
}
