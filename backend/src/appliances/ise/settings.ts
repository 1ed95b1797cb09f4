import { z } from 'zod';
import { choice, flag, integer, port, secret, text } from '../../plugins/fields.ts';
import { trustFields } from '../../plugins/trust.ts';
import { address, ports } from '../_boxes/host-fields.ts';

export const iseSettings = z.object({
  host: address({
    title: 'Address',
    help: 'Name or IP address of the primary administration node: it answers for every node of the deployment.',
    example: 'ise1.example.com',
    private: true,
  }),
  user: text({
    title: 'User',
    help: 'An internal administrator of the group ERS Admin or Super Admin.',
    private: true,
  }),
  password: secret({ title: 'Password' }),
  ...trustFields,
  serverName: text({
    title: 'Server name',
    help: 'The name in the certificate, when the address is an IP address.',
    private: true,
    advanced: true,
  }).optional(),
  node: address({
    title: 'Node',
    help: 'Full name of the node that the certificate is for. Left out: the one at the address. Each node has a connection of its own.',
    example: 'ise2.example.com',
    private: true,
  }).optional(),
  nodeAddress: address({
    title: 'Address of the node',
    help: 'Where that node is met, when its name does not lead there.',
    private: true,
    advanced: true,
  }).optional(),
  portalGroupTag: z
    .string()
    .regex(/^[a-zA-Z0-9 ._/-]+$/, 'Letters, digits, blanks and . _ / -')
    .meta({ title: 'Portal group tag', help: 'For the slots ise-portal and ise-multi-use.' })
    .default('Default Portal Certificate Group'),
  trustWithinIse: flag({
    title: 'Trust the CA within ISE',
    help: 'Nodes trust each other by their admin certificates, so with more than one node the CA has to be trusted for that. Concerns the slots with the admin role.',
    advanced: true,
  }).default(true),
  organization: text({ title: 'Organization', help: 'In the subject of the CSR.', advanced: true }).optional(),
  city: text({ title: 'City', advanced: true }).optional(),
  state: text({ title: 'State', advanced: true }).optional(),
  country: text({ title: 'Country', help: 'Two letters.', example: 'DE', advanced: true }).optional(),
  keyLength: choice(['2048', '3072', '4096'], {
    title: 'Key length',
    choices: { '2048': '2048 bits', '3072': '3072 bits', '4096': '4096 bits' },
    help: 'Bits of the RSA key that ISE makes.',
    advanced: true,
  }).default('2048'),
  servedPorts: ports({
    title: 'Served ports',
    help: 'Where clients meet the certificate. When left out: those of the slot, which are 443 for ise-admin and 8443 for ise-portal.',
    advanced: true,
  }).optional(),
  apiPort: port({ title: 'API port', advanced: true }).default(443),
  apiTimeoutSeconds: integer(
    { title: 'API timeout (s)', help: 'For one call.', advanced: true },
    { min: 1, max: 600 },
  ).default(30),
  bindTimeoutSeconds: integer(
    {
      title: 'Bind timeout (s)',
      help: 'How long the answer to a new certificate is waited for. Without one ISE is asked what it holds.',
      advanced: true,
    },
    { min: 1, max: 600 },
  ).default(90),
  restartPatienceSeconds: integer(
    { title: 'Restart patience (s)', help: 'How long the application server may take to come back.', advanced: true },
    { min: 10, max: 7200 },
  ).default(2400),
  pauseSeconds: integer(
    { title: 'Pause (s)', help: 'Least time between two restarts in one deployment.', advanced: true },
    { min: 0, max: 3600 },
  ).default(60),
});

export type IseSettings = z.output<typeof iseSettings>;
