import { Text } from '@mantine/core';
import type { ForecastView } from '../api/types.ts';
import { Moment } from '../ui/moment.tsx';

/** The next five openings, on the wall clock of the calendar. */
export function NextOpenings({ forecast }: { readonly forecast: ForecastView }) {
  const { next, feed } = forecast;
  return (
    <>
      {next.length === 0 ? (
        <Text c="var(--person)">Nothing opens within 400 days.</Text>
      ) : (
        <ol className="next-openings" aria-label="Next openings">
          {next.map(({ start, words }) => (
            <li key={start}>
              {words}{' '}
              <span className="quiet">
                <Moment at={start} />
              </span>
            </li>
          ))}
        </ol>
      )}
      {feed?.trouble && (
        <Text c="var(--pending)">
          The iCalendar address cannot be read, so what it gave <Moment at={feed.readAt} /> counts. {feed.trouble}
        </Text>
      )}
      {feed && !feed.trouble && (
        <Text className="quiet">
          The iCalendar address was read <Moment at={feed.readAt} />.
        </Text>
      )}
    </>
  );
}
