import type { Route53Client, Route53ClientConfig } from '@aws-sdk/client-route-53';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';

export interface AwsSettings {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: Secret | undefined;
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly stsEndpoint?: string | undefined;
}

const CONNECT_MS = 10_000;
const REQUEST_MS = 30_000;
/** The second and third come within about a second: enough for what AWS throttles for a moment. */
const MAX_ATTEMPTS = 3;
/** The least that AWS gives; a session lasts for one call. */
const ROLE_SECONDS = 900;

/**
 * A client of the SDK, which is loaded here and not before.
 *
 * @throws AppError INVALID_SETTINGS when the settings name half a key pair.
 */
export async function openRoute53(settings: AwsSettings): Promise<Route53Client> {
  const credentials = await credentialsOf(settings);
  const { Route53Client } = await import('@aws-sdk/client-route-53');
  return new Route53Client({
    region: settings.region,
    ...(settings.endpoint ? { endpoint: settings.endpoint } : {}),
    ...(credentials ? { credentials } : {}),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
  });
}

type Credentials = Route53ClientConfig['credentials'];

/** Undefined: the SDK looks for itself. */
async function credentialsOf(settings: AwsSettings): Promise<Credentials> {
  const keys = keysOf(settings);
  const { roleArn, externalId, region } = settings;
  if (!roleArn) return keys;
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const endpoint = settings.stsEndpoint ?? settings.endpoint;
  return fromTemporaryCredentials({
    ...(keys ? { masterCredentials: keys } : {}),
    params: {
      RoleArn: roleArn,
      RoleSessionName: 'certferry',
      DurationSeconds: ROLE_SECONDS,
      ...(externalId ? { ExternalId: externalId } : {}),
    },
    clientConfig: { region, maxAttempts: MAX_ATTEMPTS, ...(endpoint ? { endpoint } : {}) },
  });
}

function keysOf({ accessKeyId, secretAccessKey }: AwsSettings) {
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey: secretAccessKey.reveal() };
  if (!accessKeyId && !secretAccessKey) return undefined;
  const lacking = accessKeyId ? 'the secret access key' : 'the access key ID';
  throw new AppError('INVALID_SETTINGS', `Amazon Route 53: ${lacking} is missing. Give both, or neither.`);
}
