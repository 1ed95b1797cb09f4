import { drawQuirks, type Quirks } from './chance.ts';
import { ClusterMembers } from './cluster-members.ts';
import type { NodeSeed } from './seed.ts';
import type { Role } from './services.ts';
import { startVosSim, type VosSim, type VosSimOptions } from './sim.ts';

export interface VosClusterOptions
  extends Omit<VosSimOptions, 'nodeName' | 'role' | 'members' | 'seed' | 'ports' | 'host'> {
  /** Its full name, what it is to be like, or both with settings of its own. */
  readonly publisher: MemberOptions | NodeSeed | string;
  readonly subscribers?: readonly (MemberOptions | NodeSeed | string)[];
  /** IM and Presence nodes. */
  readonly imp?: readonly (MemberOptions | NodeSeed | string)[];
}

/** What is different on one node. */
export interface MemberOptions extends Partial<Omit<VosSimOptions, 'role' | 'members' | 'faults' | 'exchanges'>> {
  readonly nodeName: string;
}

/** Running nodes that know each other. Disposing of it closes all their ports. */
export interface VosCluster extends AsyncDisposable {
  readonly publisher: VosSim;
  readonly subscribers: readonly VosSim[];
  readonly imp: readonly VosSim[];
  /** All of them, the publisher first. */
  readonly nodes: readonly VosSim[];
  /** By host name or full name. @throws RangeError when there is none */
  node(name: string): VosSim;
}

/**
 * Starts a simulated cluster on one address: each node has ports, keys, trust stores and faults of its own.
 *
 * @throws when a port asked for is taken; nothing is left open then
 */
export async function startVosCluster(options: VosClusterOptions): Promise<VosCluster> {
  const { publisher, subscribers = [], imp = [], ...common } = options;
  const members = new ClusterMembers();
  const quirks = drawQuirks(common.quirks ?? {});
  const nodes: VosSim[] = [];
  const dispose = async () => {
    await Promise.all(nodes.splice(0).map((node) => node[Symbol.asyncDispose]()));
  };
  const start = async (member: MemberOptions | NodeSeed | string, role: Role): Promise<VosSim> => {
    const own = memberOptions(member);
    const sim = await startVosSim({ ...common, ...own, role, members, quirks: quirksOf(role, quirks, options, own) });
    nodes.push(sim);
    return sim;
  };
  try {
    const first = await start(publisher, 'publisher');
    for (const member of subscribers) await start(member, 'subscriber');
    for (const member of imp) await start(member, 'imp');
    return { ...clusterView(first, [...nodes]), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function memberOptions(member: MemberOptions | NodeSeed | string): MemberOptions {
  if (typeof member === 'string') return { nodeName: member };
  return 'identities' in member ? { nodeName: member.nodeName, seed: member } : member;
}

/** One make, so one set of quirks; and subscribers do not print `[STARTED]` for Tomcat. */
function quirksOf(role: Role, drawn: Quirks, { quirks }: VosClusterOptions, own: MemberOptions): Quirks {
  const startedLine = role === 'publisher' ? 'printed' : 'omitted';
  return { ...drawn, startedLine, ...quirks, ...own.quirks };
}

function clusterView(publisher: VosSim, nodes: readonly VosSim[]) {
  return {
    publisher,
    nodes,
    subscribers: nodes.filter(({ role }) => role === 'subscriber'),
    imp: nodes.filter(({ role }) => role === 'imp'),
    node: (name: string) => {
      const found = nodes.find(({ nodeName }) => nodeName === name || nodeName.split('.')[0] === name);
      if (!found) throw new RangeError(`There is no node "${name}" in this cluster.`);
      return found;
    },
  };
}
