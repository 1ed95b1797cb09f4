/** One time during which a calendar allows work. `start` is the instant asked for when it is open then. */
export interface Opening {
  readonly start: Date;
  readonly end: Date;
}

/** When work is allowed. */
export interface Openings {
  /**
   * The first time at or after `from` during which the calendar is open; null when there is none within 400 days.
   *
   * @throws AppError NOT_FOUND when there is no such calendar.
   */
  next(calendarId: number, from: Date): Promise<Opening | null>;
}
