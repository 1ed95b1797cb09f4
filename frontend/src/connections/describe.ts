import type { ConnectionView } from '../api/types.ts';

/** Where the appliance is, in the words of its settings. */
export function hostOf({ appliance, dnsNames }: ConnectionView): string {
  const { serverName, host, path } = appliance.settings;
  return [serverName, host, path].find((value): value is string => typeof value === 'string') ?? dnsNames[0] ?? '';
}
