import { AppError } from '../../domain/errors.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import { trustOf } from '../../plugins/trust.ts';
import { VosCli } from './command-line.ts';
import { ControlCenter } from './control-center.ts';
import { type Account, parseNodeCredentials } from './credentials.ts';
import { VosRest } from './rest.ts';
import type { NodeKind, VosSlot } from './services.ts';
import type { VosNodeSettings, VosSettings } from './settings.ts';

/** One server, and the ways to speak to it. */
export interface VosNode {
  /** For people, and the first half of the ids of its actions: the name in its certificate, else its address. */
  readonly name: string;
  readonly host: string;
  readonly kind: NodeKind;
  readonly isPublisher: boolean;
  readonly rest: VosRest;
  readonly cli: VosCli;
  /** Null without an account for it. */
  readonly soap: ControlCenter | null;
  /** True when API and SSH use one account: a refused password is then not tried a second time. */
  readonly sharesAccount: boolean;
  /** Null: those of the slot. */
  readonly servedPorts: readonly number[] | null;
}

/** The nodes that a certificate of this connection is for, in the order of restarts. The first one holds the CSR. */
export interface VosNodes {
  readonly first: VosNode;
  readonly all: readonly VosNode[];
}

const KINDS: Readonly<Record<VosSettings['product'], NodeKind>> = {
  cucm: 'cucm',
  imp: 'imp',
  cuc: 'unity',
  cer: 'cer',
};

/**
 * The publisher, then its subscribers as they are listed, then IM and Presence.
 *
 * @throws AppError INVALID_SETTINGS for two nodes of one name, and for accounts that belong to no node.
 */
export function nodesOf(settings: VosSettings, deps: PluginDeps): VosNodes {
  const accounts = settings.nodeCredentials ? parseNodeCredentials(settings.nodeCredentials) : new Map();
  const first = firstNode(settings, accounts, deps);
  const others = settings.nodes.map((node) => otherNode(node, settings, accounts, deps));
  refuseDoubtful([first, ...others], accounts);
  if (settings.distribution === 'this-server') return { first, all: [first] };
  const isPresence = ({ kind }: VosNode) => kind === 'imp' && first.kind !== 'imp';
  return { first, all: [first, ...others.filter((node) => !isPresence(node)), ...others.filter(isPresence)] };
}

/** Those of `nodes` that have the slot. */
export function withSlot(nodes: readonly VosNode[], slot: VosSlot): readonly VosNode[] {
  return nodes.filter(({ kind }) => slot.on.includes(kind));
}

/** Where clients meet the certificate of `slot` on `node`. */
export function endpointsOf(node: VosNode, slot: VosSlot): readonly TlsEndpoint[] {
  const { host, name } = node;
  return (node.servedPorts ?? slot.ports).map((port) => ({ host, port, serverName: name }));
}

type Accounts = ReadonlyMap<string, Account>;

function firstNode(settings: VosSettings, accounts: Accounts, deps: PluginDeps): VosNode {
  const { host, publisher, product } = settings;
  const own = accountOf(settings, accounts);
  const isPublisher = publisher === undefined || publisher === host;
  return nodeOf({ ...settings, kind: KINDS[product], isPublisher, own }, settings, deps);
}

function otherNode(node: VosNodeSettings, settings: VosSettings, accounts: Accounts, deps: PluginDeps): VosNode {
  const kind = node.role === 'subscriber' ? KINDS[settings.product] : node.role;
  const servedPorts = node.servedPorts ?? settings.servedPorts;
  return nodeOf({ ...node, servedPorts, kind, isPublisher: false, own: accountOf(node, accounts) }, settings, deps);
}

interface NodeFacts extends Pick<VosNodeSettings, 'host' | 'apiPort' | 'sshPort' | 'axlPort' | 'sshHostKeys'> {
  readonly serverName?: string | undefined;
  readonly servedPorts?: readonly number[] | undefined;
  readonly kind: NodeKind;
  readonly isPublisher: boolean;
  /** Its own account; null: that of the connection. */
  readonly own: Account | null;
}

function nodeOf(facts: NodeFacts, settings: VosSettings, deps: PluginDeps): VosNode {
  const { host, kind, isPublisher, own, serverName } = facts;
  const name = (serverName ?? host).toLowerCase();
  const http = deps.http({
    trust: trustOf(settings),
    timeoutMs: settings.apiTimeoutSeconds * 1000,
    ...(serverName ? { serverName } : {}),
  });
  const { user, password } = own ?? settings;
  const ssh = own ?? { user: settings.sshUser ?? user, password: settings.sshPassword ?? password };
  return {
    name,
    host,
    kind,
    isPublisher,
    rest: new VosRest({ http, host, name, port: facts.apiPort, user, password }),
    cli: new VosCli(
      deps.ssh,
      { host, port: facts.sshPort, ...ssh, hostKeys: facts.sshHostKeys, legacyAlgorithms: settings.legacySsh },
      name,
    ),
    soap: soapOf({ http, host, name, port: facts.axlPort }, settings),
    sharesAccount: own !== null || sharesAccount(settings),
    servedPorts: facts.servedPorts ?? null,
  };
}

function soapOf(
  peer: Pick<ConstructorParameters<typeof ControlCenter>[0], 'http' | 'host' | 'name' | 'port'>,
  { axlUser, axlPassword }: VosSettings,
): ControlCenter | null {
  if (!axlUser || !axlPassword) return null;
  return new ControlCenter({ ...peer, user: axlUser, password: axlPassword });
}

function sharesAccount({ user, sshUser, sshPassword }: VosSettings): boolean {
  return (sshUser === undefined || sshUser === user) && sshPassword === undefined;
}

function accountOf({ host, serverName }: { host: string; serverName?: string | undefined }, accounts: Accounts) {
  return accounts.get(host) ?? (serverName ? accounts.get(serverName.toLowerCase()) : undefined) ?? null;
}

function refuseDoubtful(nodes: readonly VosNode[], accounts: Accounts): void {
  const names = nodes.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new AppError('INVALID_SETTINGS', `Two nodes are called ${twice}; give each its own server name.`);
  const known = new Set(nodes.flatMap(({ name, host }) => [name, host]));
  const stray = [...accounts.keys()].find((host) => !known.has(host));
  if (stray) throw new AppError('INVALID_SETTINGS', `Accounts of nodes: ${stray} is no node of this connection.`);
}
