import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Tone } from '../words/states.ts';
import { ago, dateOf, exact, timeOfDay } from './time.ts';
import { useNow } from './use-now.ts';

interface At {
  /** ISO 8601 */
  readonly at: string;
}

/** "in 12 days", "3 minutes ago" */
export function Moment({ at }: At) {
  const now = useNow(true, 20_000);
  return <Exactly at={at}>{ago(Date.parse(at) - now)}</Exactly>;
}

/** `14:20:05` in the zone that the reader chose. */
export function Clock({ at }: At) {
  return <Exactly at={at}>{timeOfDay(at)}</Exactly>;
}

/** `22 Nov 2026` in the zone that the reader chose. */
export function Day({ at }: At) {
  return <Exactly at={at}>{dateOf(at)}</Exactly>;
}

interface ExactlyProps extends At {
  readonly tone?: Tone | undefined;
  readonly children: ReactNode;
}

/** Whatever is said of an instant; the instant itself, in local time and UTC, on hover and focus. */
export function Exactly({ at, tone, children }: ExactlyProps) {
  return (
    <Tooltip label={exact(at)} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what hovering shows must be reachable by keyboard (WCAG 1.4.13, 2.1.1) */}
      <time dateTime={at} data-tone={tone} tabIndex={0}>
        {children}
      </time>
    </Tooltip>
  );
}
