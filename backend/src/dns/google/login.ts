import type { DNS } from '@google-cloud/dns';
import { AppError } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import type { HttpClient } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { keyLogin } from './key-login.ts';
import { type ServiceAccountKey, serviceAccountKey } from './schema.ts';

export interface LoginOptions {
  readonly credentials: 'service-account-key' | 'application-default';
  readonly keyJson?: Secret | undefined;
  readonly projectId?: string | undefined;
  readonly tokenUri?: string | undefined;
}

export interface Login {
  readonly projectId: string;
  /**
   * A token, from a cache while it is good. Calls at the same time share one login.
   *
   * @throws AppError DNS_DENIED, DNS_RATE_LIMITED, DNS_UNREACHABLE
   */
  token(): Promise<Secret>;
}

const MOST_EVIDENCE = 2000;

/** @throws AppError INVALID_SETTINGS when the key cannot be read or the project is missing. */
export function openLogin(Sdk: typeof DNS, options: LoginOptions, http: HttpClient, clock: Clock): Login {
  if (options.credentials === 'application-default') return defaultLogin(Sdk, options.projectId);
  const key = keyOf(options.keyJson);
  const token = keyLogin(key, options.tokenUri ?? key.token_uri, http, clock);
  return { projectId: options.projectId ?? key.project_id, token };
}

/** The project must be given: to find it out, the SDK would start programs of the host. */
function defaultLogin(Sdk: typeof DNS, projectId: string | undefined): Login {
  if (!projectId) throw invalid('application default credentials need a project ID');
  const { authClient } = new Sdk({ projectId });
  return {
    projectId,
    async token() {
      try {
        const token = await authClient.getAccessToken();
        if (token) return new Secret(token);
      } catch (err) {
        throw noDefault(err instanceof Error ? err.message : String(err));
      }
      throw noDefault('no token');
    },
  };
}

function noDefault(words: string): AppError {
  const evidence = { body: words.slice(0, MOST_EVIDENCE) };
  return new AppError('DNS_DENIED', 'The environment of certferry offers no credentials that Google takes.', {
    evidence,
  });
}

function keyOf(keyJson: Secret | undefined): ServiceAccountKey {
  if (!keyJson) throw invalid('the service account key is missing');
  const parsed = serviceAccountKey.safeParse(jsonOf(keyJson));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw invalid(`the service account key ${fields ? `lacks or has a wrong ${fields}` : 'is no object'}`);
}

function jsonOf(keyJson: Secret): unknown {
  try {
    return JSON.parse(keyJson.reveal());
  } catch {
    throw invalid('the service account key is not JSON');
  }
}

function invalid(what: string): AppError {
  return new AppError('INVALID_SETTINGS', `Google Cloud DNS: ${what}.`);
}
