import { Tooltip } from '@mantine/core';
import { ago, exact } from './time.ts';
import { useNow } from './use-now.ts';

/** "in 12 days", "3 minutes ago"; exact in local time and UTC on hover and focus. */
export function Moment({ at }: { readonly at: string }) {
  const now = useNow(true, 20_000);
  return (
    <Tooltip label={exact(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at}>{ago(Date.parse(at) - now)}</time>
    </Tooltip>
  );
}
