import type { ClusterCapability, DiscoveredNode } from '../driver.ts';
import { ask } from './command-line.ts';
import type { VosNode } from './nodes.ts';
import { confirming } from './unconfirmed.ts';

/** The nodes that `first` knows of, by `show network cluster`. */
export function vosCluster({ cli }: VosNode): ClusterCapability {
  return {
    discover: (signal) =>
      cli.session(signal, async (shell) =>
        parseNetworkCluster(await ask(shell, 'show network cluster', signal, confirming('cluster-list'))),
      ),
  };
}

/**
 * The lines before the "Server Table": address, full name, short name, role, product, database role, and whether the node
 * has joined. A node without a domain has one name only, and a line that tells something else is left out.
 *
 * `10.1.2.4 cucm-sub1.example.com cucm-sub1 Subscriber callmanager DBSub authenticated using TCP since Mon Jul 1 …`
 */
export function parseNetworkCluster(output: string): readonly DiscoveredNode[] {
  const nodes = output.split('\n').flatMap(nodeIn);
  return nodes.filter(({ host }, index) => nodes.findIndex((other) => other.host === host) === index);
}

const LINE = /^\s*(\S+)\s+(\S+)(?:\s+\S+)?\s+(Publisher|Subscriber)\s+(\S+)(?:\s+DB\S+)?\s*(.*)$/i;

function nodeIn(line: string): DiscoveredNode[] {
  const [, address = '', name = '', rank = '', product = '', state = ''] = LINE.exec(line) ?? [];
  if (!name) return [];
  const joined = /^authenticated\b/i.test(state);
  return [{ host: name.toLowerCase(), address: address.toLowerCase(), role: roleOf(rank, product), joined }];
}

/** IM and Presence counts as a subscriber of the cluster, whichever of its nodes it is. */
function roleOf(rank: string, product: string): DiscoveredNode['role'] {
  if (/^publisher$/i.test(rank)) return 'publisher';
  if (/^cups?$|presence|^imp$/i.test(product)) return 'imp';
  return /^(cuc|connection|unity)/i.test(product) ? 'unity' : 'subscriber';
}
