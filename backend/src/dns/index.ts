import { AppError } from '../domain/errors.ts';
import { acmeDns } from './acme-dns/index.ts';
import { acmeSh } from './acme-sh/index.ts';
import { azure } from './azure/index.ts';
import { cloudflare } from './cloudflare/index.ts';
import { digitalocean } from './digitalocean/index.ts';
import { exec } from './exec/index.ts';
import { google } from './google/index.ts';
import { httpreq } from './httpreq/index.ts';
import { manual } from './manual/index.ts';
import { powerdns } from './powerdns/index.ts';
import type { DnsPlugin } from './provider.ts';
import { rfc2136 } from './rfc2136/index.ts';
import { route53 } from './route53/index.ts';

/** All DNS services, in the order of the picker. index.test.ts compares the list with the folders. */
export const dnsPlugins: readonly DnsPlugin[] = [
  acmeDns,
  acmeSh,
  azure,
  cloudflare,
  digitalocean,
  exec,
  google,
  httpreq,
  powerdns,
  rfc2136,
  route53,
  manual,
];

/** @throws AppError INVALID_SETTINGS when there is none with this id. */
export function dnsPlugin(id: string): DnsPlugin {
  const plugin = dnsPlugins.find((candidate) => candidate.id === id);
  if (plugin) return plugin;
  const known = dnsPlugins.map((candidate) => candidate.id).join(', ');
  throw new AppError('INVALID_SETTINGS', `There is no DNS service "${id}". Known are: ${known}.`);
}
