import type { Product, SlotName } from './slots.ts';

export type Role = 'publisher' | 'subscriber' | 'imp';

export type ServiceState = 'STOPPING' | 'STARTING' | 'STARTED';

/** A service of the node, as `utils service list` prints it. */
export interface Service {
  readonly name: string;
  /** The slots whose certificates it reads when it starts. */
  readonly uses: readonly SlotName[];
  /** What is restarted along with it. */
  readonly takesAlong: readonly string[];
}

export const TOMCAT = 'Cisco Tomcat';

const WEB: readonly SlotName[] = ['tomcat', 'tomcat-ECDSA'];

/**
 * Which service has to be restarted until a new certificate is the one in use.
 *
 * @see https://www.cisco.com/c/en/us/td/docs/voice_ip_comm/cucm/security/14SU2/cucm_b_security-guide-14su2/cucm_m_certificates.html
 */
const USES: Readonly<Record<string, readonly SlotName[]>> = {
  [TOMCAT]: WEB,
  'Cisco AXL Tomcat': WEB,
  'Cisco UDS Tomcat': WEB,
  'Cisco SSOSP Tomcat': WEB,
  'Cisco Tftp': WEB,
  'Cisco Extension Mobility': ['tomcat'],
  'Cisco Intercluster Lookup Service': ['tomcat'],
  'Cisco Location Bandwidth Manager': ['tomcat'],
  'Cisco DRF Local': ['tomcat-ECDSA', 'ipsec'],
  'Cisco DRF Master': ['tomcat-ECDSA', 'ipsec'],
  'Cisco HAProxy': ['CallManager', 'CallManager-ECDSA'],
  'Cisco CallManager': ['CallManager-ECDSA'],
  'Cisco SIP Proxy': ['cup', 'cup-ECDSA'],
  'Cisco Presence Engine': ['cup', 'cup-ECDSA'],
  'Cisco XCP Connection Manager': ['cup-xmpp', 'cup-xmpp-ECDSA'],
  'Cisco XCP XMPP Federation Connection Manager': ['cup-xmpp-s2s', 'cup-xmpp-s2s-ECDSA'],
};

const ON_BOTH = [
  'Cisco AMC Service',
  'Cisco Audit Event Service',
  'Cisco CDP',
  'Cisco CDP Agent',
  'Cisco Certificate Expiry Monitor',
  'Cisco DRF Local',
  'Cisco Database Layer Monitor',
  'Cisco Log Partition Monitoring Tool',
  'Cisco Platform Administrative Web Service',
  'Cisco RIS Data Collector',
  'Cisco SSOSP Tomcat',
];

const ON_CUCM = [
  'Cisco AXL Tomcat',
  'Cisco CAR Scheduler',
  'Cisco CDR Agent',
  'Cisco CDR Repository Manager',
  'Cisco CTIManager',
  'Cisco CallManager',
  'Cisco CallManager Serviceability',
  'Cisco Certificate Authority Proxy Function',
  'Cisco Extension Mobility',
  'Cisco HAProxy',
  'Cisco Intercluster Lookup Service',
  'Cisco Location Bandwidth Manager',
  'Cisco Tftp',
  'Cisco Trust Verification Service',
  'Cisco UDS Tomcat',
];

/** A restart of the router restarts these: "IM and Presence automatically restarts all active XCP services". */
const OF_XCP_ROUTER = [
  'Cisco XCP Authentication Service',
  'Cisco XCP Connection Manager',
  'Cisco XCP Text Conference Manager',
  'Cisco XCP XMPP Federation Connection Manager',
];

const ON_IMP = [
  'Cisco Config Agent',
  'Cisco IM and Presence Data Monitor',
  'Cisco Intercluster Sync Agent',
  'Cisco Presence Engine',
  'Cisco SIP Proxy',
  'Cisco Sync Agent',
  'Cisco XCP Router',
  ...OF_XCP_ROUTER,
];

/** What `utils service restart` takes on such a node, Tomcat last. */
export function servicesOf(role: Role): readonly Service[] {
  const own = role === 'imp' ? ON_IMP : ON_CUCM;
  const onlyPublisher = role === 'publisher' ? ['Cisco DRF Master'] : [];
  return [...[...ON_BOTH, ...own, ...onlyPublisher].sort(), TOMCAT].map((name) => ({
    name,
    uses: USES[name] ?? [],
    takesAlong: name === 'Cisco XCP Router' ? OF_XCP_ROUTER : [],
  }));
}

export function productOf(role: Role): Product {
  return role === 'imp' ? 'imp' : 'cucm';
}

/** The services that are there and do not run, with the reason that the CLI gives. */
export const STOPPED_SERVICES: Readonly<Record<string, string>> = {
  'Cisco Platform Manager Service': 'Component is not running',
  'Cisco HCS UC Monitor Service': 'Service Not Activated',
  'Cisco Prime LM Resource API': 'Commanded Out of Service',
};

/** The body of `utils service list`; longer than the 24 lines of a plain terminal. */
export function serviceLines(role: Role, stateOf: (service: string) => ServiceState): string[] {
  return [
    'System SSH [STARTED]',
    'Cluster Manager [STARTED]',
    'Service Manager is running',
    'Getting list of all services',
    '>> Return code = 0',
    ...servicesOf(role).map(({ name }) => `${name}[${stateOf(name)}]`),
    ...Object.entries(STOPPED_SERVICES).map(([name, reason]) => `${name}[STOPPED]  ${reason}`),
    `Primary Node =${role === 'publisher'}`,
  ];
}
