import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import { interruptedKey, keyFile } from '../store/key-file.ts';
import { holdsSealedSecrets } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import { correctMode, ensureWritableFolder, FILE_MODE, readIfThere, writePrivateFile } from '../store/private-files.ts';
import type { Config } from './config.ts';
import type { EnvRecord } from './env.ts';
import { parseSetting, readSetting } from './setting.ts';

export interface Secrets {
  readonly masterKey: Secret;
  readonly accessToken: Secret;
  /** Of the storage for backups; null when none was given. */
  readonly s3SecretAccessKey: Secret | null;
  /** Where a person finds the token; null when they gave it themselves. */
  readonly accessTokenFile: string | null;
  /** Often holds a token; null: nobody is called. */
  readonly heartbeatUrl: Secret | null;
}

/**
 * The secrets of this installation: as given, or kept in `master.key` and `access-token` of the data folder, which
 * are made at the first start with mode 0600.
 *
 * @throws AppError VAULT_KEY_MISMATCH when the database holds sealed secrets and their key is gone: a new key is
 *   never made over existing data. INVALID_SETTINGS naming the variable or file and what is allowed.
 */
export async function readSecrets(
  env: EnvRecord,
  { dataDir, databaseFile }: Pick<Config, 'dataDir' | 'databaseFile'>,
): Promise<Secrets> {
  const givenKey = readSetting(env, 'CERTFERRY_MASTER_KEY');
  const givenToken = readSetting(env, 'CERTFERRY_ACCESS_TOKEN');
  const tokenFile = join(dataDir, 'access-token');
  await ensureWritableFolder(dataDir);
  return {
    masterKey: givenKey ?? (await keptMasterKey(dataDir, databaseFile)),
    s3SecretAccessKey: readSetting(env, 'CERTFERRY_S3_SECRET_ACCESS_KEY'),
    accessToken: givenToken ?? (await kept('CERTFERRY_ACCESS_TOKEN', tokenFile, newAccessToken)),
    accessTokenFile: givenToken ? null : tokenFile,
    heartbeatUrl: readSetting(env, 'CERTFERRY_HEARTBEAT_URL'),
  };
}

/**
 * The master key as given or kept; none is made.
 *
 * @throws AppError INVALID_SETTINGS when there is none.
 */
export async function existingMasterKey(env: EnvRecord, { dataDir }: Pick<Config, 'dataDir'>): Promise<Secret> {
  const given = readSetting(env, 'CERTFERRY_MASTER_KEY');
  if (given) return given;
  const file = join(dataDir, 'master.key');
  const text = await readIfThere(file);
  if (text !== null) return parseSetting('CERTFERRY_MASTER_KEY', text.trim(), `The content of ${file}`);
  throw new AppError(
    'INVALID_SETTINGS',
    `The master key is missing. Put the one that belongs to the backup into ${file}, or set CERTFERRY_MASTER_KEY.`,
  );
}

async function keptMasterKey(dataDir: string, databaseFile: string): Promise<Secret> {
  const file = keyFile(dataDir);
  const interrupted = await interruptedKey({ dataDir, databaseFile });
  if (interrupted !== null) return parseSetting('CERTFERRY_MASTER_KEY', interrupted, `The key beside ${file}`);
  return kept('CERTFERRY_MASTER_KEY', file, () => {
    if (holdsSealedSecrets(databaseFile)) {
      throw new AppError(
        'VAULT_KEY_MISMATCH',
        `The database ${databaseFile} holds sealed secrets, but their master key ${file} is gone.`,
      );
    }
    return newMasterKey();
  });
}

async function kept(
  name: 'CERTFERRY_MASTER_KEY' | 'CERTFERRY_ACCESS_TOKEN',
  file: string,
  create: () => Secret,
): Promise<Secret> {
  const text = await readIfThere(file);
  if (text !== null) {
    await correctMode(file, FILE_MODE);
    return parseSetting(name, text.trim(), `The content of ${file}`);
  }
  const secret = create();
  await writePrivateFile(file, `${secret.reveal()}\n`);
  return secret;
}

function newAccessToken(): Secret {
  return new Secret(randomBytes(32).toString('base64url'));
}
