import { z } from 'zod';
import { secret, url } from '../../plugins/fields.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { requireName } from '../names.ts';
import type { DnsPlugin, DnsProvider, TxtRecord } from '../provider.ts';
import { Account } from './account.ts';
import { DigitalOceanClient, type Text } from './client.ts';
import { Handle } from './schema.ts';

const settings = z.object({
  token: secret({
    title: 'Personal access token',
    help: 'With the scopes domain:read, domain:create and domain:delete.',
  }),
  baseUrl: url({
    title: 'API URL',
    help: 'Only where the API is reached through a gateway of your own.',
    advanced: true,
  }).default('https://api.digitalocean.com/v2'),
  ...trustFields,
});

/** Seconds; the API refuses less. */
const SHORTEST_TTL = 30;

export const digitalocean: DnsPlugin<typeof settings> = {
  id: 'digitalocean',
  title: 'DigitalOcean',
  summary: 'Domains of a DigitalOcean team, with a personal access token.',
  since: '0.1.0',
  links: {
    product: 'https://docs.digitalocean.com/products/networking/dns/',
    api: 'https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records',
  },
  settings,
  caveats: [
    {
      text: 'A token opens all domains of the team; DigitalOcean has none for one domain.',
      link: 'https://docs.digitalocean.com/reference/api/create-personal-access-token/',
    },
    {
      text: 'A TTL below 30 s is raised to 30 s, the shortest that DigitalOcean takes.',
      link: 'https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records',
    },
  ],

  create(options, { http, clock }): DnsProvider {
    const { token, baseUrl } = options;
    const account = new Account({ token, baseUrl, http: http({ trust: trustOf(options), keepAlive: true }), clock });
    const client = new DigitalOceanClient(account);

    return {
      check: (signal) => client.zones(signal),

      async present(record, signal) {
        const text = textOf(record);
        const [existing] = await client.find(text, signal);
        const recordId = existing ?? (await client.add(text, Math.max(record.ttlSeconds, SHORTEST_TTL), signal));
        return { handle: { recordId } };
      },

      async cleanUp(record, receipt, signal) {
        const text = textOf(record);
        const known = Handle.safeParse(receipt?.handle).data?.recordId;
        const isOurs = known !== undefined && (await client.stillHolds(known, text, signal));
        for (const recordId of isOurs ? [known] : await client.find(text, signal)) {
          await client.remove(text.zone, recordId, signal);
        }
      },
    };
  },
};

function textOf({ fqdn, value, zone }: TxtRecord): Text {
  return { fqdn: requireName(fqdn), value, zone: requireName(zone) };
}
