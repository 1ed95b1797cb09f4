import { z } from 'zod';
import { choice, flag, integer, list, port, secret, text } from '../../plugins/fields.ts';
import { trustFields } from '../../plugins/trust.ts';

export const PRODUCTS = {
  cucm: 'Cisco Unified Communications Manager',
  imp: 'Cisco IM and Presence Service',
  cuc: 'Cisco Unity Connection',
  cer: 'Cisco Emergency Responder',
} as const;

export const vosSettings = z.object({
  host: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9._:-]+$/, 'A host name or an IP address, without https:// and without a port')
    .meta({
      title: 'Address',
      help: 'Name or IP address of this very node: the API of a node answers for that node alone.',
      example: 'cucm-pub.example.com',
      private: true,
    }),
  product: choice(['cucm', 'imp', 'cuc', 'cer'], {
    title: 'Product',
    help: 'cucm: Communications Manager. imp: IM and Presence. cuc: Unity Connection. cer: Emergency Responder.',
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
  servedPorts: z
    .array(z.number().int().min(1).max(65535))
    .min(1)
    .meta({ title: 'Served ports', help: 'Where clients meet the certificate; each is looked at after the restart.' })
    .default([443, 8443]),
  keyLength: choice(['2048', '3072', '4096'], {
    title: 'Key length',
    help: 'Bits of the RSA key that the appliance makes. Some phones refuse more than 2048.',
    advanced: true,
  }).default('2048'),
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
