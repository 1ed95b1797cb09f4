import type { DomainEvent } from '../../backend/src/store/events.ts';
import type { Digester, RenewalDigest, WatchDigest } from '../../backend/src/store/overview.ts';
import type { Connection, NewConnection, NewRenewal, Store } from '../../backend/src/store/store.ts';

/** Gives the store of the running test. */
export type Get = () => Store;

/** A connection with nothing special about it. */
export function aConnection(): NewConnection &
  Pick<Connection, 'incomplete' | 'secondIssuer' | 'secondChain' | 'challenge' | 'http'> {
  return {
    name: 'Call manager',
    appliance: { plugin: 'vos', settings: { host: 'cucm.example.com', port: 8443 }, credential: 'cucm' },
    slot: 'tomcat',
    dnsNames: ['cucm.example.com', 'cucm-sub1.example.com'],
    issuer: { plugin: 'acme', settings: { directory: 'https://ca.example.com/dir', eab: null }, credential: null },
    secondIssuer: { plugin: 'acme', settings: { directory: 'https://other.example.net/dir' }, credential: null },
    secondChain: 'PEM',
    dns: { plugin: 'rfc2136', settings: { servers: ['192.0.2.1:53'] }, credential: 'tsig' },
    dnsRules: [{ suffix: 'acme.example.net', use: { plugin: 'manual', settings: {}, credential: null } }],
    challenge: 'dns-01',
    http: { plugin: 'webroot', settings: { folder: '/srv/www' }, credential: null },
    policy: {
      automatic: true,
      daysBefore: 30,
      activation: 'ask',
      propagation: null,
      propagationPatienceSeconds: null,
      verifyPatienceSeconds: null,
      keyKind: null,
      reuseKey: false,
      fallback: false,
      renewalCalendar: null,
      restartCalendar: null,
      emergency: null,
    },
    incomplete: [],
  };
}

export function aRenewal(id: string, connectionId: number): NewRenewal {
  return { id, connectionId, state: { value: 'inspect' }, machineVersion: 1, facts: {} };
}

/** An event that is told from others by its `data`. */
export function noted(data: number, renewalId = 'r1'): DomainEvent {
  return { type: 'step.noted', renewalId, step: 'order', message: 'noted', data };
}

/** Something that one part of a test waits for and another gives. */
export function signal(): { readonly given: Promise<void>; give(): void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

const BEGUN: RenewalDigest = {
  state: 'inspect.running',
  note: null,
  resumeAt: null,
  planned: false,
  committed: false,
  oldStillServed: null,
  served: false,
  wanted: null,
  seen: null,
};

const UNSEEN: WatchDigest = {
  lookedAt: null,
  seen: null,
  dueFrom: null,
  next: null,
  deviation: null,
  unreachable: null,
  asks: null,
};

/** Reads what a test has written: the fact `digest` of a renewal, and the key `digest` of what a watch remembers. */
export const writtenDigester: Digester = {
  connection: ({ appliance: { plugin } }) => ({ product: plugin, address: null, kept: plugin === 'download' }),
  practice: () => false,
  renewal: ({ facts }) => ({ ...BEGUN, ...(facts.digest as Partial<RenewalDigest> | undefined) }),
  watch: ({ memory }) => {
    const { digest } = memory as { readonly digest?: Partial<WatchDigest> };
    return digest ? { ...UNSEEN, ...digest } : null;
  },
  certificate: () => null,
};
