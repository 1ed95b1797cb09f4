import type { Exchanges } from '../exchanges.ts';
import type { Faults } from '../faults.ts';
import { Accounts } from './accounts.ts';
import { drawQuirks, type Quirks } from './chance.ts';
import { nodeClock } from './clock.ts';
import { ClusterMembers } from './cluster-members.ts';
import { type KeyMaker, newKeys, SharedKeys } from './keys.ts';
import { VosNode } from './node.ts';
import type { NodeSeed } from './seed.ts';
import { ServiceManager } from './service-manager.ts';
import type { Role } from './services.ts';
import { type SimParts, view } from './sim-view.ts';
import type { SlotName, TrustName } from './slots.ts';
import { controlCenter } from './soap/control-center.ts';
import { SshPort } from './ssh.ts';
import type { PortName } from './tls-ports.ts';
import { web } from './web.ts';

export interface VosSimOptions {
  /** Full name of the node, `cucm-pub.lab.example.com`. */
  readonly nodeName: string;
  /** A platform account that may change things. */
  readonly user: string;
  readonly password: string;
  /** A platform account of privilege 0. */
  readonly readOnlyUser?: { readonly user: string; readonly password: string };
  /** An application user, for the Control Center service; without both, nobody may use that. */
  readonly axlUser?: string;
  readonly axlPassword?: string;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  /** Address to listen on; 127.0.0.1. */
  readonly host?: string;
  /** What a restart of Tomcat takes, give or take 30 %; 1500. Other services take about a third of it. */
  readonly restartMs?: number;
  /** PEM certificates in tomcat-trust at the start. */
  readonly trusted?: readonly string[];
  /** Days that the self-signed certificate of the start is still valid in `tomcat`; 9. Negative: it has expired. */
  readonly installedValidDays?: number;
  /** Free ones are taken for those left out. */
  readonly ports?: Partial<Readonly<Record<PortName | 'ssh', number>>>;
  /** Pins what is drawn at random otherwise. */
  readonly quirks?: Partial<Quirks>;
  /** A real node that this one is to be like. */
  readonly seed?: NodeSeed;
  /** Where the certificates of the start have their keys from, to save time where keys do not matter; new ones. */
  readonly startKeys?: SharedKeys;
  /** Makes every key of the node, to save time in tests; new ones. */
  readonly newKeys?: KeyMaker;
  /** What it is in its cluster; the publisher. */
  readonly role?: Role;
  /** Those that it belongs to; it joins them. None: it is alone. */
  readonly members?: ClusterMembers;
  /** How long until the other nodes have what was put into the trust stores of the publisher; 150. Null: never. */
  readonly trustReplicationMs?: number | null;
}

/** A running node. Disposing of it closes its ports and forgets everything. */
export interface VosSim extends AsyncDisposable {
  readonly nodeName: string;
  readonly role: Role;
  readonly host: string;
  /** 443 of a real node. */
  readonly httpsPort: number;
  /** 8443 of a real node: the same Tomcat. The Control Center service answers here. */
  readonly tomcatPort2: number;
  readonly sshPort: number;
  /** Every TLS port that such a node has. */
  readonly ports: ReadonlyMap<PortName, number>;
  /** `SHA256:…` as OpenSSH prints it. */
  readonly sshHostKey: string;
  /** Of what is served at the start: lower-case hex of the DER, and PEM. */
  readonly certificateSha256: string;
  readonly certificatePem: string;
  readonly quirks: Quirks;
  /** @throws RangeError when such a node has no such port */
  port(name: PortName): number;
  /** What is served at a port, `https` when left out; while its service restarts, what it served last. */
  servedSha256(port?: PortName): string;
  /** What a service took up when it started; null when it uses no certificate of that slot. */
  inUseSha256(service: string, slot: SlotName): string | null;
  /** What the node holds for a slot, `tomcat` when left out, served or not. */
  installedSha256(slot?: SlotName): string;
  /** PEM */
  pendingCsr(slot?: SlotName): string | null;
  /** Finished restarts of a service, `Cisco Tomcat` when left out. */
  restarts(service?: string): number;
  /** Of Tomcat. */
  isRestarting(): boolean;
  /** What is in a trust store, tomcat-trust when left out. */
  trustSha256(store?: TrustName): string[];
  /** How often nobody was let in, over HTTPS and SSH together. */
  failedLogins(): number;
}

/** Starts a simulated node. It keeps nothing on disk. @throws when a port asked for is taken. */
export async function startVosSim(options: VosSimOptions): Promise<VosSim> {
  const end = new AbortController();
  const parts = await startParts(options, end.signal);
  const { services, ssh } = parts;
  const followPower = powerSwitch(parts);
  const stopListening = options.faults.listen(followPower);
  followPower();
  const dispose = async (): Promise<void> => {
    stopListening();
    end.abort();
    await Promise.all([ssh[Symbol.asyncDispose](), services[Symbol.asyncDispose]()]);
  };
  return { ...view(parts), [Symbol.asyncDispose]: dispose };
}

async function startParts(options: VosSimOptions, life: AbortSignal): Promise<SimParts> {
  const { nodeName, exchanges, host = '127.0.0.1', role = 'publisher', ports = {}, restartMs = 1500 } = options;
  const faults = options.faults.at(nodeName);
  const quirks = drawQuirks(options.quirks ?? {});
  const accounts = accountsOf(options);
  const now = nodeClock(faults);
  const { trusted = [], installedValidDays = 9, seed = null, newKeys: make = newKeys } = options;
  const { startKeys = new SharedKeys(make) } = options;
  const start = { installedValidDays, trusted, seed, startKeys, newKeys: make };
  const node = await VosNode.create({ nodeName, role, ...start, faults, now });
  const self = { node, host, faults };
  const cluster = options.members ?? new ClusterMembers();
  const answer = web({
    ...{ self, cluster, accounts, faults, exchanges, quirks, now, life },
    trustReplicationMs: options.trustReplicationMs === undefined ? 150 : options.trustReplicationMs,
    controlCenter: controlCenter({
      node,
      host,
      services: () => services,
      user: axlUserOf(options),
      faults,
      quirks,
      life,
    }),
  });
  const { stopping } = quirks;
  const services: ServiceManager = await ServiceManager.start({
    ...{ node, host, ports, answer, stopping, faults, exchanges, restartMs, life },
  });
  const world = { self, cluster, services, quirks, faults };
  const ssh = await SshPort.open({ host, port: ports.ssh, accounts, world, life }).catch(async (error: unknown) => {
    await services[Symbol.asyncDispose]();
    throw error;
  });
  cluster.join(self);
  return { self, services, ssh, accounts, quirks };
}

/** Follows the fault `node-down`. */
function powerSwitch({ self, services, ssh }: SimParts): () => void {
  let isDown = false;
  return () => {
    if (self.faults.has('node-down') === isDown) return;
    isDown = !isDown;
    if (isDown) {
      services.powerOff();
      ssh.gate.powerOff();
    } else {
      // Fails only when the lab is taken down meanwhile.
      Promise.all([services.powerOn(), ssh.gate.powerOn(services.life)]).catch(() => undefined);
    }
  };
}

function accountsOf({ user, password, readOnlyUser, faults, nodeName }: VosSimOptions): Accounts {
  const readOnly = readOnlyUser ? [{ ...readOnlyUser, privilege: 0 }] : [];
  return new Accounts([{ user, password, privilege: 1 }, ...readOnly], faults.at(nodeName));
}

function axlUserOf({ axlUser, axlPassword }: VosSimOptions) {
  return axlUser === undefined || axlPassword === undefined ? null : { user: axlUser, password: axlPassword };
}
