import { startIdentity } from '../appliance-sim/identity.ts';
import { WebPort } from '../appliance-sim/web-port.ts';
import type { Exchanges } from '../exchanges.ts';
import type { Faults } from '../faults.ts';
import { Accounts } from '../vos-sim/accounts.ts';
import { type KeyMaker, newKeys } from '../vos-sim/keys.ts';
import { Deployment } from './deployment.ts';
import { IseNode } from './node.ts';
import { drawQuirks, type IseQuirks } from './quirks.ts';
import { web } from './web.ts';

export interface IseSimOptions {
  /** Full names, the primary administration node first. */
  readonly nodes: readonly [string, ...string[]];
  readonly user: string;
  readonly password: string;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  /** 127.0.0.1 */
  readonly host?: string;
  /** Milliseconds that a restart of the application server takes; 1500. */
  readonly restartMs?: number;
  /** Days that the self-signed certificates of the start are valid; 9. */
  readonly installedValidDays?: number;
  /** PEM certificates that are trusted at the start. */
  readonly trusted?: readonly string[];
  readonly quirks?: Partial<IseQuirks>;
  /** Makes the keys of requests, to save time in tests. */
  readonly newKeys?: KeyMaker;
}

/** One node as clients meet it. */
export interface IseSimNode {
  readonly name: string;
  /** Administration and API: 443 of a real node. */
  readonly adminPort: number;
  /** Portals: 8443 of a real node. */
  readonly portalPort: number;
  /** Of what the administration serves. */
  readonly servedSha256: () => string;
  readonly restarts: () => number;
  readonly isRestarting: () => boolean;
}

/** A running deployment. The API answers on its first node. */
export interface IseSim extends AsyncDisposable {
  readonly host: string;
  readonly nodes: readonly IseSimNode[];
  readonly primary: IseSimNode;
  /** Of what each node serves at the start. */
  readonly startSha256: readonly string[];
  /** What the first node serves at the start, PEM. */
  readonly startPem: string;
  readonly quirks: IseQuirks;
  readonly failedLogins: () => number;
  /** Friendly names of the requests that are pending. */
  readonly pendingCsrs: () => readonly string[];
  /** Friendly names of the trusted certificates that nodes trust each other by. */
  readonly trustedWithinIse: () => readonly string[];
  /** As an administrator adds one by hand. */
  readonly trust: (pem: string, name: string) => void;
}

/** Starts a simulated deployment. It keeps nothing on disk. */
export async function startIseSim(options: IseSimOptions): Promise<IseSim> {
  const {
    faults,
    exchanges,
    host = '127.0.0.1',
    restartMs = 1500,
    installedValidDays = 9,
    newKeys: makeKeys = newKeys,
  } = options;
  const end = new AbortController();
  const quirks = drawQuirks(options.quirks ?? {});
  const view = faults.at(options.nodes[0]);
  const accounts = new Accounts([{ user: options.user, password: options.password, privilege: 1 }], view);
  const nodes = await Promise.all(
    options.nodes.map(async (name) => new IseNode(name, await startIdentity(name, installedValidDays))),
  );
  const deployment = new Deployment(nodes, options.trusted ?? [], { faults: view, quirks, makeKeys });
  const ports = new Map<IseNode, { readonly admin: WebPort; readonly portal: WebPort }>();
  const restart = (node: IseNode) => {
    const ms = restartMs * (faults.has('restart-slow', node.fqdn) ? 3 : 1);
    void ports.get(node)?.admin.restart(node.identityFor('admin', deployment.trustedCertificates), ms);
  };
  const serve = (node: IseNode) => {
    void ports.get(node)?.portal.restart(node.identityFor('portal', deployment.trustedCertificates), 0);
  };
  const answer = web({ deployment, accounts, faults: view, exchanges, quirks, restart, serve });
  for (const node of nodes) {
    const open = (api: boolean) =>
      WebPort.open({
        host,
        identity: node.identityFor('admin', []),
        answer: api ? answer : (_request, response) => response.end(),
        life: end.signal,
      });
    ports.set(node, { admin: await open(node === nodes[0]), portal: await open(false) });
  }
  const all = [...ports.values()].flatMap(({ admin, portal }) => [admin, portal]);
  const stopListening = faults.listen(() => {
    for (const [node, own] of ports) {
      const isOn = !faults.has('node-down', node.fqdn);
      for (const port of [own.admin, own.portal]) port.power(isOn);
    }
  });
  const views = [...ports].map(([node, { admin, portal }]) => viewOf(node, admin, portal));
  const [primary] = views;
  if (!primary) throw new RangeError('A deployment has a node.');
  return {
    host,
    nodes: views,
    primary,
    startSha256: views.map((node) => node.servedSha256()),
    startPem: nodes[0]?.certificates[0]?.certificate.pem ?? '',
    quirks,
    failedLogins: () => accounts.failures,
    pendingCsrs: () => deployment.csrs.map(({ friendlyName }) => friendlyName),
    trustedWithinIse: () =>
      deployment.trusted.flatMap(({ friendlyName, trustForIseAuth }) => (trustForIseAuth ? [friendlyName] : [])),
    trust: (pem, name) => void deployment.trust(pem, name, false),
    async [Symbol.asyncDispose]() {
      stopListening();
      end.abort();
      await Promise.all(all.map((port) => port[Symbol.asyncDispose]()));
    },
  };
}

function viewOf({ fqdn }: IseNode, admin: WebPort, portal: WebPort): IseSimNode {
  return {
    name: fqdn,
    adminPort: admin.number,
    portalPort: portal.number,
    servedSha256: () => admin.servedSha256,
    restarts: () => admin.restarts,
    isRestarting: () => admin.isRestarting,
  };
}
