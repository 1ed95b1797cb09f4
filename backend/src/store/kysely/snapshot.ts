import SqliteDatabase from 'better-sqlite3';

/**
 * Copies the database at `file` to `copy` with SQLite's backup API, consistent while others write, and has SQLite check
 * the copy.
 *
 * @throws when the copy is not sound.
 */
export async function snapshotDatabase(file: string, copy: string): Promise<void> {
  const source = new SqliteDatabase(file, { readonly: true });
  try {
    await source.backup(copy);
  } finally {
    source.close();
  }
  const made = new SqliteDatabase(copy);
  try {
    // A copy bears the journal mode of its source, and would leave -wal and -shm beside it.
    made.pragma('journal_mode = delete');
    const verdict = made.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') throw new Error(`SQLite finds the copy of ${file} damaged: ${String(verdict)}`);
  } finally {
    made.close();
  }
}
