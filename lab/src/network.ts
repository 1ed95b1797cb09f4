import { randomBytes } from 'node:crypto';
import { type CaSim, startCaSim } from './ca-sim/index.ts';
import { type DnsSim, startDnsSim } from './dns-sim/index.ts';
import { Exchanges } from './exchanges.ts';
import { Faults } from './faults.ts';
import { startVosSim, type VosSim } from './vos-sim/index.ts';

/** The zone of the lab. Under example.com, so that nothing of it can exist. */
export const LAB_ZONE = 'lab.example.com';
export const LAB_NODE = `cucm-pub.${LAB_ZONE}`;

export interface LabOptions {
  /** Milliseconds that a restart of Tomcat takes, give or take 30 %. Default 1 500. */
  readonly restartMs?: number;
  /** Days that the certificate of the node is still valid at the start; negative: it has expired. Default 9. */
  readonly installedValidDays?: number;
  /** Zones beside that of the lab, on the same name servers. */
  readonly moreZones?: readonly string[];
  /** The CA remembers which names an account has proved. Default false. */
  readonly authorizationReuse?: boolean;
  /** kid to base64url HMAC key. When set, the CA needs an external account binding. */
  readonly eab?: Readonly<Record<string, string>>;
}

/** A simulated CUCM node, its DNS and a CA, on loopback, with one set of faults and one count of exchanges. */
export interface Lab extends AsyncDisposable {
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  readonly dns: DnsSim;
  readonly ca: CaSim;
  readonly vos: VosSim;
  /** Of the OS administrator of the node, made anew for each lab. */
  readonly user: string;
  readonly password: string;
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
      zones: [LAB_ZONE, ...(options.moreZones ?? [])].map((name) => ({ name })),
      tsig: { name: 'lab-key', algorithm: 'hmac-sha256', secret: randomBytes(32).toString('base64') },
      faults,
      exchanges,
    });
    started.push(dns);
    const ca = await startCaSim({ ...options, faults, exchanges, dnsServer: dns.resolver });
    started.push(ca);
    const user = 'administrator';
    const password = randomPassword();
    const vos = await startVosSim({ ...options, nodeName: LAB_NODE, user, password, faults, exchanges });
    started.push(vos);
    return { faults, exchanges, dns, ca, vos, user, password, [Symbol.asyncDispose]: dispose };
  } catch (err) {
    await dispose();
    throw err;
  }
}

/** With characters that break careless quoting, so that each lab proves they arrive. */
function randomPassword(): string {
  return `${randomBytes(9).toString('base64url')} "'\\$&<ü>:`;
}
