import type { Json } from '../domain/json.ts';
import { normaliseFingerprint } from '../plugins/trust.ts';
import type { Connection } from '../store/store.ts';

/**
 * The pin follows the certificate that certferry installs: from the hand-over on the old ones and the new one are good,
 * and once the new one is seen served, the old ones no longer are. `replaced` is what the slot held and what its
 * endpoints served; other pins are left alone: they belong to interfaces that another slot serves.
 * Both return null when nothing changes.
 */
export function expectAlso(connection: Connection, replaced: readonly string[], installed: string): Connection | null {
  const pins = pinsOf(connection);
  if (!pins?.some((pin) => replaced.includes(pin)) || pins.includes(installed)) return null;
  return withPins(connection, [...pins, installed]);
}

export function expectOnly(connection: Connection, replaced: readonly string[], installed: string): Connection | null {
  const pins = pinsOf(connection);
  const kept = pins?.filter((pin) => pin === installed || !replaced.includes(pin)) ?? [];
  if (!kept.includes(installed) || kept.length === pins?.length) return null;
  return withPins(connection, kept);
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
