import { AppError } from '../domain/errors.ts';
import type { Connection } from '../store/store.ts';
import type { Openings } from '../windows/openings.ts';
import type { ReconcilerDeps } from './reconciler.ts';

/**
 * When renewals of a connection may begin, by the calendar that `calendarOf` names; null: always. A calendar that is gone
 * never opens, which people are told, rather than always.
 */
export function renewalWindowBy(
  openings: Openings,
  calendarOf: (connection: Connection) => number | null,
): ReconcilerDeps['opensAt'] {
  return async (connection, from) => {
    const calendar = calendarOf(connection);
    if (calendar === null) return from;
    try {
      return (await openings.next(calendar, from))?.start ?? null;
    } catch (err) {
      if (err instanceof AppError && err.code === 'NOT_FOUND') return null;
      throw err;
    }
  };
}
