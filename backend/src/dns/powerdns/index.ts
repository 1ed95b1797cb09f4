import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { secret, text, url } from '../../plugins/fields.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { requireName } from '../names.ts';
import type { DnsPlugin, DnsProvider, TxtRecord } from '../provider.ts';
import { inTurn } from '../turns.ts';
import { PowerDnsClient, type TxtSet } from './client.ts';
import { quoteTxt } from './txt.ts';

const settings = z.object({
  baseUrl: url({
    title: 'API URL',
    help: 'Where the web server of pdns_server listens.',
    example: 'https://ns1.example.com:8081',
    private: true,
  }),
  apiKey: secret({ title: 'API key', help: 'The api-key of pdns.conf.' }),
  serverId: text({
    title: 'Server',
    help: 'The name of the server in its own API. PowerDNS itself always says localhost; some proxies use another.',
    advanced: true,
  }).default('localhost'),
  ...trustFields,
});

/** How often a set that somebody else keeps overwriting is written. */
const MAX_WRITES = 4;

export const powerdns: DnsPlugin<typeof settings> = {
  id: 'powerdns',
  title: 'PowerDNS',
  summary: 'The HTTP API of a PowerDNS authoritative server of your own.',
  since: '0.1.0',
  links: {
    product: 'https://www.powerdns.com/powerdns-authoritative-server',
    api: 'https://doc.powerdns.com/authoritative/http-api/',
  },
  settings,
  caveats: [
    {
      text: 'PowerDNS 4 does not tell of values of the same name that are switched off (disabled), so a change drops them.',
      link: 'https://github.com/PowerDNS/pdns/issues/11473',
    },
    {
      text: 'PowerDNS raises the serial of a zone only when its SOA-EDIT-API is set. Without it, secondaries keep the old records.',
      link: 'https://doc.powerdns.com/authoritative/domainmetadata.html#soa-edit-api',
    },
    {
      text: 'The API key opens every zone of the server; PowerDNS has no key for one zone or one name.',
      link: 'https://doc.powerdns.com/authoritative/http-api/#enabling-the-api',
    },
  ],

  create(options, { http, clock, log }): DnsProvider {
    let opened: PowerDnsClient | null = null;
    const client = () => {
      opened ??= new PowerDnsClient({ ...options, clock, http: http({ trust: trustOf(options) }) });
      return opened;
    };

    /** Asks, writes and asks again until `wanted` has nothing to change. */
    async function settle(record: TxtRecord, wanted: (set: TxtSet) => TxtSet['records'] | null, signal: AbortSignal) {
      const fqdn = requireName(record.fqdn);
      const zone = requireName(record.zone);
      for (let writes = 0; ; writes += 1) {
        const set = await client().txtSet(zone, fqdn, signal);
        const records = wanted(set);
        if (records === null) return { written: writes > 0, kind: set.kind };
        requirePrimary(set.kind, zone);
        if (writes === MAX_WRITES) throw overwritten(fqdn);
        await client().replaceTxt(zone, fqdn, { ttlSeconds: set.ttlSeconds ?? record.ttlSeconds, records }, signal);
      }
    }

    /** Secondaries that could not be told find out by themselves, later. */
    async function tellSecondaries(zone: string, signal: AbortSignal): Promise<void> {
      try {
        await client().notify(zone, signal);
      } catch (err) {
        if (!(err instanceof AppError)) throw err;
        log.warn({ zone, err }, 'PowerDNS did not notify the secondaries');
      }
    }

    async function change(record: TxtRecord, wanted: (set: TxtSet) => TxtSet['records'] | null, signal: AbortSignal) {
      const key = JSON.stringify(['powerdns', options.baseUrl, options.serverId, record.zone, record.fqdn]);
      const { written, kind } = await inTurn(key, () => settle(record, wanted, signal), signal);
      if (written && hasSecondaries(kind)) await tellSecondaries(requireName(record.zone), signal);
    }

    return {
      async check(signal) {
        const zones = await client().zones(signal);
        return zones.filter(({ kind }) => !isCopy(kind)).map(({ name }) => name);
      },

      async present(record, signal) {
        const content = quoteTxt(record.value);
        const withIt = ({ records }: TxtSet) => {
          if (records.some((entry) => entry.content === content && !entry.disabled)) return null;
          return [...records.filter((entry) => entry.content !== content), { content, disabled: false }];
        };
        await change(record, withIt, signal);
        return { handle: null };
      },

      async cleanUp(record, _receipt, signal) {
        const content = quoteTxt(record.value);
        const withoutIt = ({ records }: TxtSet) => {
          const others = records.filter((entry) => entry.content !== content);
          return others.length === records.length ? null : others;
        };
        await change(record, withoutIt, signal);
      },
    };
  },
};

/** PowerDNS takes changes of a zone that it only copies, and forgets them with the next transfer. */
function requirePrimary(kind: string, zone: string): void {
  if (!isCopy(kind)) return;
  throw new AppError(
    'DNS_REFUSED',
    `This server only holds a copy of the zone ${zone}: give the address of its primary.`,
    {
      evidence: { body: `kind: ${kind}` },
    },
  );
}

function isCopy(kind: string): boolean {
  return ['slave', 'secondary', 'consumer'].includes(kind.toLowerCase());
}

function hasSecondaries(kind: string): boolean {
  return ['master', 'primary', 'producer'].includes(kind.toLowerCase());
}

function overwritten(fqdn: string): AppError {
  return new AppError('DNS_REFUSED', `Another program keeps overwriting the TXT records of ${fqdn}.`);
}
