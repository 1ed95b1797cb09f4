import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { secret, url } from '../../plugins/fields.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { requireName } from '../names.ts';
import type { DnsPlugin, DnsProvider } from '../provider.ts';
import { CloudflareClient } from './client.ts';
import { Handle, type Zone } from './schema.ts';

const settings = z.object({
  apiToken: secret({
    title: 'API token',
    help: 'With the permissions Zone:Read and DNS:Edit for the zones of your names. Not the Global API Key.',
  }),
  baseUrl: url({
    title: 'API URL',
    help: 'Only where the API is reached through a gateway of your own.',
    advanced: true,
  }).default('https://api.cloudflare.com/client/v4'),
  ...trustFields,
});

/** Seconds: https://developers.cloudflare.com/dns/manage-dns-records/reference/ttl/ */
const SHORTEST_TTL = 60;
const LONGEST_TTL = 86_400;

/** Of how many zones `check` reads the records, and of how many at a time. */
const MAX_PROBES = 48;
const PROBES_AT_ONCE = 8;

export const cloudflare: DnsPlugin<typeof settings> = {
  id: 'cloudflare',
  title: 'Cloudflare',
  summary: 'Zones at Cloudflare, with an API token; several zones and accounts per token.',
  since: '0.1.0',
  links: {
    product: 'https://www.cloudflare.com/application-services/products/dns/',
    api: 'https://developers.cloudflare.com/api/resources/dns/subresources/records/',
  },
  settings,
  caveats: [
    {
      text: 'A TTL below 60 s is raised to 60 s, the shortest that Cloudflare takes outside Enterprise zones.',
      link: 'https://developers.cloudflare.com/dns/manage-dns-records/reference/ttl/',
    },
    {
      text: 'Cloudflare takes 1 200 requests in five minutes from all tokens of one user together, and then none until the time is over.',
      link: 'https://developers.cloudflare.com/fundamentals/api/reference/limits/',
    },
  ],

  create(options, { http, clock }): DnsProvider {
    const { apiToken, baseUrl } = options;
    const client = new CloudflareClient({
      apiToken,
      baseUrl,
      http: http({ trust: trustOf(options), keepAlive: true }),
      clock,
    });

    return {
      async check(signal) {
        const zones = await client.zones(signal);
        const writable = await withRecords(client, zones, signal);
        if (writable.length > 0) return [...new Set(writable.map(({ name }) => name))];
        const sees =
          zones.length === 0 ? 'no zone: it needs Zone:Read' : 'zones, but not their records: it needs DNS:Edit';
        throw new AppError('DNS_DENIED', `The Cloudflare token is good and sees ${sees}.`);
      },

      async present(record, signal) {
        const zone = await client.zone(requireName(record.zone), signal);
        const [existing] = await client.find(zone.id, record, signal);
        const ttl = Math.min(Math.max(record.ttlSeconds, SHORTEST_TTL), LONGEST_TTL);
        const recordId = existing ?? (await client.add(zone.id, record, ttl, signal));
        return { handle: { zoneId: zone.id, recordId } };
      },

      async cleanUp(record, receipt, signal) {
        const known = Handle.safeParse(receipt?.handle);
        if (known.success && (await client.stillHolds(known.data, record, signal))) {
          return client.remove(known.data, signal);
        }
        const zoneId = known.success ? known.data.zoneId : (await client.zone(requireName(record.zone), signal)).id;
        for (const recordId of await client.find(zoneId, record, signal)) {
          await client.remove({ zoneId, recordId }, signal);
        }
      },
    };
  },
};

/** Without the zones whose records the token may not even read; those beyond `MAX_PROBES` are believed. */
async function withRecords(client: CloudflareClient, zones: readonly Zone[], signal: AbortSignal) {
  const readable: Zone[] = [];
  for (let from = 0; from < Math.min(zones.length, MAX_PROBES); from += PROBES_AT_ONCE) {
    const batch = zones.slice(from, Math.min(from + PROBES_AT_ONCE, MAX_PROBES));
    const may = await Promise.all(batch.map((zone) => client.mayReadRecords(zone, signal)));
    readable.push(...batch.filter((_, at) => may[at]));
  }
  return [...readable, ...zones.slice(MAX_PROBES)];
}
