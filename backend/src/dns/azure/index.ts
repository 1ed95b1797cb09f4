import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { FieldMeta } from '../../plugins/fields.ts';
import { choice, secret, text } from '../../plugins/fields.ts';
import { isWithin, requireName } from '../names.ts';
import type { DnsPlugin, DnsProvider, TxtRecord } from '../provider.ts';
import { type AzureDns, type AzureZone, createAzureDns, type RecordSetAt } from './client.ts';
import { changeRecordSet, withoutValue, withValue } from './record-set.ts';

const settings = z.object({
  subscriptionId: text({
    title: 'Subscription ID',
    example: '00000000-0000-0000-0000-000000000000',
    private: true,
  }),
  resourceGroup: text({
    title: 'Resource group',
    help: 'Of the zones. Left empty: every zone of the subscription, for which the account must be allowed to list them all.',
    private: true,
  }).optional(),
  credentials: choice(['client-secret', 'managed-identity', 'default'], {
    title: 'Credentials',
    choices: {
      'client-secret': 'The secret of an app registration',
      'managed-identity': 'The managed identity of the Azure host that certferry runs on',
      default: 'What the environment of certferry offers',
    },
  }).default('client-secret'),
  tenantId: text({ title: 'Tenant ID', private: true, onlyWith: { credentials: 'client-secret' } }).optional(),
  clientId: text({
    title: 'Client ID',
    help: 'Of the app registration. With a managed identity: which one, if the host has several.',
    private: true,
  }).optional(),
  clientSecret: secret({
    title: 'Client secret',
    help: 'Its value, not its ID.',
    onlyWith: { credentials: 'client-secret' },
  }).optional(),
  armEndpoint: httpsUrl({
    title: 'Resource Manager URL',
    help: 'Another one in a sovereign cloud, such as https://management.usgovcloudapi.net.',
    advanced: true,
  }).default('https://management.azure.com'),
  authorityHost: httpsUrl({
    title: 'Login URL',
    help: 'Another one in a sovereign cloud, such as https://login.microsoftonline.us.',
    advanced: true,
  }).default('https://login.microsoftonline.com'),
  caBundle: text({
    title: 'CA bundle',
    help: 'PEM. Only for Azure Stack, or where a proxy signs for Azure. Left empty: the CAs that Node.js trusts.',
    advanced: true,
  }).optional(),
});

export const azure: DnsPlugin<typeof settings> = {
  id: 'azure',
  title: 'Azure DNS',
  summary: 'Public zones in Azure DNS, also in sovereign clouds.',
  since: '0.1.0',
  links: {
    product: 'https://learn.microsoft.com/azure/dns/dns-overview',
    api: 'https://learn.microsoft.com/rest/api/dns/record-sets',
  },
  settings,
  usesOwnHost: ({ credentials = 'client-secret' }) => credentials !== 'client-secret',
  caveats: [
    {
      text: 'All values of one name share one TTL. Where other values exist already, theirs stays in force.',
      link: 'https://learn.microsoft.com/azure/dns/dns-zones-records#record-sets',
    },
  ],

  create(options, { http, clock }): DnsProvider {
    const { caBundle } = options;
    const trust = caBundle ? ({ mode: 'bundle', caPem: caBundle } as const) : ({ mode: 'public' } as const);
    const dns = createAzureDns(
      { ...options, armEndpoint: plain(options.armEndpoint), authorityHost: plain(options.authorityHost) },
      () => http({ trust }),
    );
    return {
      async check(signal) {
        return namesOf(await dns.zones(signal));
      },

      async present(record, signal) {
        const at = await locate(dns, record, signal);
        await changeRecordSet(dns, clock, at, (set) => withValue(set, record), signal);
        return { handle: null };
      },

      async cleanUp(record, _receipt, signal) {
        const at = await locate(dns, record, signal);
        await changeRecordSet(dns, clock, at, (set) => withoutValue(set, record), signal);
      },
    };
  },
};

function namesOf(zones: readonly AzureZone[]): string[] {
  return [...new Set(zones.map(({ name }) => name))].sort();
}

const MOST_WORDS = 1000;

async function locate(dns: AzureDns, { fqdn, zone: wanted }: TxtRecord, signal: AbortSignal): Promise<RecordSetAt> {
  const zoneName = requireName(wanted);
  const found = await dns.zonesNamed(zoneName, signal);
  const [zone] = found;
  if (!zone || !isWithin(fqdn, zoneName)) throw await noZone(dns, wanted, signal);
  if (found.length > 1) throw severalZones(zoneName, found);
  return { zone, name: fqdn === zoneName ? '@' : fqdn.slice(0, -zoneName.length - 1) };
}

async function noZone(dns: AzureDns, wanted: string, signal: AbortSignal): Promise<AppError> {
  const held = await zonesInWords(dns, signal);
  return new AppError('DNS_ZONE_NOT_FOUND', `The Azure account has no public zone ${wanted}. ${held}`);
}

async function zonesInWords(dns: AzureDns, signal: AbortSignal): Promise<string> {
  try {
    const names = namesOf(await dns.zones(signal));
    return names.length > 0 ? `It has: ${names.join(', ').slice(0, MOST_WORDS)}.` : 'It has none.';
  } catch (err) {
    // An account may be allowed to write one zone without being allowed to list them.
    if (err instanceof AppError && err.code === 'DNS_DENIED') return 'It may not list those it has.';
    throw err;
  }
}

function severalZones(name: string, found: readonly AzureZone[]): AppError {
  const groups = found.map(({ resourceGroup }) => resourceGroup).join(', ');
  const words = `The Azure subscription has several zones ${name}: set the resource group, one of ${groups}.`;
  return new AppError('DNS_ZONE_NOT_FOUND', words);
}

/** The SDK sends no token to anything but HTTPS. */
function httpsUrl(meta: FieldMeta) {
  return z.url({ protocol: /^https$/ }).meta({ ...meta });
}

function plain(url: string): string {
  return url.replace(/\/+$/, '');
}
