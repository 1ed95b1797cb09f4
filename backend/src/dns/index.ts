import { AppError } from '../domain/errors.ts';
import { manual } from './manual/index.ts';
import type { DnsPlugin } from './provider.ts';
import { rfc2136 } from './rfc2136/index.ts';

/** All DNS services, in the order of the picker. index.test.ts compares the list with the folders. */
export const dnsPlugins: readonly DnsPlugin[] = [rfc2136, manual];

/** @throws AppError INVALID_SETTINGS when there is none with this id. */
export function dnsPlugin(id: string): DnsPlugin {
  const plugin = dnsPlugins.find((candidate) => candidate.id === id);
  if (plugin) return plugin;
  const known = dnsPlugins.map((candidate) => candidate.id).join(', ');
  throw new AppError('INVALID_SETTINGS', `There is no DNS service "${id}". Known are: ${known}.`);
}
