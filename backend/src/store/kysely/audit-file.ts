import { existsSync } from 'node:fs';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { AppError } from '../../domain/errors.ts';
import type { AuditHead } from '../audit.ts';
import { ChainCheck, type Verified } from '../audit-chain.ts';
import { toAuditRow } from './audit.ts';

type Row = Parameters<typeof toAuditRow>[0];

/**
 * Checks the chain in a database file, without a daemon and without the master key; also while a daemon writes. Changes nothing.
 *
 * @throws AppError NOT_FOUND when there is no such file; INVALID_SETTINGS when it is no database with an audit.
 */
export function verifyAuditFile(file: string, anchors: readonly AuditHead[]): Verified {
  return reading(file, (database) => {
    const check = new ChainCheck(anchors);
    for (const row of database.prepare<[], Row>('select * from audit order by seq').iterate())
      check.add(toAuditRow(row));
    const written = database.prepare<[], number>("select seq from sqlite_sequence where name = 'audit'").pluck().get();
    return check.end(written ?? null);
  });
}

/** The end of the chain in a database file; null when nothing has happened yet, or the file is of an earlier version. */
export function auditHeadIn(file: string): AuditHead | null {
  return reading(file, (database) => {
    const known = database.prepare("select 1 from sqlite_schema where type = 'table' and name = 'audit'").get();
    if (known === undefined) return null;
    return database.prepare<[], AuditHead>('select seq, hash from audit order by seq desc limit 1').get() ?? null;
  });
}

function reading<T>(file: string, work: (database: Database) => T): T {
  if (!existsSync(file)) throw new AppError('NOT_FOUND', `There is no database ${file}.`);
  const database = new SqliteDatabase(file, { readonly: true });
  try {
    return work(database);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('INVALID_SETTINGS', `The audit in ${file} cannot be read (${why}).`, { cause });
  } finally {
    database.close();
  }
}
