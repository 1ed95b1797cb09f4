import { join } from 'node:path';
import type { EnvRecord } from './env.ts';
import { readSetting, type SettingValue } from './setting.ts';

/** How this installation is set up. Holds no secrets: safe to log and to show. */
export interface Config {
  /** Absolute path. */
  readonly dataDir: string;
  /** Absolute path, in `dataDir`. */
  readonly databaseFile: string;
  /** Absolute path. */
  readonly accountsDir: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly https: boolean;
  /** Of Strict-Transport-Security; 0: not sent. */
  readonly hstsDays: number;
  /** Addresses and networks. */
  readonly trustedProxies: readonly string[];
  /** Origins of other sites whose pages may call the API. */
  readonly corsOrigins: readonly string[];
  /** Without a slash at its end; null when nobody said. */
  readonly publicUrl: string | null;
  /** An absolute path, or `s3://bucket/prefix`. */
  readonly backupTo: string;
  /** `02:40`, local time; null: never. */
  readonly backupAt: string | null;
  readonly backupKeep: number;
  readonly s3: { readonly endpoint: string | null; readonly region: string; readonly accessKeyId: string | null };
  readonly heartbeatMethod: SettingValue<'CERTFERRY_HEARTBEAT_METHOD'>;
  /** Of one address, and of one user or API token. */
  readonly requestsPerMinute: number;
  /** PEM; null: the public CAs. */
  readonly heartbeatCa: string | null;
  readonly sessionIdleMinutes: number;
  readonly sessionHours: number;
  readonly logLevel: SettingValue<'CERTFERRY_LOG_LEVEL'>;
  /** Minutes between two looks at what an endpoint serves. */
  readonly lookMinutes: number;
  readonly logFormat: SettingValue<'CERTFERRY_LOG_FORMAT'>;
  /** Days for which history is kept. */
  readonly keepDays: number;
  /** `192.0.2.53:53`, `[2001:db8::53]:53`, `https://192.0.2.53/dns-query`. Empty: those of the system. */
  readonly resolvers: readonly string[];
  /** Server name, lower case without trailing dot, to `host:port`. */
  readonly nameServers: Readonly<Record<string, string>>;
  readonly http01: {
    /** Null: no port of its own. 0: any free port. */
    readonly port: number | null;
    /** Null: every address. */
    readonly host: string | null;
    /** Where the check before a renewal dials port 80. */
    readonly validationPort: number;
  };
}

/**
 * Reads files when variables are given as `…_FILE`, and changes nothing.
 *
 * @throws AppError INVALID_SETTINGS naming the variable and what is allowed.
 */
export function readConfig(env: EnvRecord): Config {
  const dataDir = readSetting(env, 'CERTFERRY_DATA_DIR');
  return {
    dataDir,
    databaseFile: join(dataDir, 'certferry.sqlite'),
    accountsDir: readSetting(env, 'CERTFERRY_ACCOUNTS_DIR'),
    host: readSetting(env, 'CERTFERRY_HOST'),
    port: readSetting(env, 'CERTFERRY_PORT'),
    https: readSetting(env, 'CERTFERRY_HTTPS'),
    hstsDays: readSetting(env, 'CERTFERRY_HSTS_DAYS'),
    trustedProxies: readSetting(env, 'CERTFERRY_TRUSTED_PROXIES'),
    corsOrigins: readSetting(env, 'CERTFERRY_CORS_ORIGINS'),
    publicUrl: readSetting(env, 'CERTFERRY_PUBLIC_URL'),
    backupTo: readSetting(env, 'CERTFERRY_BACKUP_TO') ?? join(dataDir, 'backups'),
    backupAt: readSetting(env, 'CERTFERRY_BACKUP_AT'),
    backupKeep: readSetting(env, 'CERTFERRY_BACKUP_KEEP'),
    s3: {
      endpoint: readSetting(env, 'CERTFERRY_S3_ENDPOINT'),
      region: readSetting(env, 'CERTFERRY_S3_REGION'),
      accessKeyId: readSetting(env, 'CERTFERRY_S3_ACCESS_KEY_ID'),
    },
    heartbeatMethod: readSetting(env, 'CERTFERRY_HEARTBEAT_METHOD'),
    requestsPerMinute: readSetting(env, 'CERTFERRY_REQUESTS_PER_MINUTE'),
    heartbeatCa: readSetting(env, 'CERTFERRY_HEARTBEAT_CA'),
    sessionIdleMinutes: readSetting(env, 'CERTFERRY_SESSION_IDLE_MINUTES'),
    sessionHours: readSetting(env, 'CERTFERRY_SESSION_HOURS'),
    logLevel: readSetting(env, 'CERTFERRY_LOG_LEVEL'),
    lookMinutes: readSetting(env, 'CERTFERRY_LOOK_MINUTES'),
    logFormat: readSetting(env, 'CERTFERRY_LOG_FORMAT'),
    keepDays: readSetting(env, 'CERTFERRY_KEEP_DAYS'),
    resolvers: readSetting(env, 'CERTFERRY_RESOLVERS'),
    nameServers: readSetting(env, 'CERTFERRY_NAME_SERVERS'),
    http01: {
      port: readSetting(env, 'CERTFERRY_HTTP01_PORT'),
      host: readSetting(env, 'CERTFERRY_HTTP01_HOST'),
      validationPort: readSetting(env, 'CERTFERRY_HTTP01_VALIDATION_PORT'),
    },
  };
}
