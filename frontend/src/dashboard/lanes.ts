import type { ExpiryMark } from '../api/types.ts';

const DAY_MS = 86_400_000;

/** A mark on the axis: days from now, and the row of its lane in which nothing else is in its way. */
export interface PlacedMark {
  readonly mark: ExpiryMark;
  readonly row: number;
  /** From when on it is renewed; within the axis. */
  readonly from: number;
  /** When it ends; within the axis. */
  readonly to: number;
  /** Negative when it is over. */
  readonly days: number;
}

/** Days that a mark needs for itself besides its line. */
const ROOM = 2;

/** The first to end on top, in as few rows as there can be without one mark over another. */
export function placeMarks(marks: readonly ExpiryMark[], now: number, axisDays: number): readonly PlacedMark[] {
  const ends: number[] = [];
  return marks.map((mark) => {
    const exactly = (Date.parse(mark.notAfter) - now) / DAY_MS;
    const within = (day: number) => Math.min(Math.max(day, 0), axisDays);
    const to = within(exactly);
    const from = mark.dueAt === null ? to : within((Date.parse(mark.dueAt) - now) / DAY_MS);
    const free = ends.findIndex((end) => end + ROOM <= from);
    const row = free === -1 ? ends.length : free;
    ends[row] = to;
    return { mark, row, from, to, days: Math.floor(exactly) };
  });
}
