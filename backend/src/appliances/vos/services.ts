import { AppError } from '../../domain/errors.ts';
import type { SlotId } from '../driver.ts';
import type { ReleaseRange } from './release.ts';
import { SOURCES } from './sources.ts';

/** What runs on a node: services and slots differ by it. */
export type NodeKind = 'cucm' | 'imp' | 'unity' | 'cer';

/** A place for a certificate, and what has to happen around it. */
export interface VosSlot {
  readonly id: SlotId;
  /** The name that the API and the CLI of the appliance use; case matters. */
  readonly service: string;
  readonly key: 'rsa' | 'ec';
  /** Its trust store, as the API names it: without the `-trust` of the command line. */
  readonly trust: string;
  readonly on: readonly NodeKind[];
  readonly multiServer: boolean;
  /** Where a TLS handshake shows the certificate, unless the connection says otherwise; empty where none can. */
  readonly ports: readonly number[];
  /** Phones reset when its certificate is replaced, whatever is restarted. */
  readonly resetsPhones: boolean;
  /** Functions in which the node is also a TLS client with this certificate (Cisco FN74345). */
  readonly clientUses: readonly string[];
  /** What has to be restarted until clients meet a new certificate, in order, node by node. */
  readonly restarts: readonly VosRestart[];
  readonly source: string;
}

export interface VosRestart {
  /** As `utils service list` prints it. */
  readonly service: string;
  readonly on: readonly NodeKind[];
  /** Only on the publisher. */
  readonly publisherOnly?: true;
  readonly releases?: ReleaseRange;
  /** Only where the connection says that the function is used. */
  readonly when?: 'sso' | 'intercluster';
  /** `soap`: the Control Center service may do it when there is an account for it; the command line can always. */
  readonly by: 'cli' | 'soap';
  /** After it the ports of the slot serve the new certificate. */
  readonly serves?: true;
  /** Ports that this service alone answers at: they serve the new certificate after it, not after the one that `serves`. */
  readonly ports?: readonly number[];
  readonly resetsPhones?: true;
  /** What people miss meanwhile. */
  readonly outage: string;
  /** No source gives a figure; this is a rule of thumb until the installation has its own. */
  readonly expectedSeconds: number;
  readonly source: string;
}

const EVERYWHERE: readonly NodeKind[] = ['cucm', 'imp', 'unity', 'cer'];
const CUCM: readonly NodeKind[] = ['cucm'];
const IMP: readonly NodeKind[] = ['imp'];
const SU1 = { major: 14, su: 1 };
const SU2 = { major: 14, su: 2 };

/** Never over SOAP: that service runs inside Tomcat, and refuses to stop it (SOURCES.serviceability). */
const TOMCAT: VosRestart = {
  service: 'Cisco Tomcat',
  on: EVERYWHERE,
  by: 'cli',
  serves: true,
  outage: 'about 5 minutes without web access',
  expectedSeconds: 300,
  source: SOURCES.regeneration,
};

/** Containers of their own since 14. Only the command line is documented to restart them. */
const WEB_CONTAINERS: readonly VosRestart[] = [
  {
    service: 'Cisco SSOSP Tomcat',
    on: ['cucm', 'imp', 'unity'],
    when: 'sso',
    by: 'cli',
    outage: 'no single sign-on and no new OAuth tokens',
    expectedSeconds: 60,
    source: SOURCES.regeneration,
  },
  {
    service: 'Cisco UDS Tomcat',
    on: CUCM,
    by: 'cli',
    outage: 'no directory search by Jabber',
    expectedSeconds: 60,
    source: SOURCES.uploadGuide,
  },
  {
    service: 'Cisco AXL Tomcat',
    on: CUCM,
    by: 'cli',
    outage: 'no AXL for provisioning programs',
    expectedSeconds: 60,
    source: SOURCES.uploadGuide,
  },
];

/** Keeps offering the certificate of before until it is restarted. */
const TFTP: VosRestart = {
  service: 'Cisco Tftp',
  on: CUCM,
  by: 'soap',
  ports: [6971, 6972],
  outage: 'phones that start cannot load their configuration',
  expectedSeconds: 30,
  source: SOURCES.securityGuide,
};

const INTERCLUSTER: readonly VosRestart[] = [
  ['Cisco Intercluster Lookup Service', 'no exchange of dial plans with other clusters'],
  ['Cisco Location Bandwidth Manager', 'no exchange of bandwidth with other clusters'],
  ['Cisco Extension Mobility', 'nobody can log in to or out of a phone'],
].map(([service = '', outage = '']) => ({
  service,
  on: CUCM,
  when: 'intercluster',
  by: 'soap',
  outage,
  expectedSeconds: 30,
  source: SOURCES.securityGuide,
}));

/** Backups, Disaster Recovery System: the master on the publisher, an agent on each node. */
function backups(source: string, releases?: ReleaseRange): readonly VosRestart[] {
  const common = { by: 'soap', outage: 'no backup', expectedSeconds: 30, source } as const;
  const range = releases ? { releases } : {};
  return [
    { service: 'Cisco DRF Master', on: EVERYWHERE, publisherOnly: true, ...common, ...range },
    { service: 'Cisco DRF Local', on: EVERYWHERE, ...common, ...range },
  ];
}

const CONVERSATIONS: VosRestart = {
  service: 'Connection Conversation Manager',
  on: ['unity'],
  by: 'cli',
  outage: 'voice mail answers no calls',
  expectedSeconds: 180,
  source: SOURCES.clientAuth,
};

const CALL_MANAGER: VosRestart = {
  service: 'Cisco CallManager',
  on: CUCM,
  by: 'soap',
  resetsPhones: true,
  outage: 'phones of this node register elsewhere, calls that are being set up fail',
  expectedSeconds: 300,
  source: SOURCES.securityGuide,
};

const CTI_MANAGER: VosRestart = {
  service: 'Cisco CTIManager',
  on: CUCM,
  releases: { before: SU1 },
  by: 'soap',
  outage: 'applications lose control of their phones',
  expectedSeconds: 120,
  source: SOURCES.securityGuide,
};

const HAPROXY: VosRestart = {
  service: 'Cisco HAProxy',
  on: CUCM,
  by: 'cli',
  serves: true,
  outage: 'phones that use SIP OAuth register again',
  expectedSeconds: 30,
  source: SOURCES.securityGuide,
};

/** A service of IM and Presence. */
function presence(service: string, outage: string, expectedSeconds: number, source: string): VosRestart {
  return { service, on: IMP, by: 'soap', outage, expectedSeconds, source };
}

/** The rows that exist for an RSA and an elliptic-curve key. */
function pair(slot: Omit<VosSlot, 'id' | 'service' | 'key'> & { readonly id: string }): readonly VosSlot[] {
  return [
    { ...slot, service: slot.id, key: 'rsa' },
    { ...slot, id: `${slot.id}-ECDSA`, service: `${slot.id}-ECDSA`, key: 'ec' },
  ];
}

const TOMCAT_SLOT = {
  trust: 'tomcat',
  on: EVERYWHERE,
  multiServer: true,
  ports: [443, 8443],
  resetsPhones: false,
  clientUses: ['LDAP over TLS with client certificates', 'SIP OAuth over MRA', 'Filebeat and Logstash'],
  source: SOURCES.securityGuide,
} as const;

const CALL_MANAGER_SLOT = {
  trust: 'CallManager',
  on: CUCM,
  multiServer: true,
  ports: [5061],
  resetsPhones: true,
  clientUses: ['SIP trunks with mutual TLS', 'TLS between the nodes and to other clusters'],
  source: SOURCES.securityGuide,
} as const;

/**
 * One row for each slot. CAPF, TVS and ITLRecovery are missing on purpose: a public CA cannot sign the first, and no two
 * of CallManager, TVS and ITLRecovery may change in one go, or phones trust nobody any more (SOURCES.regeneration).
 */
export const SLOTS: readonly VosSlot[] = [
  {
    ...TOMCAT_SLOT,
    id: 'tomcat',
    service: 'tomcat',
    key: 'rsa',
    restarts: [
      TOMCAT,
      ...WEB_CONTAINERS,
      TFTP,
      ...INTERCLUSTER,
      ...backups(SOURCES.securityGuide, { before: SU2 }),
      CONVERSATIONS,
    ],
  },
  {
    ...TOMCAT_SLOT,
    id: 'tomcat-ECDSA',
    service: 'tomcat-ECDSA',
    key: 'ec',
    restarts: [TOMCAT, ...WEB_CONTAINERS, TFTP, ...backups(SOURCES.securityGuide)],
  },
  {
    ...CALL_MANAGER_SLOT,
    id: 'CallManager',
    service: 'CallManager',
    key: 'rsa',
    restarts: [{ ...CALL_MANAGER, releases: { before: SU1 } }, CTI_MANAGER, { ...HAPROXY, resetsPhones: true }],
  },
  {
    ...CALL_MANAGER_SLOT,
    id: 'CallManager-ECDSA',
    service: 'CallManager-ECDSA',
    key: 'ec',
    restarts: [CALL_MANAGER, CTI_MANAGER, HAPROXY],
  },
  {
    id: 'ipsec',
    service: 'ipsec',
    key: 'rsa',
    trust: 'ipsec',
    on: EVERYWHERE,
    multiServer: false,
    ports: [],
    resetsPhones: false,
    clientUses: ['IPsec between nodes and gateways', 'backups between the nodes'],
    restarts: backups(SOURCES.regeneration),
    source: SOURCES.securityGuide,
  },
  ...pair({
    id: 'cup',
    trust: 'cup',
    on: IMP,
    multiServer: false,
    ports: [5061],
    resetsPhones: false,
    clientUses: ['SIP with CUCM and federated domains', 'calendars of Exchange and Office 365'],
    restarts: [
      { ...presence('Cisco SIP Proxy', 'no presence between phones and Jabber', 60, SOURCES.presence), serves: true },
      presence('Cisco Presence Engine', 'presence is not updated', 300, SOURCES.presence),
    ],
    source: SOURCES.presence,
  }),
  // XMPP begins in clear and changes to TLS later (RFC 6120 section 5), so a plain handshake shows nothing.
  ...pair({
    id: 'cup-xmpp',
    trust: 'cup-xmpp',
    on: IMP,
    multiServer: true,
    ports: [],
    resetsPhones: false,
    clientUses: ['XMPP between the nodes of the cluster', 'LDAP searches of XMPP clients'],
    restarts: [
      presence(
        'Cisco XCP Router',
        'no chat and no presence: every XCP service restarts',
        300,
        SOURCES.presenceRestarts,
      ),
    ],
    source: SOURCES.presence,
  }),
  ...pair({
    id: 'cup-xmpp-s2s',
    // Not `cup-xmpp-s2s`: both kinds of XMPP share one trust store.
    trust: 'cup-xmpp',
    on: IMP,
    multiServer: true,
    ports: [],
    resetsPhones: false,
    clientUses: ['XMPP federation with other domains'],
    restarts: [
      presence('Cisco XCP XMPP Federation Connection Manager', 'no chat with other domains', 60, SOURCES.presence),
    ],
    source: SOURCES.presence,
  }),
];

/** @throws AppError INVALID_SETTINGS for a slot that is not in the table, or not on such a node. */
export function vosSlot(id: SlotId, kind?: NodeKind): VosSlot {
  const known = SLOTS.filter((each) => kind === undefined || each.on.includes(kind));
  const slot = known.find((each) => each.id === id);
  if (slot) return slot;
  const names = known.map((each) => each.id).join(', ');
  throw new AppError('INVALID_SETTINGS', `"${id}" is no slot that certferry renews on this appliance (${names}).`);
}
