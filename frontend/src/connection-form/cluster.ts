import type { DiscoveredNode, LookView, PluginDeclaration } from '../api/types.ts';
import type { PartDraft } from './draft.ts';
import { listIn, lookRequest, withValue } from './trust.ts';

type Settings = PartDraft['settings'];

/** A node that the appliance named, and what it shows; null when nobody answered. */
export interface SeenNode {
  readonly node: DiscoveredNode;
  readonly view: LookView | null;
}

/** Whether the fields of the product have a place for other nodes. */
export function hasNodes({ settings: { properties } }: PluginDeclaration): boolean {
  return properties.nodes !== undefined && properties.distribution !== undefined;
}

/** The nodes beside the one that was asked. Null when that is not the publisher, where alone a certificate for all is made. */
export function othersOf(nodes: readonly DiscoveredNode[], asked: readonly string[]): readonly DiscoveredNode[] | null {
  const names = asked.map((name) => name.toLowerCase());
  const isAsked = ({ host }: DiscoveredNode) => names.some((name) => name === host || name.startsWith(`${host}.`));
  if (!nodes.some((node) => node.role === 'publisher' && isAsked(node))) return null;
  return nodes.filter((node) => node.role !== 'publisher' && !isAsked(node));
}

/** Where to look at a node: as it is listed already, else by its name at the ports of the publisher. */
export function nodeRequest(node: DiscoveredNode, settings: Settings) {
  return lookRequest(entriesIn(settings).find((entry) => isOf(entry, node)) ?? newEntry(node, settings));
}

/** `settings` for one certificate on all nodes, which trust what each of them shows. What was typed of a node stays. */
export function withNodes(settings: Settings, seen: readonly SeenNode[]): Settings {
  const known = entriesIn(settings).map((entry) => {
    const found = seen.find(({ node }) => isOf(entry, node));
    return found ? withKey(entry, found.view) : entry;
  });
  const added = seen
    .filter(({ node }) => !entriesIn(settings).some((entry) => isOf(entry, node)))
    .map(({ node, view }) => withKey(newEntry(node, settings), view));
  return {
    ...settings,
    distribution: 'multi-server',
    nodes: [...known, ...added],
    ...(settings.trust === 'pin' ? { pinnedSha256: pinsWith(settings, seen) } : {}),
  };
}

function pinsWith(settings: Settings, seen: readonly SeenNode[]): readonly string[] {
  const shown = seen.flatMap(({ view }) => view?.tls.certificate?.sha256 ?? []);
  return shown.reduce(withValue, listIn(settings, 'pinnedSha256'));
}

function withKey(entry: Settings, view: LookView | null): Settings {
  const key = view?.ssh.fingerprint ?? null;
  return key === null ? entry : { ...entry, sshHostKeys: withValue(listIn(entry, 'sshHostKeys'), key) };
}

function newEntry({ host, role }: DiscoveredNode, { apiPort, sshPort }: Settings): Settings {
  return { host, role, ...(apiPort === undefined ? {} : { apiPort }), ...(sshPort === undefined ? {} : { sshPort }) };
}

function isOf({ host, serverName }: Settings, node: DiscoveredNode): boolean {
  return [host, serverName].some((name) => typeof name === 'string' && name.toLowerCase() === node.host);
}

function entriesIn({ nodes }: Settings): readonly Settings[] {
  return Array.isArray(nodes) ? nodes.filter((one): one is Settings => typeof one === 'object' && one !== null) : [];
}
