import { z } from 'zod';
import { integer, port, secret, text } from '../../plugins/fields.ts';
import { trustFields } from '../../plugins/trust.ts';
import { address, ports } from '../_boxes/host-fields.ts';

export const vcenterSettings = z.object({
  host: address({ title: 'Address', example: 'vcenter.example.com', private: true }),
  user: text({
    title: 'User',
    help: 'Of the single sign-on domain, with the privilege CertificateManagement.Administer: certferry@vsphere.local.',
    private: true,
  }),
  password: secret({ title: 'Password' }),
  ...trustFields,
  serverName: text({
    title: 'Server name',
    help: 'The name in the certificate, when the address is an IP address.',
    private: true,
  }).optional(),
  servedPorts: ports({ title: 'Served ports', help: 'Where clients meet the certificate.' }).default([443]),
  apiPort: port({ title: 'API port', advanced: true }).default(443),
  apiTimeoutSeconds: integer({ title: 'API timeout (s)', advanced: true }, { min: 1, max: 600 }).default(60),
  installTimeoutSeconds: integer(
    { title: 'Replacement timeout (s)', help: 'How long vCenter may take to answer a replacement.', advanced: true },
    { min: 1, max: 1800 },
  ).default(300),
  settleSeconds: integer(
    {
      title: 'Served within (s)',
      help: 'How long after the replacement the new certificate is looked for before the renewal goes on to wait for the restart.',
      advanced: true,
    },
    { min: 0, max: 1800 },
  ).default(120),
  settlePollSeconds: integer({ title: 'Look every (s)', advanced: true }, { min: 1, max: 60 }).default(5),
  restartPatienceSeconds: integer(
    {
      title: 'Restart patience (s)',
      help: 'How long the endpoints may stay silent after a replacement.',
      advanced: true,
    },
    { min: 10, max: 7200 },
  ).default(1800),
});

export type VcenterSettings = z.output<typeof vcenterSettings>;
