import type { Json } from '../domain/json.ts';
import { normaliseFingerprint } from '../plugins/trust.ts';
import type { Connection } from '../store/store.ts';

/**
 * The pin follows the certificate that certferry installs: from the hand-over on the old and the new one are good,
 * and once the new one is seen served, it alone. A pin that is not the replaced certificate is left alone: it belongs
 * to an interface that another slot serves.
 */
export function expectAlso(connection: Connection, replaced: string, installed: string): Connection | null {
  const pins = pinsOf(connection);
  if (!pins?.includes(replaced) || pins.includes(installed)) return null;
  return withPins(connection, [...pins, installed]);
}

/** Returns null when nothing changes. */
export function expectOnly(connection: Connection, replaced: string, installed: string): Connection | null {
  const pins = pinsOf(connection);
  if (!pins?.includes(installed) || !pins.includes(replaced)) return null;
  return withPins(
    connection,
    pins.filter((pin) => pin !== replaced),
  );
}

/** The field has this name in every plugin: see `trustFields`. */
function pinsOf({ appliance }: Connection): readonly string[] | null {
  const settings = appliance.settings as { readonly trust?: Json; readonly pinnedSha256?: Json };
  if (settings.trust !== 'pin' || !Array.isArray(settings.pinnedSha256)) return null;
  return settings.pinnedSha256.map((pin) => normaliseFingerprint(String(pin)));
}

function withPins(connection: Connection, pinnedSha256: readonly string[]): Connection {
  const { appliance } = connection;
  return { ...connection, appliance: { ...appliance, settings: { ...(appliance.settings as object), pinnedSha256 } } };
}
