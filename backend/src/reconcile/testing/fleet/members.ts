import type { CertificateFacts } from '../../../domain/certificate.ts';
import type { Connection, NewConnection, RenewalPolicy } from '../../../store/store.ts';
import type { Chance } from './chance.ts';
import type { MemberFaults } from './faults.ts';

/** How a kind of appliance behaves after an upload. */
interface Product {
  readonly title: string;
  readonly nodes: readonly number[];
  /** Of one node; 0: it serves what was uploaded at once. */
  readonly restartMinutes: number;
}

const PRODUCTS: readonly Product[] = [
  { title: 'call control, a service restart for each node', nodes: [1, 2, 3, 5], restartMinutes: 8 },
  { title: 'edge, restarted as a whole', nodes: [1, 2], restartMinutes: 20 },
  { title: 'policy server, restarted by the upload', nodes: [1, 2], restartMinutes: 15 },
  { title: 'gateway, serves at once', nodes: [1], restartMinutes: 0 },
];

interface Plan {
  readonly ca: 'public' | 'company';
  readonly profile: string | null;
  readonly lifeDays: number;
  /** Of a fleet of one. */
  readonly share: number;
}

const PLANS: readonly Plan[] = [
  { ca: 'public', profile: null, lifeDays: 90, share: 0.6 },
  { ca: 'company', profile: 'year', lifeDays: 200, share: 0.16 },
  { ca: 'company', profile: null, lifeDays: 47, share: 0.14 },
  { ca: 'public', profile: 'shortlived', lifeDays: 6, share: 0.1 },
];

const HOSTS = { public: 'acme-v02.api.letsencrypt.org', company: 'acme.company.example' } as const;

/** One of them has a part of the fleet that is more than a CA allows in a week. */
const DOMAINS = ['example.com', 'example.net', 'example.org', 'example.co.uk', 'voice.example', 'example.edu'];

export interface MemberPlan extends Plan {
  readonly product: Product;
  readonly dnsNames: readonly string[];
  readonly issuerKey: string;
  readonly nodes: number;
}

export interface FleetNode {
  readonly name: string;
  served: CertificateFacts;
  /** What was there before it. */
  earlier: CertificateFacts | null;
}

export interface Member {
  readonly plan: MemberPlan;
  connection: Connection;
  readonly nodes: readonly FleetNode[];
  readonly faults: MemberFaults;
  /** Uploaded, whatever is served. */
  installed: CertificateFacts | null;
  /** Since when only a person can help, in milliseconds since 1970; null: nobody is needed. */
  waitsForPersonSince: number | null;
  /** A person was needed during the life of what is served. */
  neededPerson: boolean;
}

export function planOf(index: number, size: number, chance: Chance): MemberPlan {
  const at = (index + 0.5) / size;
  let share = 0;
  const plan = PLANS.find((one) => {
    share += one.share;
    return at < share;
  });
  if (!plan) throw new Error('The shares do not make a whole.');
  const product = chance.pick(PRODUCTS);
  const domain = chance.happens(0.3) ? 'example.com' : chance.pick(DOMAINS);
  const account = index % 3;
  return {
    ...plan,
    product,
    nodes: chance.pick(product.nodes),
    dnsNames: [`host${index}.${domain}`],
    issuerKey: `acme:${HOSTS[plan.ca]}:${account}`,
  };
}

/** Who has short lives has no windows: none is often enough. */
export function policyOf({ lifeDays }: MemberPlan, chance: Chance): RenewalPolicy {
  const isLong = lifeDays > 10;
  return {
    automatic: true,
    daysBefore: isLong && chance.happens(0.1) ? Math.round(lifeDays / 3) : null,
    activation: 'automatic',
    propagation: null,
    propagationPatienceSeconds: null,
    verifyPatienceSeconds: null,
    keyKind: null,
    reuseKey: false,
    fallback: false,
    renewalCalendar: isLong && chance.happens(0.3) ? chance.pick([1, 2, 3]) : null,
    restartCalendar: isLong && chance.happens(0.5) ? chance.pick([1, 2, 3]) : null,
    emergency: isLong ? { daysLeft: 7, mode: 'automatic' } : null,
  };
}

export function connectionOf({ dnsNames }: MemberPlan, policy: RenewalPolicy): NewConnection {
  const nothing = { plugin: 'none', settings: {}, credential: null };
  const [name = ''] = dnsNames;
  return { name, appliance: nothing, slot: 'tomcat', dnsNames, issuer: nothing, dns: nothing, dnsRules: [], policy };
}
