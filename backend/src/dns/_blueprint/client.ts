import type { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { redact } from '../../plugins/redact.ts';
import { below, call } from '../http-call.ts';
import { canonical } from '../names.ts';
import { type Page, RecordPage, type Zone, ZonePage } from './schema.ts';

export interface ClientOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly baseUrl: string;
  // Fill in: what the service wants to know of its caller; the same names as in the settings of index.ts.
  readonly token: Secret;
}

/** One TXT value of one name. Names are canonical (dns/names.ts). */
export interface Text {
  readonly fqdn: string;
  readonly value: string;
}

// Fill in: the most that your service puts into one page. Without it you pay for every page with a request.
const PER_PAGE = 100;
/** How many zones an error names. */
const NAMED_ZONES = 20;

/**
 * The part of the API that challenge records need.
 *
 * Every method throws AppError DNS_DENIED, DNS_REFUSED, DNS_RATE_LIMITED or DNS_UNREACHABLE.
 */
export class BlueprintClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  // Fill in: how the zones of the account are listed. All of them: a zone on the second page is not missing.
  async zones(signal: AbortSignal): Promise<readonly Zone[]> {
    const zones = await this.#all(ZonePage, '/zones', {}, signal);
    return zones.map(({ id, name }) => ({ id, name: canonical(name) }));
  }

  // Fill in: how the zone is found that the core names. It is this one or none; do not look for one that may do as well.
  /** @throws AppError DNS_ZONE_NOT_FOUND naming the zones that the account has. */
  async zone(name: string, signal: AbortSignal): Promise<Zone> {
    const zones = await this.zones(signal);
    const found = zones.find((zone) => zone.name === name);
    if (found) return found;
    const words = `The account at ${this.#host} has no zone ${name}. It has ${listed(zones)}.`;
    throw new AppError('DNS_ZONE_NOT_FOUND', words);
  }

  // Fill in: how the records of a name are listed. Names and values may come in another form than they were written:
  // relative to the zone, in capitals, with a dot at the end, in quotation marks. Compare what is meant.
  /** The ids of the TXT records with exactly this name and value. */
  async find(zone: Zone, { fqdn, value }: Text, signal: AbortSignal): Promise<readonly string[]> {
    const records = await this.#all(RecordPage, recordsPath(zone), { type: 'TXT', name: `${fqdn}.` }, signal);
    const ours = records.filter(({ type, name, content }) => {
      return type === 'TXT' && canonical(name) === fqdn && content === value;
    });
    return ours.map(({ id }) => id);
  }

  // Fill in: how a record is added beside others of its name. If the API only replaces all values of a name at once, read
  // them, write them back with yours, and read again: `powerdns/` does.
  async add(zone: Zone, { fqdn, value }: Text, ttl: number, signal: AbortSignal): Promise<void> {
    await this.#send('POST', recordsPath(zone), { type: 'TXT', name: `${fqdn}.`, content: value, ttl }, signal);
  }

  // Fill in: how one record is removed, and what the service says when it is gone already: that is a success.
  async remove(zone: Zone, recordId: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#send('DELETE', `${recordsPath(zone)}/${encodeURIComponent(recordId)}`, null, signal);
    } catch (err) {
      if (!isNotFound(err)) throw err;
    }
  }

  // Fill in: how a list goes on. A cursor or a Link header fits in here as well. Stay below the base URL of the settings:
  // an address that an answer names could lead the token elsewhere.
  async #all<Item>(
    schema: z.ZodType<Page<Item>>,
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly Item[]> {
    const all: Item[] = [];
    for (let page: number | null = 1; page !== null; ) {
      const parameters = new URLSearchParams({ ...query, page: String(page), per_page: String(PER_PAGE) });
      const { items, nextPage } = this.#parse(schema, await this.#send('GET', `${path}?${parameters}`, null, signal));
      all.push(...items);
      page = nextPage;
    }
    return all;
  }

  // Fill in: how a request says who sends it. `call` makes the right error of every answer that is no success; services
  // that say "no" in another way (403 for a zone of somebody else, 200 with an error inside) are told apart here.
  #send(method: HttpRequest['method'], path: string, body: object | null, signal: AbortSignal): Promise<HttpResponse> {
    const { http, clock, baseUrl, token } = this.#options;
    const headers = { accept: 'application/json', authorization: `Bearer ${token.reveal()}` };
    const content = body
      ? { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
      : { headers };
    return call(http, { method, url: below(baseUrl, path), ...content }, { clock, secrets: [token] }, signal);
  }

  #parse<Schema extends z.ZodType>(schema: Schema, { status, body }: HttpResponse): z.output<Schema> {
    try {
      return schema.parse(JSON.parse(body));
    } catch (cause) {
      // Fill in: the name of the service.
      const words = `${this.#host} does not answer like the API of Example DNS: check the URL.`;
      const evidence = { status, body: redact(body, [this.#options.token]).slice(0, 2000) };
      throw new AppError('DNS_REFUSED', words, { evidence, cause });
    }
  }

  get #host(): string {
    return new URL(this.#options.baseUrl).host;
  }
}

function recordsPath({ id }: Zone): string {
  return `/zones/${encodeURIComponent(id)}/records`;
}

function isNotFound(err: unknown): boolean {
  return err instanceof AppError && err.evidence?.status === 404;
}

function listed(zones: readonly Zone[]): string {
  if (zones.length === 0) return 'none';
  const names = zones.slice(0, NAMED_ZONES).map(({ name }) => name);
  const more = zones.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
