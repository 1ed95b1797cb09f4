import { catalystCenter } from '../../backend/src/appliances/catalyst-center/index.ts';
import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import type { PluginDeps } from '../../backend/src/plugins/plugin.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import { type CatalystSim, type CatalystSimOptions, startCatalystSim } from '../../lab/src/catalyst-sim/index.ts';
import { Exchanges } from '../../lab/src/exchanges.ts';
import { Faults } from '../../lab/src/faults.ts';
import { type ApplianceUnderTest, PRINTABLE } from './appliance-driver.ts';
import { privateCa, vosDeps } from './appliance-driver-vos.ts';

export const CATALYST_NAMES = ['catalyst.lab.example.com'] as const;
const USER = 'certferry';
const PASSWORD = PRINTABLE;
const WRONG = 'another password';

export interface CatalystUnderTest extends ApplianceUnderTest {
  readonly sim: CatalystSim;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  driverWith(settings: object, deps?: PluginDeps): ApplianceDriver;
}

const never = new AbortController().signal;

export async function catalystUnderTest(options: Partial<CatalystSimOptions> = {}): Promise<CatalystUnderTest> {
  const [faults, exchanges] = [new Faults(), new Exchanges()];
  const sim = await startCatalystSim({
    name: CATALYST_NAMES[0],
    user: USER,
    password: PASSWORD,
    restartMs: 100,
    faults,
    exchanges,
    ...options,
  });
  const ca = await privateCa(CATALYST_NAMES);
  const { rootPem } = await ca.issueForStranger();
  const driverWith = (settings: object, deps = vosDeps) =>
    catalystCenter.create(
      catalystCenter.settings.parse({
        host: sim.host,
        serverName: sim.name,
        apiPort: sim.httpsPort,
        servedPorts: [sim.httpsPort],
        user: USER,
        password: PASSWORD,
        trust: 'bundle',
        caBundle: `${sim.startPem}${rootPem}`,
        apiTimeoutSeconds: 5,
        taskPollSeconds: 1,
        settleSeconds: 5,
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
    slot: 'server',
    dnsNames: CATALYST_NAMES,
    denied: { driver: driverWith({ password: WRONG }), password: WRONG, accepted: PASSWORD },
    absent: driverWith({ apiPort: 1, servedPorts: [1] }),
    served: async (endpoint) => (await createTlsDialer().served(endpoint, never)).sha256,
    [Symbol.asyncDispose]: () => sim[Symbol.asyncDispose](),
  };
}
