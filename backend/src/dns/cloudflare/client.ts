import type Cloudflare from 'cloudflare';
import type { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { canonical } from '../names.ts';
import { quote, unquote } from './content.ts';
import { CloudflareRefusal } from './failures.ts';
import { DnsRecord, type Handle, Page, Zone } from './schema.ts';
import { type Account, callSdk } from './sdk.ts';

/** The most that the service puts into one page of zones. */
const ZONES_PER_PAGE = 50;
const RECORDS_PER_PAGE = 100;
/** How many zones an error names. */
const NAMED_ZONES = 20;

export interface Text {
  readonly fqdn: string;
  readonly value: string;
}

/** The part of the API that challenge records need, for one token. Every method throws as `callSdk` does. */
export class CloudflareClient {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** All zones that the token may see, by name. */
  zones(signal: AbortSignal): Promise<readonly Zone[]> {
    return this.#all(Zone, (sdk, page) => sdk.zones.list({ order: 'name', per_page: ZONES_PER_PAGE, page }), signal);
  }

  /**
   * One name can be a zone in several accounts; at most one of them is active.
   *
   * @throws AppError DNS_ZONE_NOT_FOUND naming the zones that there are.
   */
  async zone(name: string, signal: AbortSignal): Promise<Zone> {
    const query = { name, per_page: ZONES_PER_PAGE };
    const found = await this.#all(Zone, (sdk, page) => sdk.zones.list({ ...query, page }), signal);
    const zones = found.filter((zone) => canonical(zone.name) === name);
    const zone = zones.find(({ status }) => status === 'active') ?? zones[0];
    if (zone) return zone;
    const names = (await this.zones(signal)).map((other) => other.name);
    throw new AppError('DNS_ZONE_NOT_FOUND', `The Cloudflare token sees no zone ${name}. It sees ${listed(names)}.`);
  }

  /** Whether the token may read the records of a zone: the most that can be learnt without writing. */
  async mayReadRecords(zone: Zone, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#call((sdk) => sdk.dns.records.list({ zone_id: zone.id, per_page: 1 }), signal);
      return true;
    } catch (err) {
      if (err instanceof AppError && err.code === 'DNS_DENIED') return false;
      throw err;
    }
  }

  /** The ids of the TXT records with exactly this name and value. */
  async find(zoneId: string, text: Text, signal: AbortSignal): Promise<readonly string[]> {
    const query = { zone_id: zoneId, type: 'TXT', name: { exact: text.fqdn }, per_page: RECORDS_PER_PAGE } as const;
    const records = await this.#all(DnsRecord, (sdk, page) => sdk.dns.records.list({ ...query, page }), signal);
    return records.filter((record) => holds(record, text)).map(({ id }) => id);
  }

  /** Whether the record is there with this name and value. A record that a person changed keeps its id. */
  async stillHolds({ zoneId, recordId }: Handle, text: Text, signal: AbortSignal): Promise<boolean> {
    try {
      const record = await this.#call((sdk) => sdk.dns.records.get(recordId, { zone_id: zoneId }), signal);
      return holds(parse(DnsRecord, record), text);
    } catch (err) {
      if (err instanceof CloudflareRefusal && err.recordIsGone) return false;
      throw err;
    }
  }

  /** The id of the new record, or of the one that somebody else made meanwhile. */
  async add(zoneId: string, text: Text, ttl: number, signal: AbortSignal): Promise<string> {
    const record = { zone_id: zoneId, type: 'TXT', name: text.fqdn, content: quote(text.value), ttl } as const;
    try {
      return parse(DnsRecord, await this.#call((sdk) => sdk.dns.records.create(record), signal)).id;
    } catch (err) {
      if (!(err instanceof CloudflareRefusal && err.recordExists)) throw err;
      const [id] = await this.find(zoneId, text, signal);
      if (id === undefined) throw err;
      return id;
    }
  }

  /** Succeeds when it is already gone. */
  async remove({ zoneId, recordId }: Handle, signal: AbortSignal): Promise<void> {
    try {
      await this.#call((sdk) => sdk.dns.records.delete(recordId, { zone_id: zoneId }), signal);
    } catch (err) {
      if (!(err instanceof CloudflareRefusal && err.recordIsGone)) throw err;
    }
  }

  #call<T>(use: (sdk: Cloudflare) => PromiseLike<T>, signal: AbortSignal): Promise<T> {
    return callSdk(this.#account, use, signal);
  }

  /** Page by page. The SDK's own iteration always asks for one page after the last. */
  async #all<Item extends z.ZodType>(
    item: Item,
    list: (sdk: Cloudflare, page: number) => PromiseLike<unknown>,
    signal: AbortSignal,
  ): Promise<readonly z.output<Item>[]> {
    const items: z.output<Item>[] = [];
    for (let page = 1; ; page += 1) {
      const { result, result_info } = parse(Page(item), await this.#call((sdk) => list(sdk, page), signal));
      items.push(...result);
      const pages = result_info?.total_pages ?? Number.POSITIVE_INFINITY;
      if (result.length === 0 || page >= pages) return items;
    }
  }
}

function holds(record: DnsRecord, { fqdn, value }: Text): boolean {
  return record.type === 'TXT' && canonical(record.name) === fqdn && unquote(record.content) === value;
}

function parse<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const body = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new AppError('DNS_REFUSED', 'Cloudflare answered in a form that certferry does not know.', {
    evidence: { body: body.slice(0, 2000) },
  });
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length - NAMED_ZONES;
  return names.slice(0, NAMED_ZONES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
