import { z } from 'zod';
import { secret, url } from '../../plugins/fields.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { requireName } from '../names.ts';
import type { DnsPlugin, DnsProvider, TxtRecord } from '../provider.ts';
import { inTurn } from '../turns.ts';
import { BlueprintClient } from './client.ts';
import type { Zone } from './schema.ts';

const settings = z.object({
  // Fill in: what a person must know to get this secret. The form, the docs and the vault follow from these fields.
  token: secret({ title: 'API token', help: 'With the right to read zones, and to read and write their TXT records.' }),
  // Fill in: the address of the API. It stays a setting, for gateways and for the tests.
  baseUrl: url({
    title: 'API URL',
    help: 'Only where the API is reached through a gateway of your own.',
    advanced: true,
  }).default('https://api.example.com/v1'),
  ...trustFields,
});

// Fill in: the shortest that the service takes, or remove it. certferry asks for 60.
/** Seconds. */
const SHORTEST_TTL = 120;

export const blueprint: DnsPlugin<typeof settings> = {
  // Fill in: the name of the folder. It is stored with connections and never renamed.
  id: 'blueprint',
  // Fill in: what stands in the picker, and the version of certferry that will have it first.
  title: 'Example DNS',
  summary: 'Zones of an account at Example DNS, with an API token.',
  since: '0.1.0',
  // Fill in: where the product and its API are described.
  links: {
    product: 'https://www.example.com/dns',
    api: 'https://api.example.com/docs',
  },
  settings,
  // Fill in: what the service cannot do although everything is right, each with the page that says so. Or remove it.
  caveats: [
    {
      text: `A TTL below ${SHORTEST_TTL} s is raised to ${SHORTEST_TTL} s, the shortest that Example DNS takes.`,
      link: 'https://api.example.com/docs#records',
    },
  ],

  // No I/O before a method is called: a wrong token must show when somebody tests the settings.
  create(options, { http, clock }): DnsProvider {
    const { token, baseUrl } = options;
    const client = new BlueprintClient({ token, baseUrl, clock, http: http({ trust: trustOf(options) }) });

    /** One after the other for all renewals in this process, so that two of them do not both find nothing and add. */
    function alone(record: TxtRecord, act: (zone: Zone) => Promise<void>, signal: AbortSignal): Promise<void> {
      // Fill in: the id. Everything that tells one account from another belongs into the key, and no secret.
      const key = JSON.stringify(['blueprint', baseUrl, record.zone, record.fqdn]);
      return inTurn(key, async () => act(await client.zone(requireName(record.zone), signal)), signal);
    }

    return {
      // Fill in: a call that changes nothing and fails when the token is wrong. [] when the service cannot list zones.
      async check(signal) {
        return (await client.zones(signal)).map(({ name }) => name);
      },

      async present(record, signal) {
        const text = textOf(record);
        const add = async (zone: Zone) => {
          const existing = await client.find(zone, text, signal);
          if (existing.length > 0) return;
          await client.add(zone, text, Math.max(record.ttlSeconds, SHORTEST_TTL), signal);
        };
        await alone(record, add, signal);
        // Fill in: what removing needs beside name and value. It is stored, so it must be plain JSON; null is fine.
        return { handle: null };
      },

      // The receipt is null after a crash, so removing must do without it.
      async cleanUp(record, _receipt, signal) {
        const text = textOf(record);
        const remove = async (zone: Zone) => {
          for (const id of await client.find(zone, text, signal)) await client.remove(zone, id, signal);
        };
        await alone(record, remove, signal);
      },

      // Fill in, if the service takes longer than two minutes to publish: `propagationTimeoutMs: 300_000`.
    };
  },
};

function textOf({ fqdn, value }: TxtRecord) {
  return { fqdn: requireName(fqdn), value };
}
