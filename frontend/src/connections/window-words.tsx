import { Link } from 'wouter';
import { useCalendars } from '../api/queries.ts';
import type { CalendarView, ConnectionView } from '../api/types.ts';

interface WindowWordsProps {
  readonly policy: ConnectionView['policy'];
  readonly restarts: boolean;
}

/** The windows of a connection as one would tell them. */
export function WindowWords({ policy, restarts }: WindowWordsProps) {
  const calendars = useCalendars().data ?? [];
  const { renewalCalendar, emergency } = policy;
  const restartCalendar = restarts ? policy.restartCalendar : null;
  if (renewalCalendar === null && restartCalendar === null) return null;
  return (
    <>
      <WindowLine verb="Renews" calendar={calendars.find(({ id }) => id === renewalCalendar)} />
      <WindowLine verb="Restarts" calendar={calendars.find(({ id }) => id === restartCalendar)} />
      {emergency && (
        <div>
          With less than {emergency.daysLeft} {emergency.daysLeft === 1 ? 'day' : 'days'} left it does not wait for
          them: {emergency.mode === 'ask' ? 'it asks you.' : 'it goes on at once.'}
        </div>
      )}
    </>
  );
}

function WindowLine({ verb, calendar }: { readonly verb: string; readonly calendar: CalendarView | undefined }) {
  if (!calendar) return null;
  const next = calendar.next[0]?.words;
  return (
    <div>
      {verb} {calendar.words}, {next ? `next ${next}` : 'and nothing opens'} (
      <Link href="/settings/calendars">{calendar.name}</Link>
      ).
    </div>
  );
}
