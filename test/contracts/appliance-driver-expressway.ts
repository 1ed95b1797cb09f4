import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { expressway } from '../../backend/src/appliances/expressway/index.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import { Exchanges } from '../../lab/src/exchanges.ts';
import {
  type ExpresswaySim,
  type ExpresswaySimOptions,
  startExpresswaySim,
} from '../../lab/src/expressway-sim/index.ts';
import { Faults } from '../../lab/src/faults.ts';
import { KeyStock } from '../../lab/src/vos-sim/keys.ts';
import { type ApplianceUnderTest, PRINTABLE } from './appliance-driver.ts';
import { privateCa, vosDeps } from './appliance-driver-vos.ts';

export const EXPRESSWAY_NAMES = ['expe.lab.example.com', 'join.lab.example.com'] as const;
const USER = 'certferry';
const PASSWORD = PRINTABLE;
const WRONG = 'another password';

export interface ExpresswayUnderTest extends ApplianceUnderTest {
  readonly sim: ExpresswaySim;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  driverWith(settings: object): ApplianceDriver;
}

const never = new AbortController().signal;
const keys = new KeyStock();

export async function expresswayUnderTest(options: Partial<ExpresswaySimOptions> = {}): Promise<ExpresswayUnderTest> {
  const [faults, exchanges] = [new Faults(), new Exchanges()];
  const sim = await startExpresswaySim({
    name: EXPRESSWAY_NAMES[0],
    user: USER,
    password: PASSWORD,
    restartMs: 100,
    newKeys: keys.maker(),
    faults,
    exchanges,
    ...options,
  });
  const ca = await privateCa(EXPRESSWAY_NAMES);
  const { rootPem } = await ca.issueForStranger();
  const trusted = { trust: 'bundle', caBundle: `${sim.startPem}${rootPem}` };
  const driverWith = (settings: object) => driverOf(sim, { ...trusted, ...settings });
  return {
    ...ca,
    sim,
    faults,
    exchanges,
    driverWith,
    driver: driverWith({}),
    slot: 'server',
    dnsNames: EXPRESSWAY_NAMES,
    denied: { driver: driverWith({ password: WRONG }), password: WRONG, accepted: PASSWORD },
    absent: driverWith({ apiPort: 1, sshPort: 1 }),
    replaceRequest: () => sim.replaceCsr(EXPRESSWAY_NAMES),
    served: async (endpoint) => (await createTlsDialer().served(endpoint, never)).sha256,
    [Symbol.asyncDispose]: () => sim[Symbol.asyncDispose](),
  };
}

function driverOf({ host, name, httpsPort, sshPort, sshHostKey }: ExpresswaySim, settings: object) {
  const parsed = expressway.settings.parse({
    host,
    serverName: name,
    apiPort: httpsPort,
    servedPorts: [httpsPort],
    sshPort,
    sshHostKeys: [sshHostKey],
    user: USER,
    password: PASSWORD,
    apiTimeoutSeconds: 20,
    restartSettleSeconds: 0,
    pauseSeconds: 0,
    country: 'DE',
    province: 'Berlin',
    locality: 'Berlin',
    organization: 'Example',
    keyLength: '2048',
    acmeOff: true,
    ...settings,
  });
  return expressway.create(parsed, vosDeps);
}
