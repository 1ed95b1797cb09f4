import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { vos } from '../../backend/src/appliances/vos/index.ts';
import type { CertificateChain } from '../../backend/src/domain/certificate.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import type { PluginDeps } from '../../backend/src/plugins/plugin.ts';
import { createSshDialer } from '../../backend/src/plugins/ssh2-dialer.ts';
import { makeCertificate, signRequest } from '../../backend/src/plugins/testing/certificates.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';
import { Exchanges } from '../../lab/src/exchanges.ts';
import { Faults } from '../../lab/src/faults.ts';
import { KeyStock, startVosSim, type VosSim, type VosSimOptions } from '../../lab/src/vos-sim/index.ts';
import { type ApplianceUnderTest, PRINTABLE } from './appliance-driver.ts';

const NODE = 'cucm-pub.lab.example.com';
export const VOS_NAMES = [NODE, 'voice.lab.example.com'] as const;
const USER = 'certferry';
const PASSWORD = PRINTABLE;
const WRONG = 'certainly-the-wrong-password';
const never = new AbortController().signal;

/** For all nodes that the tests of a file start. */
export const keys = new KeyStock();

export interface VosUnderTest extends ApplianceUnderTest {
  readonly denied: NonNullable<ApplianceUnderTest['denied']>;
  readonly sim: VosSim;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  /** The same node with other settings. */
  driverWith(settings: object): ApplianceDriver;
}

/** A simulated CUCM node, the driver for it, and a CA with an intermediate. */
export async function vosUnderTest(options: Partial<VosSimOptions> = {}): Promise<VosUnderTest> {
  const faults = new Faults();
  const exchanges = new Exchanges();
  const sim = await startVosSim({
    nodeName: NODE,
    user: USER,
    password: PASSWORD,
    readOnlyUser: { user: 'reader', password: 'look' },
    restartMs: 100,
    newKeys: keys.maker(),
    faults,
    exchanges,
    ...options,
  });
  const driverWith = (settings: object) => driverOf(sim, settings);
  return {
    sim,
    faults,
    exchanges,
    driverWith,
    driver: driverWith({}),
    slot: 'tomcat',
    dnsNames: VOS_NAMES,
    denied: { driver: driverWith({ password: WRONG }), password: WRONG, accepted: PASSWORD },
    absent: driverWith({ apiPort: 1, sshPort: 1 }),
    ...(await privateCa(VOS_NAMES)),
    served: async (endpoint) => (await createTlsDialer().served(endpoint, never)).sha256,
    [Symbol.asyncDispose]: () => sim[Symbol.asyncDispose](),
  };
}

function driverOf(sim: VosSim, settings: object): ApplianceDriver {
  return vos.create(
    vos.settings.parse({
      host: sim.host,
      user: USER,
      password: PASSWORD,
      trust: 'pin',
      pinnedSha256: [sim.certificateSha256],
      apiPort: sim.httpsPort,
      servedPorts: [sim.httpsPort, sim.tomcatPort2],
      sshPort: sim.sshPort,
      sshHostKeys: [sim.sshHostKey],
      apiTimeoutSeconds: 10,
      ...settings,
    }),
    vosDeps,
  );
}

export const vosDeps: PluginDeps = {
  http: createHttpFactory(),
  ssh: createSshDialer({ settleMs: 50 }),
  clock: systemClock,
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
};

/** A CA with an intermediate; `dnsNames` are those of a certificate that nobody asked for. */
export async function privateCa(dnsNames: readonly [string, ...string[]]) {
  const root = await makeCertificate({ commonName: 'Lab Root', isCa: true });
  const intermediate = await makeCertificate({ commonName: 'Lab Intermediate', isCa: true, issuer: root });
  const chain = (leafPem: string): CertificateChain => ({
    leafPem,
    intermediatesPem: [intermediate.certPem],
    rootPem: root.certPem,
  });
  return {
    issue: async (csrPem: string) => chain(await signRequest(csrPem, intermediate)),
    issueForStranger: async () =>
      chain((await makeCertificate({ commonName: dnsNames[0], dnsNames, issuer: intermediate })).certPem),
  };
}
