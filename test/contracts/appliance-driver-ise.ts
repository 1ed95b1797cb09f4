import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { ise } from '../../backend/src/appliances/ise/index.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import { Exchanges } from '../../lab/src/exchanges.ts';
import { Faults } from '../../lab/src/faults.ts';
import { type IseSim, type IseSimOptions, startIseSim } from '../../lab/src/ise-sim/index.ts';
import { KeyStock } from '../../lab/src/vos-sim/keys.ts';
import { type ApplianceUnderTest, PRINTABLE } from './appliance-driver.ts';
import { privateCa, vosDeps } from './appliance-driver-vos.ts';

export const ISE_NAMES = ['ise1.lab.example.com', 'ise.lab.example.com'] as const;
const USER = 'certferry';
const PASSWORD = PRINTABLE;
const WRONG = 'another password';

export interface IseUnderTest extends ApplianceUnderTest {
  readonly sim: IseSim;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  driverWith(settings: object): ApplianceDriver;
}

const never = new AbortController().signal;
const keys = new KeyStock();

export async function iseUnderTest(options: Partial<IseSimOptions> = {}, slot = 'ise-admin'): Promise<IseUnderTest> {
  const [faults, exchanges] = [new Faults(), new Exchanges()];
  const sim = await startIseSim({
    nodes: ['ise1.lab.example.com', 'ise2.lab.example.com'],
    user: USER,
    password: PASSWORD,
    restartMs: 150,
    newKeys: keys.maker(),
    faults,
    exchanges,
    ...options,
  });
  const ca = await privateCa(ISE_NAMES);
  const driverWith = (settings: object) => driverOf(sim, settings);
  return {
    ...ca,
    sim,
    faults,
    exchanges,
    driverWith,
    driver: driverWith({}),
    slot,
    dnsNames: ISE_NAMES,
    denied: { driver: driverWith({ password: WRONG }), password: WRONG, accepted: PASSWORD },
    absent: driverWith({ apiPort: 1 }),
    served: async (endpoint) => (await createTlsDialer().served(endpoint, never)).sha256,
    [Symbol.asyncDispose]: () => sim[Symbol.asyncDispose](),
  };
}

/** Both the certificate of the start and the one to come are believed, as after a hand-over in a renewal. */
function driverOf({ host, primary, startSha256 }: IseSim, settings: object): ApplianceDriver {
  const parsed = ise.settings.parse({
    host,
    serverName: primary.name,
    apiPort: primary.adminPort,
    servedPorts: [primary.adminPort],
    user: USER,
    password: PASSWORD,
    trust: 'pin',
    pinnedSha256: startSha256,
    apiTimeoutSeconds: 20,
    bindTimeoutSeconds: 5,
    pauseSeconds: 0,
    ...settings,
  });
  return ise.create(parsed, vosDeps);
}
