import type { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { below, call } from '../http-call.ts';
import { canonical } from '../names.ts';
import { type RecordEntry, Zone, type ZoneSummary, Zones } from './schema.ts';

/** All TXT values of one name. */
export interface TxtSet {
  /** Null when there is no set yet. */
  readonly ttlSeconds: number | null;
  readonly records: readonly RecordEntry[];
}

export interface PowerDnsOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** With or without `/api/v1` and a slash at the end. */
  readonly baseUrl: string;
  readonly serverId: string;
  readonly apiKey: Secret;
}

interface Call {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly body?: object;
}

/**
 * The HTTP API of one PowerDNS authoritative server. Names are canonical (dns/names.ts).
 *
 * Every method throws AppError DNS_DENIED, DNS_REFUSED, DNS_RATE_LIMITED or DNS_UNREACHABLE.
 */
export class PowerDnsClient {
  readonly #options: PowerDnsOptions;
  readonly #host: string;
  readonly #root: string;

  constructor(options: PowerDnsOptions) {
    this.#options = options;
    this.#host = new URL(options.baseUrl).host;
    const api = below(options.baseUrl, '').replace(/\/api\/v1$/, '');
    this.#root = `${api}/api/v1/servers/${encodeURIComponent(options.serverId)}`;
  }

  /** Every zone of the server, whatever its kind; the API answers with all of them at once. */
  async zones(signal: AbortSignal): Promise<readonly ZoneSummary[]> {
    const response = await this.#send({ method: 'GET', path: '/zones' }, signal).catch((err: unknown) => {
      throw hasStatus(err, 404) ? this.#noServer(err) : err;
    });
    return this.#parse(Zones, response).map(({ name, kind }) => ({ name: canonical(name), kind }));
  }

  /**
   * The TXT values of a name, and the kind of its zone.
   *
   * @throws AppError DNS_ZONE_NOT_FOUND naming the zones that the server has.
   */
  async txtSet(zone: string, fqdn: string, signal: AbortSignal): Promise<TxtSet & { readonly kind: string }> {
    // Older servers ignore the filter and answer with the whole zone.
    const path = `${zonePath(zone)}?rrset_name=${encodeURIComponent(`${fqdn}.`)}&rrset_type=TXT`;
    const answer = this.#send({ method: 'GET', path }, signal);
    const response = await answer.catch(async (err: unknown) => {
      throw hasStatus(err, 404) ? await this.#noZone(zone, signal) : err;
    });
    const { kind, rrsets } = this.#parse(Zone, response);
    const found = rrsets.find((set) => set.type === 'TXT' && canonical(set.name) === fqdn);
    return { kind, ttlSeconds: found?.ttl ?? null, records: found?.records ?? [] };
  }

  /** Makes these the TXT values of the name; none removes the set. */
  async replaceTxt(zone: string, fqdn: string, set: TxtSet & { ttlSeconds: number }, signal: AbortSignal) {
    const { ttlSeconds: ttl, records } = set;
    const subject = { name: `${fqdn}.`, type: 'TXT' };
    const change =
      records.length === 0 ? { ...subject, changetype: 'DELETE' } : { ...subject, changetype: 'REPLACE', ttl, records };
    await this.#send({ method: 'PATCH', path: zonePath(zone), body: { rrsets: [change] } }, signal);
  }

  /** Has the server tell its secondaries at once; by itself it looks for changes about once a minute. */
  async notify(zone: string, signal: AbortSignal): Promise<void> {
    await this.#send({ method: 'PUT', path: `${zonePath(zone)}/notify` }, signal);
  }

  #send({ method, path, body }: Call, signal: AbortSignal): Promise<HttpResponse> {
    const { http, clock, apiKey } = this.#options;
    const headers = { accept: 'application/json', 'x-api-key': apiKey.reveal() };
    const content = body
      ? { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
      : { headers };
    return call(http, { method, url: `${this.#root}${path}`, ...content }, { clock, secrets: [apiKey] }, signal);
  }

  #parse<Schema extends z.ZodType>(schema: Schema, { status, body }: HttpResponse): z.output<Schema> {
    try {
      return schema.parse(JSON.parse(body));
    } catch (cause) {
      const words = `${this.#host} does not answer like the API of PowerDNS: check the URL.`;
      throw new AppError('DNS_REFUSED', words, { evidence: { status, body: body.slice(0, 2000) }, cause });
    }
  }

  #noServer(cause: AppError): AppError {
    const words = `${this.#host} has no PowerDNS server "${this.#options.serverId}", or its API is at another URL.`;
    return new AppError('DNS_REFUSED', words, { evidence: cause.evidence, cause });
  }

  async #noZone(zone: string, signal: AbortSignal): Promise<AppError> {
    const names = (await this.zones(signal)).map(({ name }) => name);
    const body = (names.join(', ') || 'none').slice(0, 2000);
    const words = `PowerDNS at ${this.#host} does not hold the zone ${zone}. Its zones: ${body.slice(0, 300)}.`;
    return new AppError('DNS_ZONE_NOT_FOUND', words, { evidence: { status: 404, body } });
  }
}

function hasStatus(err: unknown, status: number): err is AppError {
  return err instanceof AppError && err.evidence?.status === status;
}

/** `=XX` is PowerDNS's own escape for what may be in a zone name, but not in a path. */
function zonePath(zone: string): string {
  const id = `${zone}.`.replace(/[^A-Za-z0-9.-]/g, (character) => {
    return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return `/zones/${id}`;
}
