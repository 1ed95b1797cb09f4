import { setTimeout as sleep } from 'node:timers/promises';
import { type ClusterMembers, isUp, type Member } from './cluster-members.ts';

export interface TrustReplication {
  readonly self: Member;
  readonly cluster: ClusterMembers;
  /** Null: each node keeps what it was given. */
  readonly delayMs: number | null;
  readonly life: AbortSignal;
}

/** Copies the trust stores of the publisher to the nodes that are up, later. Does nothing on any other node. */
export async function replicateTrust({ self, cluster, delayMs, life }: TrustReplication): Promise<void> {
  if (delayMs === null || self.node.role !== 'publisher') return;
  await sleep(delayMs, undefined, { signal: life });
  for (const other of cluster.all) {
    if (other === self || !isUp(other)) continue;
    const shared = self.node.trustStores.filter((store) => other.node.trustStores.includes(store));
    for (const store of shared) other.node.copyTrust(store, self.node.trust(store).certificates);
  }
}
