import { AppError } from '../domain/errors.ts';
import * as plugins from './plugins.ts';
import type { DnsPlugin } from './provider.ts';

const { manual, ...services } = plugins;

/** All DNS services, in the order of the picker: the person comes last. */
export const dnsPlugins: readonly DnsPlugin[] = [
  ...Object.values(services).toSorted((one, other) => one.id.localeCompare(other.id)),
  manual,
];

/** @throws AppError INVALID_SETTINGS when there is none with this id. */
export function dnsPlugin(id: string): DnsPlugin {
  const plugin = dnsPlugins.find((candidate) => candidate.id === id);
  if (plugin) return plugin;
  const known = dnsPlugins.map((candidate) => candidate.id).join(', ');
  throw new AppError('INVALID_SETTINGS', `There is no DNS service "${id}". Known are: ${known}.`);
}
