import { z } from 'zod';
import { choice, flag, integer, list, port, secret, text } from '../../plugins/fields.ts';
import { trustFields } from '../../plugins/trust.ts';
import { address, ports } from '../_boxes/host-fields.ts';

export const expresswaySettings = z.object({
  host: address({ title: 'Address', example: 'expe.example.com', private: true }),
  role: choice(['edge', 'core'], {
    title: 'Kind',
    choices: { edge: 'Expressway-E (edge)', core: 'Expressway-C (core)' },
  }).default('edge'),
  user: text({ title: 'User', help: 'An administrator with read-write and API access.', private: true }),
  password: secret({ title: 'Password' }),
  ...trustFields,
  serverName: text({
    title: 'Server name',
    help: 'The name in the certificate, when the address is an IP address.',
    private: true,
    advanced: true,
  }).optional(),
  sshHostKeys: list({
    title: 'SSH host keys',
    help: 'SHA-256 fingerprints as OpenSSH prints them. The API cannot restart the box, so certferry does it over SSH; the check shows the key it sees.',
    example: 'SHA256:…',
  }).default([]),
  country: text({ title: 'Country', help: 'Two letters. The box wants a whole subject in its CSR.', example: 'DE' }),
  province: text({ title: 'State or province' }),
  locality: text({ title: 'Locality' }),
  organization: text({ title: 'Organization' }),
  organizationalUnit: text({ title: 'Organizational unit' }).default('Collaboration'),
  acmeOff: flag({
    title: 'Its own ACME scheduler is off',
    help: 'Of an Expressway-E: Maintenance, Security, Server certificate. Set to On it would replace what certferry installs.',
  }).default(false),
  release: choice(['unknown', 'before-x15.4', 'x15.4', 'x15.5'], {
    title: 'Release',
    choices: { unknown: 'Not known', 'before-x15.4': 'Before X15.4', 'x15.4': 'X15.4', 'x15.5': 'X15.5 or later' },
    help: 'Decides what a certificate without client authentication means.',
  }).default('unknown'),
  cluster: text({
    title: 'Cluster',
    help: 'Any name: connections with the same one are never restarted at the same time.',
    private: true,
  }).optional(),
  servedPorts: ports({
    title: 'Served ports',
    help: 'Where clients meet the certificate, such as 443, 5061 and 8443.',
  }).default([443]),
  keyLength: choice(['2048', '4096'], {
    title: 'Key length',
    choices: { '2048': '2048 bits', '4096': '4096 bits' },
    advanced: true,
  }).default('4096'),
  apiPort: port({ title: 'API port', advanced: true }).default(443),
  sshPort: port({ title: 'SSH port', advanced: true }).default(22),
  apiTimeoutSeconds: integer({ title: 'API timeout (s)', advanced: true }, { min: 1, max: 600 }).default(60),
  restartPatienceSeconds: integer(
    { title: 'Restart patience (s)', help: 'How long the endpoints may stay silent after a restart.', advanced: true },
    { min: 10, max: 7200 },
  ).default(1200),
  restartSettleSeconds: integer(
    {
      title: 'Restart settles after (s)',
      help: 'For so long after the command an answer does not mean that the restart is over.',
      advanced: true,
    },
    { min: 0, max: 600 },
  ).default(60),
  pauseSeconds: integer(
    { title: 'Pause (s)', help: 'Least time between two restarts in one cluster.', advanced: true },
    { min: 0, max: 3600 },
  ).default(60),
});

export type ExpresswaySettings = z.output<typeof expresswaySettings>;
