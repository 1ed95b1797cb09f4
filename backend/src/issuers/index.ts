import { AppError } from '../domain/errors.ts';
import { acme } from './acme/index.ts';
import type { IssuerPlugin } from './issuer.ts';

/** Every issuer there is; a new one is added here and in its own folder. */
export const issuerPlugins: readonly IssuerPlugin[] = [acme];

/** @throws AppError INVALID_SETTINGS */
export function issuerPlugin(id: string): IssuerPlugin {
  const plugin = issuerPlugins.find((candidate) => candidate.id === id);
  if (plugin) return plugin;
  const known = issuerPlugins.map((candidate) => candidate.id).join(', ');
  throw new AppError('INVALID_SETTINGS', `There is no issuer "${id}"; there are: ${known}.`);
}
