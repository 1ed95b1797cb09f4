import { AppError } from '../domain/errors.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import type { DnsRecord } from './message.ts';
import { canonical } from './names.ts';
import { addressesIn, type Recursive } from './recursive.ts';
import type { NameServer } from './resolver.ts';

/** The NS set of a zone with the addresses that came along. */
export interface NsSet {
  readonly names: readonly string[];
  readonly glue: readonly DnsRecord[];
}

/** Finds the addresses of name servers. */
export interface NameServers {
  /** The NS set of an existing zone as the resolvers know it. @throws AppError DNS_ZONE_NOT_FOUND, DNS_UNREACHABLE */
  ofZone(zone: string, signal: AbortSignal): Promise<NsSet>;

  /** Every address of every server. A server without any address is listed once with an empty one. */
  all(set: NsSet, signal: AbortSignal): Promise<readonly NameServer[]>;

  /** The addresses of a few: those with an address to use in the settings first, they are sure to be reachable. */
  some(set: NsSet, signal: AbortSignal): Promise<readonly NameServer[]>;
}

/** The root and the large top-level domains have 13 servers that say the same. */
const A_FEW = 3;

/**
 * @param addresses `nameServers` of ResolverOptions.
 * @throws AppError INVALID_SETTINGS when one of them is not `host:port`.
 */
export function createNameServers(recursive: Recursive, addresses: Readonly<Record<string, string>>): NameServers {
  const overrides = new Map<string, Endpoint>(
    Object.entries(addresses).map(([name, endpoint]) => [canonical(name), parseEndpoint(endpoint)]),
  );

  async function ofZone(zone: string, signal: AbortSignal): Promise<NsSet> {
    const reply = await recursive.ask(zone, 'NS', signal);
    const names = nsNames(reply.answers, zone);
    if (names.length === 0) {
      throw new AppError('DNS_ZONE_NOT_FOUND', `Nobody names a server for the zone ${zone || '.'}.`);
    }
    return { names, glue: reply.additionals };
  }

  async function all({ names, glue }: NsSet, signal: AbortSignal): Promise<readonly NameServer[]> {
    const found = await Promise.all(names.map((name) => addressesOf(name, glue, signal)));
    return found.flat();
  }

  async function some({ names, glue }: NsSet, signal: AbortSignal): Promise<readonly NameServer[]> {
    const preferred = [...names].sort((a, b) => Number(overrides.has(b)) - Number(overrides.has(a)));
    const found = await all({ names: preferred.slice(0, A_FEW), glue }, signal);
    return found.filter(({ address }) => address !== '');
  }

  async function addressesOf(name: string, glue: readonly DnsRecord[], signal: AbortSignal): Promise<NameServer[]> {
    const override = overrides.get(name);
    if (override) return [{ name, ...override }];
    const resolved = await recursive.addressesOf(name, signal);
    const found = resolved.length > 0 ? resolved : addressesIn(glue.filter((record) => record.name === name));
    return (found.length > 0 ? found : ['']).map((address) => ({ name, address, port: 53 }));
  }

  return { ofZone, all, some };
}

/** The servers that `records` name for `zone`, each once. */
export function nsNames(records: readonly DnsRecord[], zone: string): string[] {
  const names = records.flatMap((record) => (record.type === 'NS' && record.name === zone ? [record.data] : []));
  return [...new Set(names)].sort();
}
