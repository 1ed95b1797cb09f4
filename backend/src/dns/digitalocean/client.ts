import type { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { canonical } from '../names.ts';
import type { Account } from './account.ts';
import { callLibrary } from './library.ts';
import { DomainRecord, DomainRecords, Domains, OneDomainRecord, type Page } from './schema.ts';

/** The most that the service puts into one page. */
const PER_PAGE = 200;
/** How many zones an error names. */
const NAMED_ZONES = 20;

export interface Text {
  readonly zone: string;
  readonly fqdn: string;
  readonly value: string;
}

/**
 * The part of the API that challenge records need: digitalocean-js writes, and certferry reads, because the library
 * returns only the first page of a list. Every method throws AppError DNS_DENIED, DNS_REFUSED, DNS_RATE_LIMITED or
 * DNS_UNREACHABLE; those with a `Text` also DNS_ZONE_NOT_FOUND.
 */
export class DigitalOceanClient {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  async zones(signal: AbortSignal): Promise<readonly string[]> {
    const domains = await this.#all(Domains, '/domains', {}, signal);
    return domains.map(({ name }) => canonical(name));
  }

  /** The ids of the TXT records with exactly this name and value. */
  async find(text: Text, signal: AbortSignal): Promise<readonly number[]> {
    const found = this.#all(DomainRecords, recordsPath(text.zone), { type: 'TXT', name: text.fqdn }, signal);
    const records = await this.#inZone(text.zone, found, signal);
    return records.filter((record) => holds(record, text)).map(({ id }) => id);
  }

  /** Whether the record is there with this name and value. A record that a person changed keeps its id. */
  async stillHolds(recordId: number, text: Text, signal: AbortSignal): Promise<boolean> {
    try {
      const { json } = await this.#account.send('GET', `${recordsPath(text.zone)}/${recordId}`, null, signal);
      return holds(this.#parse(OneDomainRecord, json).domain_record, text);
    } catch (err) {
      if (isNotFound(err)) return false;
      throw err;
    }
  }

  /** The id of the new record. */
  async add(text: Text, ttl: number, signal: AbortSignal): Promise<number> {
    const record = { type: 'TXT', name: relativeName(text), data: text.value, ttl } as const;
    const created = callLibrary(
      this.#account,
      (records) => records.createDomainRecord(encodeURIComponent(text.zone), record),
      signal,
    );
    return this.#parse(DomainRecord, await this.#inZone(text.zone, created, signal)).id;
  }

  /** Succeeds when it is already gone. */
  async remove(zone: string, recordId: number, signal: AbortSignal): Promise<void> {
    try {
      await callLibrary(
        this.#account,
        (records) => records.deleteDomainRecord(encodeURIComponent(zone), recordId),
        signal,
      );
    } catch (err) {
      if (!isNotFound(err)) throw err;
    }
  }

  /** Page after page. The token goes to the URL of the settings only, not to the address that a page names as the next. */
  async #all<Item>(
    schema: z.ZodType<Page<Item>>,
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly Item[]> {
    const all: Item[] = [];
    for (let number = 1; ; number += 1) {
      const parameters = new URLSearchParams({ ...query, page: String(number), per_page: String(PER_PAGE) });
      const { json } = await this.#account.send('GET', `${path}?${parameters}`, null, signal);
      const { items, isLast } = this.#parse(schema, json);
      all.push(...items);
      if (isLast) return all;
    }
  }

  /** Says of 404 what it means: the account has no such domain. */
  async #inZone<T>(zone: string, outcome: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await outcome;
    } catch (err) {
      if (!isNotFound(err)) throw err;
      const zones = listed(await this.zones(signal));
      throw new AppError('DNS_ZONE_NOT_FOUND', `The DigitalOcean account has no domain ${zone}. It has ${zones}.`, {
        evidence: err.evidence,
        cause: err,
      });
    }
  }

  #parse<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const body = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`).join('; ');
    throw this.#account.notTheApi({ body: body.slice(0, 2000) });
  }
}

function holds({ type, name, data }: DomainRecord, text: Text): boolean {
  return type === 'TXT' && name.toLowerCase() === relativeName(text) && data === text.value;
}

function relativeName({ fqdn, zone }: Text): string {
  return fqdn === zone ? '@' : fqdn.slice(0, -(zone.length + 1));
}

function recordsPath(zone: string): string {
  return `/domains/${encodeURIComponent(zone)}/records`;
}

function isNotFound(err: unknown): err is AppError {
  return err instanceof AppError && err.evidence?.status === 404;
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length - NAMED_ZONES;
  return names.slice(0, NAMED_ZONES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
