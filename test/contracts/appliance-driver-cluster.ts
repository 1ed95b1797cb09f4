import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { vos } from '../../backend/src/appliances/vos/index.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import type { Clock } from '../../backend/src/plugins/plugin.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import { Exchanges } from '../../lab/src/exchanges.ts';
import { Faults } from '../../lab/src/faults.ts';
import { startVosCluster, type VosCluster, type VosClusterOptions, type VosSim } from '../../lab/src/vos-sim/index.ts';
import { type ApplianceUnderTest, PRINTABLE } from './appliance-driver.ts';
import { keys, privateCa, vosDeps } from './appliance-driver-vos.ts';

const PUBLISHER = 'cucm-pub.lab.example.com';
const SUBSCRIBER = 'cucm-sub1.lab.example.com';
const PRESENCE = 'imp.lab.example.com';
const NAMES = [PUBLISHER, SUBSCRIBER, PRESENCE] as const;
const PASSWORD = PRINTABLE;
const WRONG = 'certainly-the-wrong-password';
/** The application user of the Control Center service. */
export const AXL = { axlUser: 'axl', axlPassword: 'an application password' };
const never = new AbortController().signal;

export interface ClusterUnderTest extends ApplianceUnderTest {
  readonly cluster: VosCluster;
  /** The same cluster with other settings. */
  driverWith(settings: object): ApplianceDriver;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
}

/** A publisher, a subscriber and an IM and Presence node that are to share a tomcat certificate. */
export async function clusterUnderTest(options: Partial<VosClusterOptions> = {}): Promise<ClusterUnderTest> {
  const faults = new Faults();
  const exchanges = new Exchanges();
  const cluster = await startVosCluster({
    publisher: PUBLISHER,
    subscribers: [SUBSCRIBER],
    imp: [PRESENCE],
    user: 'certferry',
    password: PASSWORD,
    ...AXL,
    restartMs: 100,
    newKeys: keys.maker(),
    faults,
    exchanges,
    ...options,
  });
  const driverWith = (settings: object) => driverOf(cluster, settings);
  return {
    cluster,
    faults,
    exchanges,
    driverWith,
    driver: driverWith({}),
    slot: 'tomcat',
    beginsShared: false,
    dnsNames: NAMES,
    denied: { driver: driverWith({ password: WRONG }), password: WRONG, accepted: PASSWORD },
    absent: driverWith({ apiPort: 1, sshPort: 1 }),
    ...(await privateCa(NAMES)),
    served: async (endpoint) => (await createTlsDialer().served(endpoint, never)).sha256,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

function driverOf({ publisher, nodes }: VosCluster, settings: object): ApplianceDriver {
  return vos.create(
    vos.settings.parse({
      ...addressOf(publisher),
      user: 'certferry',
      password: PASSWORD,
      trust: 'pin',
      pinnedSha256: nodes.map(({ certificateSha256 }) => certificateSha256),
      distribution: 'multi-server',
      nodes: nodes
        .filter((node) => node !== publisher)
        .map((node) => ({ ...addressOf(node), role: node.role === 'imp' ? 'imp' : 'subscriber' })),
      apiTimeoutSeconds: 10,
      ...settings,
    }),
    { ...vosDeps, clock: hurried },
  );
}

function addressOf(node: VosSim) {
  return {
    host: node.host,
    serverName: node.nodeName,
    apiPort: node.httpsPort,
    axlPort: node.tomcatPort2,
    servedPorts: [node.httpsPort, node.tomcatPort2],
    sshPort: node.sshPort,
    sshHostKeys: [node.sshHostKey],
  };
}

/** Waits a tenth of the time. */
const hurried: Clock = {
  now: () => systemClock.now(),
  sleepUntil: (instant, signal) => {
    const now = systemClock.now().getTime();
    return systemClock.sleepUntil(new Date(now + (instant.getTime() - now) / 10), signal);
  },
};
