import { AppError } from '../../domain/errors.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import type { IseSlot } from './roles.ts';
import type { Node } from './schema.ts';
import type { IseSettings } from './settings.ts';

/** Of the node, for people and for the ids of its restart: asks nobody. */
export function nameOf({ node, serverName, host }: IseSettings): string {
  return (node ?? serverName ?? host).toLowerCase();
}

/**
 * The node that the certificate is for, as the deployment calls it.
 *
 * @throws AppError INVALID_SETTINGS naming the nodes that there are.
 */
export function ownNode(settings: IseSettings, nodes: readonly Node[]): Node {
  const wanted = nameOf(settings);
  const isWanted = ({ hostname, fqdn }: Node) =>
    [hostname, fqdn].some((name) => name?.toLowerCase() === wanted) || hostname.toLowerCase() === wanted.split('.')[0];
  const found = nodes.find(isWanted) ?? (nodes.length === 1 && !settings.node ? nodes[0] : undefined);
  if (found) return found;
  const names = nodes.map(({ fqdn, hostname }) => fqdn ?? hostname).join(', ');
  throw new AppError(
    'INVALID_SETTINGS',
    `The deployment has no node "${wanted}"; it has ${names || 'none'}. Name one under Node.`,
  );
}

export function endpointsOf(settings: IseSettings, slot: IseSlot): readonly TlsEndpoint[] {
  const { node, nodeAddress, host, servedPorts } = settings;
  const at = { host: nodeAddress ?? node ?? host, serverName: nameOf(settings) };
  return (servedPorts ?? slot.ports).map((port) => ({ ...at, port }));
}
