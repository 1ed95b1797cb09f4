import { Access } from '../access/access.ts';
import { Backups } from '../backup/backups.ts';
import { openTarget } from '../backup/open-target.ts';
import type { Config } from '../config/config.ts';
import { createNotifyService, type NotifyService } from '../notify/service.ts';
import { nextTryAfter } from '../reconcile/next-try.ts';
import type { AppSecrets } from './app-secrets.ts';
import type { Foundation } from './foundation.ts';
import type { Overrides } from './overrides.ts';

/** What goes on beside the renewals: who may come in, backups, and telling people. */

export function accessOf(
  { dataDir, sessionIdleMinutes, sessionHours }: Config,
  { store, clock, http }: Foundation,
  { scrypt }: Partial<Overrides>,
): Access {
  const sessionLimits = { idleMs: sessionIdleMinutes * 60_000, longestMs: sessionHours * 3_600_000 };
  return new Access({ store, clock, http, scrypt, dataDir, sessionLimits });
}

export function backupsOf(
  config: Config,
  { masterKey, s3SecretAccessKey: secretAccessKey }: AppSecrets,
  { clock, log, operations, store: { settings } }: Foundation,
): Backups {
  const target = openTarget({ to: config.backupTo, s3: { ...config.s3, secretAccessKey } });
  const record = operations.backups;
  return new Backups({ ...config, masterKey, target, settings, keep: config.backupKeep, clock, log, record });
}

export function notifyOf(config: Config, { heartbeatUrl }: AppSecrets, foundation: Foundation): NotifyService {
  return createNotifyService({ ...config, ...foundation, nextTry: nextTryAfter, heartbeatUrl });
}
