import type { TomcatState } from './tomcat.ts';

const STARTED = [
  'Cisco AMC Service',
  'Cisco AXL Tomcat',
  'Cisco Audit Event Service',
  'Cisco CAR Scheduler',
  'Cisco CDP',
  'Cisco CDP Agent',
  'Cisco CDR Agent',
  'Cisco CDR Repository Manager',
  'Cisco CTIManager',
  'Cisco CallManager',
  'Cisco CallManager Serviceability',
  'Cisco Certificate Authority Proxy Function',
  'Cisco Certificate Expiry Monitor',
  'Cisco DRF Local',
  'Cisco DRF Master',
  'Cisco Database Layer Monitor',
  'Cisco Extension Mobility',
  'Cisco HAProxy',
  'Cisco Intercluster Lookup Service',
  'Cisco Location Bandwidth Manager',
  'Cisco Log Partition Monitoring Tool',
  'Cisco Platform Administrative Web Service',
  'Cisco RIS Data Collector',
  'Cisco SSOSP Tomcat',
  'Cisco Tftp',
  'Cisco Trust Verification Service',
  'Cisco UDS Tomcat',
] as const;

/** What `utils service restart` takes. */
export const ACTIVATED_SERVICES: readonly string[] = [...STARTED, 'Cisco Tomcat'];

/** The body of `utils service list`; longer than the 24 lines of a plain terminal. */
export function serviceLines(tomcat: TomcatState): string[] {
  return [
    'System SSH [STARTED]',
    'Cluster Manager [STARTED]',
    'Service Manager is running',
    'Getting list of all services',
    '>> Return code = 0',
    ...STARTED.map((name) => `${name}[STARTED]`),
    `Cisco Tomcat[${tomcat}]`,
    'Cisco Platform Manager Service[STOPPED]  Component is not running',
    'Cisco HCS UC Monitor Service[STOPPED]  Service Not Activated',
    'Cisco Prime LM Resource API[STOPPED]  Commanded Out of Service',
    'Primary Node =true',
  ];
}
