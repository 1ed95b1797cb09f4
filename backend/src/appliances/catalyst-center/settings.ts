import { z } from 'zod';
import { choice, integer, port, secret, text } from '../../plugins/fields.ts';
import { trustFields } from '../../plugins/trust.ts';
import { address, ports } from '../_boxes/host-fields.ts';

export const catalystSettings = z.object({
  host: address({ title: 'Address', example: 'catalyst.example.com', private: true }),
  user: text({ title: 'User', help: 'With the role SUPER-ADMIN-ROLE.', private: true }),
  password: secret({ title: 'Password' }),
  ...trustFields,
  serverName: text({
    title: 'Server name',
    help: 'The name in the certificate, when the address is an IP address.',
    private: true,
    advanced: true,
  }).optional(),
  use: choice(['server', 'server,ipsec'], {
    title: 'Used for',
    choices: { server: 'The web server', 'server,ipsec': 'The web server, and IPsec between the nodes of the cluster' },
    advanced: true,
  }).default('server'),
  servedPorts: ports({ title: 'Served ports', help: 'Where clients meet the certificate.', advanced: true }).default([
    443,
  ]),
  apiPort: port({ title: 'API port', advanced: true }).default(443),
  apiTimeoutSeconds: integer({ title: 'API timeout (s)', advanced: true }, { min: 1, max: 600 }).default(60),
  taskPollSeconds: integer({ title: 'Ask for the task every (s)', advanced: true }, { min: 1, max: 60 }).default(3),
  taskPatienceSeconds: integer(
    { title: 'Task patience (s)', help: 'How long the task of an upload may take.', advanced: true },
    { min: 5, max: 1800 },
  ).default(120),
  settleSeconds: integer(
    {
      title: 'Served within (s)',
      help: 'How long after its task the new certificate is looked for before the renewal goes on to verify it.',
      advanced: true,
    },
    { min: 0, max: 600 },
  ).default(60),
  restartPatienceSeconds: integer(
    { title: 'Restart patience (s)', help: 'How long the endpoints may stay silent after an upload.', advanced: true },
    { min: 10, max: 7200 },
  ).default(900),
});

export type CatalystSettings = z.output<typeof catalystSettings>;
