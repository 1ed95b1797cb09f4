import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { vcenter } from '../../backend/src/appliances/vcenter/index.ts';
import type { PluginDeps } from '../../backend/src/plugins/plugin.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import { Exchanges } from '../../lab/src/exchanges.ts';
import { Faults } from '../../lab/src/faults.ts';
import { startVcenterSim, type VcenterSim, type VcenterSimOptions } from '../../lab/src/vcenter-sim/index.ts';
import { type ApplianceUnderTest, PRINTABLE } from './appliance-driver.ts';
import { privateCa, vosDeps } from './appliance-driver-vos.ts';

export const VCENTER_NAMES = ['vcenter.lab.example.com'] as const;
const USER = 'certferry@vsphere.local';
const PASSWORD = PRINTABLE;
const WRONG = 'another password';

export interface VcenterUnderTest extends ApplianceUnderTest {
  readonly sim: VcenterSim;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  driverWith(settings: object, deps?: PluginDeps): ApplianceDriver;
}

const never = new AbortController().signal;

export async function vcenterUnderTest(options: Partial<VcenterSimOptions> = {}): Promise<VcenterUnderTest> {
  const [faults, exchanges] = [new Faults(), new Exchanges()];
  const sim = await startVcenterSim({
    name: VCENTER_NAMES[0],
    user: USER,
    password: PASSWORD,
    restartMs: 100,
    faults,
    exchanges,
    ...options,
  });
  const ca = await privateCa(VCENTER_NAMES);
  const { rootPem } = await ca.issueForStranger();
  const driverWith = (settings: object, deps = vosDeps) =>
    vcenter.create(
      vcenter.settings.parse({
        host: sim.host,
        serverName: sim.name,
        apiPort: sim.httpsPort,
        servedPorts: [sim.httpsPort],
        user: USER,
        password: PASSWORD,
        trust: 'bundle',
        caBundle: `${sim.startPem}${rootPem}`,
        apiTimeoutSeconds: 5,
        settleSeconds: 5,
        settlePollSeconds: 1,
        ...settings,
      }),
      deps,
    );
  return {
    ...ca,
    sim,
    faults,
    exchanges,
    driverWith,
    driver: driverWith({}),
    slot: 'machine-ssl',
    dnsNames: VCENTER_NAMES,
    denied: { driver: driverWith({ password: WRONG }), password: WRONG, accepted: PASSWORD },
    absent: driverWith({ apiPort: 1, servedPorts: [1] }),
    served: async (endpoint) => (await createTlsDialer().served(endpoint, never)).sha256,
    [Symbol.asyncDispose]: () => sim[Symbol.asyncDispose](),
  };
}
