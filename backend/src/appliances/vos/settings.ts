import { z } from 'zod';
import type { FieldMeta } from '../../plugins/fields.ts';
import { choice, flag, integer, list, port, secret, text } from '../../plugins/fields.ts';
import { trustFields } from '../../plugins/trust.ts';
import { address, ports } from '../_boxes/host-fields.ts';

export const PRODUCTS = {
  cucm: 'Cisco Unified Communications Manager',
  imp: 'Cisco IM and Presence Service',
  cuc: 'Cisco Unity Connection',
  cer: 'Cisco Emergency Responder',
} as const;

const SERVED_PORTS = 'Where clients meet the certificate; each is looked at after the restart. When left out: those of';

/** One of the other nodes of a cluster. */
const nodeSettings = z.strictObject({
  host: address({ title: 'Address', example: 'cucm-sub1.example.com', private: true }),
  serverName: text({
    title: 'Server name',
    help: 'The name in the certificate, when the address is an IP address.',
    private: true,
  }).optional(),
  role: choice(['subscriber', 'imp', 'unity'], {
    title: 'Role',
    choices: {
      subscriber: 'Subscriber: the same product as the publisher',
      imp: 'IM and Presence',
      unity: 'Unity Connection',
    },
  }).default('subscriber'),
  sshHostKeys: list({
    title: 'SSH host keys',
    help: 'Of this node, as OpenSSH prints them.',
    example: 'SHA256:…',
  }).default([]),
  servedPorts: ports({ title: 'Served ports', help: `${SERVED_PORTS} the publisher.` }).optional(),
  apiPort: port({ title: 'API port', advanced: true }).default(443),
  sshPort: port({ title: 'SSH port', advanced: true }).default(22),
  axlPort: port({ title: 'SOAP port', advanced: true }).default(8443),
});

export const vosSettings = z.object({
  host: address({
    title: 'Address',
    help: 'Name or IP address of this very node: the API of a node answers for that node alone. For a multi-server certificate: the publisher.',
    example: 'cucm-pub.example.com',
    private: true,
  }),
  product: choice(['cucm', 'imp', 'cuc', 'cer'], {
    title: 'Product',
    choices: {
      cucm: 'Communications Manager',
      imp: 'IM and Presence',
      cuc: 'Unity Connection',
      cer: 'Emergency Responder',
    },
  }).default('cucm'),
  user: text({
    title: 'Platform user',
    help: 'An OS administrator (`set account name` on the command line) with privilege 1. Not a user of the application.',
    private: true,
  }),
  password: secret({ title: 'Password' }),
  ...trustFields,
  serverName: text({
    title: 'Server name',
    help: 'The name in the certificate, when the address is an IP address.',
    private: true,
  }).optional(),
  sshHostKeys: list({
    title: 'SSH host keys',
    help: 'SHA-256 fingerprints as OpenSSH prints them. Without one certferry does not log in and cannot restart the service; the check shows the key it sees.',
    example: 'SHA256:…',
  }).default([]),
  servedPorts: ports({
    title: 'Served ports',
    help: `${SERVED_PORTS} the slot, which are 443 and 8443 for tomcat.`,
  }).optional(),
  distribution: choice(['this-server', 'multi-server'], {
    title: 'Distribution',
    choices: {
      'this-server': 'A certificate for this node alone',
      'multi-server': 'One certificate for all nodes of the cluster, made on the publisher',
    },
  }).default('this-server'),
  nodes: z
    .array(nodeSettings)
    .meta({
      title: 'Other nodes',
      help: 'For a multi-server certificate: every node of the cluster but the publisher. Pinned certificates of all nodes stand in one list.',
      onlyWith: { distribution: 'multi-server' },
    } satisfies FieldMeta)
    .default([]),
  publisher: address({
    title: 'Publisher',
    help: 'Address of the publisher when this node is another one, written as in the connection to the publisher: nodes of one cluster are never restarted at the same time.',
    example: 'cucm-pub.example.com',
    private: true,
  }).optional(),
  nodeCredentials: secret({
    title: 'Accounts of nodes',
    help: 'For nodes whose platform account differs: a line with address, user and password for each. The password goes on to the end of the line.',
  }).optional(),
  sso: flag({
    title: 'Single sign-on or OAuth',
    help: 'SAML SSO or OAuth is in use: Cisco SSOSP Tomcat is restarted too.',
  }).default(false),
  intercluster: flag({
    title: 'Services between clusters',
    help: 'Dial plans (ILS), bandwidth or extension mobility are shared with other clusters over TLS: these services are restarted too.',
  }).default(false),
  axlUser: text({
    title: 'Serviceability user',
    help: 'An application user with access to serviceability. Then services other than Tomcat are restarted over SOAP where that can be done, not over SSH.',
    private: true,
    advanced: true,
  }).optional(),
  axlPassword: secret({ title: 'Serviceability password', advanced: true }).optional(),
  axlPort: port({ title: 'SOAP port', advanced: true }).default(8443),
  pauseSeconds: integer(
    { title: 'Pause (s)', help: 'Least time between two restarts in one cluster.', advanced: true },
    { min: 0, max: 3600 },
  ).default(30),
  keyLength: choice(['2048', '3072', '4096'], {
    title: 'Key length',
    choices: { '2048': '2048 bits', '3072': '3072 bits', '4096': '4096 bits' },
    help: 'Bits of the RSA key that the appliance makes. Some phones refuse more than 2048.',
    advanced: true,
  }).default('2048'),
  ecKeyLength: choice(['256', '384'], {
    title: 'Key length (ECDSA)',
    choices: { '256': '256 bits', '384': '384 bits' },
    help: 'Bits of the elliptic-curve key of the slots that end in -ECDSA.',
    advanced: true,
  }).default('256'),
  apiPort: port({ title: 'API port', advanced: true }).default(443),
  sshPort: port({ title: 'SSH port', advanced: true }).default(22),
  sshUser: text({
    title: 'SSH user',
    help: 'When it is not the platform user.',
    private: true,
    advanced: true,
  }).optional(),
  sshPassword: secret({
    title: 'SSH password',
    help: 'When it is not that of the platform user.',
    advanced: true,
  }).optional(),
  legacySsh: flag({
    title: 'Old SSH algorithms',
    help: 'Also offers ssh-rsa (SHA-1), group14-sha1 and CBC. Only for releases that cannot do better.',
    advanced: true,
  }).default(false),
  apiTimeoutSeconds: integer(
    { title: 'API timeout (s)', help: 'For one call. A node may take long to import a certificate.', advanced: true },
    { min: 1, max: 600 },
  ).default(60),
  restartPatienceSeconds: integer(
    { title: 'Restart patience (s)', help: 'How long the endpoints may stay silent after a restart.', advanced: true },
    { min: 10, max: 7200 },
  ).default(900),
  restartBeginsWithinSeconds: integer(
    {
      title: 'Restart begins within (s)',
      help: 'After this time a restart whose beginning nobody saw, and that left the old certificate served, counts as not begun.',
      advanced: true,
    },
    { min: 5, max: 900 },
  ).default(90),
});

export type VosSettings = z.output<typeof vosSettings>;
export type VosNodeSettings = z.output<typeof nodeSettings>;
