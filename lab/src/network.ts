import { randomBytes } from 'node:crypto';
import { type LabBox, startBox } from './boxes.ts';
import { type CaSim, startCaSim } from './ca-sim/index.ts';
import { type DnsSim, startDnsSim } from './dns-sim/index.ts';
import { Exchanges } from './exchanges.ts';
import { Faults } from './faults.ts';
import type { LabProduct } from './products.ts';
import {
  type ClusterSeed,
  type KeyStock,
  startVosCluster,
  startVosSim,
  type VosCluster,
  type VosClusterOptions,
  type VosSim,
} from './vos-sim/index.ts';
import { LAB_ZONE } from './zone.ts';

export { LAB_ZONE };

export const LAB_NODE = `cucm-pub.${LAB_ZONE}`;

/** The nodes of `startLab({ cluster: true })`. */
export const LAB_CLUSTER = {
  publisher: LAB_NODE,
  subscribers: [`cucm-sub1.${LAB_ZONE}`, `cucm-sub2.${LAB_ZONE}`],
  imp: [`imp1.${LAB_ZONE}`],
} as const satisfies LabClusterNodes;

export interface LabOptions {
  /** Milliseconds that a restart of Tomcat takes, give or take 30 %. Default 1 500. */
  readonly restartMs?: number;
  /** Days that the certificate of the node is still valid at the start; negative: it has expired. Default 9. */
  readonly installedValidDays?: number;
  /** The CA remembers which names an account has proved. Default false. */
  readonly authorizationReuse?: boolean;
  /** Where the CA dials port 80 of a name for http-01. Default 80. */
  readonly httpPort?: number;
  /** kid to base64url HMAC key. When set, the CA needs an external account binding. */
  readonly eab?: Readonly<Record<string, string>>;
  /** Retry-After of the fault `ca-rate-limited`. Default 2. */
  readonly rateLimitRetryAfterSeconds?: number;
  /** A whole cluster in place of one node: that of `LAB_CLUSTER`, other nodes, or the twin of a real one. Default false. */
  readonly cluster?: boolean | LabClusterNodes | ClusterSeed;
  /** A second CA, as public CAs have one for tests; `testCa` among the places of faults. Default false. */
  readonly testCa?: boolean;
  /** A box beside the CUCM, which then has no part in the renewal. Default `cucm`: none. */
  readonly product?: LabProduct;
  /** Milliseconds since 1970, by the clock of the DNS, for a client whose clock is set forward. Default: that of this machine. */
  readonly now?: () => number;
  /** All zones of the DNS. Default: `LAB_ZONE` alone. */
  readonly zones?: readonly string[];
  /** Keys that earlier labs of this process used already, for its nodes. Default: all are new. */
  readonly keys?: KeyStock;
}

export type LabClusterNodes = Pick<VosClusterOptions, 'publisher' | 'subscribers' | 'imp'>;

/** A simulated CUCM node or cluster, its DNS and a CA, on loopback, with one set of faults and one count of exchanges. */
export interface Lab extends AsyncDisposable {
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  readonly dns: DnsSim;
  readonly ca: CaSim;
  /** Null unless it was asked for. */
  readonly testCa: CaSim | null;
  /** The node, or the publisher of the cluster. */
  readonly vos: VosSim;
  /** Null: there is one node only. */
  readonly cluster: VosCluster | null;
  /** Null unless a product was asked for. */
  readonly box: LabBox | null;
  /** Of the OS administrator of every node, made anew for each lab. */
  readonly user: string;
  readonly password: string;
  /** Of the application user that may use the Control Center service. */
  readonly axlUser: string;
  readonly axlPassword: string;
}

/** Starts everything. Nothing is kept on disk, nothing leaves the machine. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const faults = new Faults();
  const exchanges = new Exchanges();
  const started: AsyncDisposable[] = [];
  const dispose = async () => {
    for (const one of started.splice(0).reverse()) await one[Symbol.asyncDispose]();
  };
  try {
    const dns = await startDnsSim({
      zones: (options.zones ?? [LAB_ZONE]).map((name) => ({ name })),
      tsig: { name: 'lab-key', algorithm: 'hmac-sha256', secret: randomBytes(32).toString('base64') },
      faults,
      exchanges,
      ...(options.now && { now: options.now }),
    });
    started.push(dns);
    const ca = await startCaSim({ ...options, faults, exchanges, dnsServer: dns.resolver });
    started.push(ca);
    const testCa = options.testCa
      ? await startCaSim({ ...options, name: 'testCa', faults, exchanges, dnsServer: dns.resolver })
      : null;
    if (testCa) started.push(testCa);
    const users = {
      user: 'administrator',
      password: randomPassword(),
      axlUser: 'certferry-axl',
      axlPassword: randomPassword(),
    };
    const { vos, cluster } = await startNodes(options, { ...users, faults, exchanges });
    started.push(cluster ?? vos);
    const box = await startBox(options, { ...users, faults, exchanges });
    if (box) started.push(box.sim);
    return { faults, exchanges, dns, ca, testCa, vos, cluster, box, ...users, [Symbol.asyncDispose]: dispose };
  } catch (err) {
    await dispose();
    throw err;
  }
}

type NodeParts = Omit<VosClusterOptions, 'publisher' | 'subscribers' | 'imp'>;

async function startNodes({ cluster: wanted, ...options }: LabOptions, parts: NodeParts) {
  const settings = pick(options);
  if (!wanted) {
    return { vos: await startVosSim({ ...settings, ...parts, nodeName: LAB_NODE }), cluster: null };
  }
  const nodes = wanted === true ? LAB_CLUSTER : wanted;
  const cluster = await startVosCluster({ ...settings, ...parts, ...nodes });
  return { vos: cluster.publisher, cluster };
}

/** What the nodes have to know of the options; the CA reads the others. */
function pick({ restartMs, installedValidDays, keys }: LabOptions): Partial<NodeParts> {
  return {
    ...(restartMs === undefined ? {} : { restartMs }),
    ...(installedValidDays === undefined ? {} : { installedValidDays }),
    ...(keys ? { newKeys: keys.maker() } : {}),
  };
}

/** With characters that break careless quoting, so that each lab proves they arrive. */
function randomPassword(): string {
  return `${randomBytes(9).toString('base64url')} "'\\$&<ü>:`;
}
