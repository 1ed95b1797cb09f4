import type { Kysely, Selectable } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { CalendarTable, ICalendarCopy, NewCalendar, StoredCalendar } from '../calendars.ts';
import type { Scope } from './scope.ts';
import { type CalendarsTable, fromJson, type Tables, toJson } from './tables.ts';

export class KyselyCalendars implements CalendarTable {
  readonly #scope: Scope;
  readonly #clock: Clock;

  constructor(scope: Scope, clock: Clock) {
    this.#scope = scope;
    this.#clock = clock;
  }

  async all(): Promise<readonly StoredCalendar[]> {
    const rows = await this.#scope.db.selectFrom('calendars').selectAll().orderBy('id').execute();
    return rows.map(toCalendar);
  }

  async get(id: number): Promise<StoredCalendar | undefined> {
    const row = await this.#scope.db.selectFrom('calendars').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toCalendar(row);
  }

  async insert(calendar: NewCalendar): Promise<StoredCalendar> {
    return this.#scope.atomically(async (db) => {
      await refuseTaken(db, calendar.name, null);
      const row = await db
        .insertInto('calendars')
        .values({ ...toColumns(calendar), created_at: this.#clock.now().toISOString(), version: 1 })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toCalendar(row);
    });
  }

  async update(calendar: StoredCalendar): Promise<StoredCalendar> {
    const { id, version } = calendar;
    return this.#scope.atomically(async (db) => {
      await refuseTaken(db, calendar.name, id);
      const row = await db
        .updateTable('calendars')
        .set({ ...toColumns(calendar), version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst();
      if (row) return toCalendar(row);
      const stored = await db.selectFrom('calendars').select('version').where('id', '=', id).executeTakeFirst();
      if (!stored) throw noSuchCalendar(id);
      throw new AppError('CONFLICT', `Calendar ${id} was changed meanwhile: version ${stored.version} is stored.`);
    });
  }

  async keepCopy(id: number, version: number, copy: ICalendarCopy): Promise<void> {
    await this.#scope.db
      .updateTable('calendars')
      .set({ copy: toJson(copy) })
      .where('id', '=', id)
      .where('version', '=', version)
      .execute();
  }

  async remove(id: number): Promise<void> {
    const { numDeletedRows } = await this.#scope.db.deleteFrom('calendars').where('id', '=', id).executeTakeFirst();
    if (numDeletedRows === 0n) throw noSuchCalendar(id);
  }
}

export function noSuchCalendar(id: number): AppError {
  return new AppError('NOT_FOUND', `There is no calendar ${id}.`);
}

async function refuseTaken(db: Kysely<Tables>, name: string, own: number | null): Promise<void> {
  const other = await db.selectFrom('calendars').select('id').where('name', '=', name).executeTakeFirst();
  if (other && other.id !== own) throw new AppError('CONFLICT', `Calendar ${other.id} is called "${name}" already.`);
}

function toColumns({ name, zone, openings, freezes, iCalendar, copy }: NewCalendar) {
  return {
    name,
    zone,
    openings: toJson(openings),
    freezes: toJson(freezes),
    icalendar: toJson(iCalendar),
    copy: toJson(copy),
  };
}

function toCalendar(row: Selectable<CalendarsTable>): StoredCalendar {
  return {
    id: row.id,
    name: row.name,
    zone: row.zone,
    openings: fromJson(row.openings),
    freezes: fromJson(row.freezes),
    iCalendar: fromJson(row.icalendar),
    copy: fromJson(row.copy),
    createdAt: row.created_at,
    version: row.version,
  };
}
