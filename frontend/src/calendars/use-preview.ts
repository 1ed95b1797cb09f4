import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { post } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { ForecastView } from '../api/types.ts';
import { type CalendarDraft, rulesOf } from './draft.ts';

/** Milliseconds without a key pressed. */
const PAUSE = 400;

/** What the rules come to as they are typed. `id` of the calendar that is being changed. */
export function usePreview(draft: CalendarDraft, id: number | null) {
  const [rules] = useDebouncedValue(JSON.stringify({ ...rulesOf(draft), id }), PAUSE);
  return useQuery({
    queryKey: keys.calendarPreview(rules),
    queryFn: ({ signal }) => post<ForecastView>('/calendars/preview', JSON.parse(rules), signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
}
