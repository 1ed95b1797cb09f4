import { isAbsolute, relative } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Finding } from '../domain/finding.ts';
import { readLastBackup } from '../monitoring/backup-record.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { ReadOnlyStore } from '../store/kysely/read-only.ts';
import type { Store } from '../store/store.ts';
import { block, ok, skipped, warn } from './finding.ts';

const HOUR_MS = 3_600_000;

/** The database as a file: sound, of this version, and sealed with this master key. */
export function examineDatabase({ integrity, missing, unknown, keyFits }: ReadOnlyStore): readonly Finding[] {
  const file = { id: 'database.integrity', title: 'Database' };
  const schema = { id: 'database.schema', title: 'Schema of the database' };
  const vault = { id: 'vault.key', title: 'Master key' };
  return [
    integrity === 'ok'
      ? ok(file, 'SQLite finds it sound')
      : block(file, `SQLite finds it damaged: ${integrity}`, 'Stop the daemon and restore the newest backup.'),
    schemaFinding(schema, missing, unknown),
    keyFits === null
      ? ok(vault, 'nothing is sealed with it yet')
      : keyFits
        ? ok(vault, 'fits the stored secrets')
        : block(
            vault,
            'does not fit the stored secrets, or is missing',
            'Put back the master key that belongs to this database.',
          ),
  ];
}

function schemaFinding(
  about: Pick<Finding, 'id' | 'title'>,
  missing: readonly string[],
  unknown: readonly string[],
): Finding {
  if (unknown.length > 0) {
    return block(
      about,
      `made by a newer version: ${unknown.join(', ')}`,
      'Install that version, or restore the copy that was made before the upgrade.',
    );
  }
  if (missing.length === 0) return ok(about, 'that of this version');
  return warn(
    about,
    `of an earlier version, without ${missing.join(', ')}`,
    'Start the daemon of this version: it copies the database, then changes it.',
  );
}

/** What the database says of the installation. */
export async function examineHistory(store: Store, config: Config, clock: Clock): Promise<readonly Finding[]> {
  return [
    await clockAgainst(store, clock),
    await lastBackup(store, config, clock),
    await damagedSecrets(store),
    await held(store),
  ];
}

async function clockAgainst(store: Store, clock: Clock): Promise<Finding> {
  const about = { id: 'clock.database', title: 'Clock against the database' };
  const latest = await store.events.latest();
  const [newest] = await store.events.read({ after: Math.max(0, latest - 1), limit: 1 });
  if (!newest) return ok(about, 'nothing has happened yet');
  const aheadMs = Date.parse(newest.at) - clock.now().getTime();
  if (aheadMs <= HOUR_MS / 60) return ok(about, `the newest event is of ${newest.at}`);
  return block(
    about,
    `the newest event, of ${newest.at}, is in the future`,
    'Set the clock right: what is due, expired or old is told by it.',
  );
}

async function lastBackup(store: Store, { backupAt, backupTo, dataDir }: Config, clock: Clock): Promise<Finding> {
  const about = { id: 'backup.last', title: 'Last backup' };
  const last = await readLastBackup(store.settings);
  if (last?.failed)
    return block(
      about,
      `failed at ${last.failed.at}: ${last.failed.message}`,
      'Mend the cause, then: certferry backup',
    );
  if (!last?.made) {
    return backupAt === null
      ? warn(about, 'there is none, and none is planned', 'Set CERTFERRY_BACKUP_AT, or copy both folders another way.')
      : warn(about, `there is none yet; the first is made at ${backupAt}`, 'To have one now: certferry backup');
  }
  const hours = Math.round((clock.now().getTime() - Date.parse(last.made.at)) / HOUR_MS);
  const answer = `${last.made.at}, ${hours} hours ago`;
  if (hours > 48) return warn(about, answer, 'Look at the log of the daemon at the time of CERTFERRY_BACKUP_AT.');
  const inside = relative(dataDir, backupTo);
  if (!backupTo.startsWith('s3://') && !inside.startsWith('..') && !isAbsolute(inside)) {
    return warn(
      about,
      `${answer}, in the data folder itself`,
      'Set CERTFERRY_BACKUP_TO to another disk or machine: a lost disk takes this one along.',
    );
  }
  return ok(about, answer);
}

async function damagedSecrets(store: Store): Promise<Finding> {
  const about = { id: 'vault.secrets', title: 'Stored secrets' };
  const { vault } = await store.upkeep.check();
  if (vault === 'other-key') return skipped(about, 'the master key does not fit');
  const names = await store.vault.names();
  const broken: string[] = [];
  for (const name of names) await store.vault.get(name).catch(() => broken.push(name));
  if (broken.length === 0) return ok(about, names.length === 0 ? 'there are none' : `all ${names.length} open`);
  return block(
    about,
    `${broken.length} of ${names.length} were changed outside certferry`,
    'Enter these secrets again, or restore a backup.',
  );
}

async function held(store: Store): Promise<Finding> {
  const about = { id: 'renewals.unfinished', title: 'Unfinished renewals' };
  const { length } = await store.upkeep.unfinishedStates();
  return ok(about, length === 0 ? 'none' : `${length}; certferry status shows what they wait for`);
}
