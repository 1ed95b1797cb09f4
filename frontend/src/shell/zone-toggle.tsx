import { Tooltip, UnstyledButton } from '@mantine/core';
import { zoneName } from '../ui/time.ts';
import { keepZone, useZone } from '../ui/use-zone.ts';
import type { Zone } from '../ui/zone.ts';

const NEXT: Readonly<Record<Zone, Zone>> = { local: 'utc', utc: 'local' };
const SAYS: Readonly<Record<Zone, string>> = { local: 'local time', utc: 'UTC' };

/** `CET` or `UTC`: in which zone times are written, and the way to the other. */
export function ZoneToggle() {
  const zone = useZone();
  const next = NEXT[zone];
  return (
    <Tooltip label={`Times are in ${SAYS[zone]}`}>
      <UnstyledButton
        className="zone-toggle mono"
        aria-label={`Times are in ${SAYS[zone]} (${zoneName(zone)}). Change to: ${SAYS[next]}`}
        onClick={() => keepZone(next)}
      >
        {zoneName(zone)}
      </UnstyledButton>
    </Tooltip>
  );
}
