import { type ClusterMembers, isUp, type Member } from './cluster-members.ts';
import { withSuffix } from './identities.ts';
import { keyChoice } from './key-choice.ts';
import type { Installed } from './node.ts';
import { Refusal, TEXTS } from './refusal.ts';
import type { CsrBody } from './schema.ts';

/**
 * One request for all nodes that have the slot, made on the first of them and exported to the others that are up.
 * Returns PEM. Its common name is in the SAN only when somebody put it there.
 *
 * @throws Refusal on any other node, and for a slot that cannot be shared
 */
export async function createMultiServerCsr(body: CsrBody, self: Member, cluster: ClusterMembers): Promise<string> {
  const slot = self.node.changeable(body.service);
  if (!slot.multiServer) throw new Refusal(400, `Multi-server(SAN) is not supported for ${slot.name}`);
  const members = cluster.having(slot);
  if (members[0] !== self) throw new Refusal(400, TEXTS.onlyOnPublisher);
  const names = members.map(({ node }) => node.name);
  const pending = await self.node.newPending({
    slot,
    ...keyChoice(slot, body),
    commonName: body.commonName ?? withSuffix(self.node.name, slot.key === 'ec' ? '-EC-ms' : '-ms'),
    dnsNames: [...names, ...self.node.parentsOf(self.node.name), ...body.altNames],
    isMultiServer: true,
  });
  for (const member of members) if (member === self || isUp(member)) member.node.hold(slot, pending);
  return pending.request.pem;
}

/**
 * Hands what was just uploaded to the other nodes. Returns the names of those that have it now, this one included.
 * One that is down keeps its old certificate.
 */
export function distribute(installed: Installed, self: Member, cluster: ClusterMembers): readonly string[] {
  const { slot, identity, pending } = installed;
  const members = cluster.having(slot);
  if (!pending.details.isMultiServer || members[0] !== self) return [self.node.name];
  const others = members.filter((one) => one !== self && isUp(one) && !one.faults.has('identity-not-distributed'));
  for (const { node } of others) node.install(slot, identity, pending);
  return [self, ...others].map(({ node }) => node.name);
}
