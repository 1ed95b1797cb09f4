import type { DNS, GetZonesRequest, Zone } from '@google-cloud/dns';
import type { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { HttpClient } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { below, call } from '../http-call.ts';
import { canonical } from '../names.ts';
import { type Login, type LoginOptions, openLogin } from './login.ts';
import { apiError, change, managedZone, resourceRecordSet } from './schema.ts';

export interface GoogleZone {
  /** What Google calls the zone: `example-com`. */
  readonly id: string;
  readonly name: string;
}

/** The TXT records of one name. `rrdatas` as Google writes them. */
export interface TxtSet {
  readonly ttl: number;
  readonly rrdatas: readonly string[];
}

/** One change of a record set: both null is nothing. */
interface Replacement {
  readonly fqdn: string;
  readonly from: TxtSet | null;
  readonly to: TxtSet | null;
}

/**
 * Zones and TXT records of one project.
 * Every call may throw INVALID_SETTINGS, DNS_DENIED, DNS_REFUSED, DNS_RATE_LIMITED, DNS_UNREACHABLE.
 */
export interface GoogleDns {
  /** The public zones; those of one name if it is given. */
  zones(name: string | null, signal: AbortSignal): Promise<readonly GoogleZone[]>;

  /** Null when there are none. */
  read(zone: GoogleZone, fqdn: string, signal: AbortSignal): Promise<TxtSet | null>;

  /** In one step. Refused when the set is not `from` (HTTP 412, 404, 409). Returns the id of the change. */
  replace(zone: GoogleZone, replacement: Replacement, signal: AbortSignal): Promise<string>;

  /** True once all of Google's name servers know the change. */
  isDone(zone: GoogleZone, changeId: string, signal: AbortSignal): Promise<boolean>;
}

export interface GoogleDnsOptions extends LoginOptions {
  readonly apiEndpoint: string;
}

type SdkRequest = Parameters<DNS['request']>[0];

export function createGoogleDns(options: GoogleDnsOptions, openHttp: () => HttpClient, clock: Clock): GoogleDns {
  let opened: Promise<{ Sdk: typeof DNS; login: Login; http: HttpClient }> | null = null;

  async function open() {
    const { DNS: Sdk } = await import('@google-cloud/dns');
    const http = openHttp();
    return { Sdk, login: openLogin(Sdk, options, http, clock), http };
  }

  /**
   * The SDK with certferry's own transport under it: the SDK's cannot be aborted, has no time limit, repeats changes
   * behind the caller's back and waits for seconds in between.
   */
  async function sdk(signal: AbortSignal): Promise<DNS> {
    signal.throwIfAborted();
    opened ??= open();
    const { Sdk, login, http } = await untilAborted(opened, signal);
    const dns = new Sdk({ projectId: login.projectId });
    dns.request = (request, callback) => {
      send(request, login, http, signal).then((body) => callback(null, body), callback);
    };
    return dns;
  }

  async function send(request: SdkRequest, login: Login, http: HttpClient, signal: AbortSignal): Promise<unknown> {
    const project = `/dns/v1/projects/${encodeURIComponent(login.projectId)}/`;
    const url = new URL(below(options.apiEndpoint, project + request.uri.replace(/^\/+/, '')));
    url.search = queryOf(request.qs);
    const token = await untilAborted(login.token(), signal);
    const headers = { Authorization: `Bearer ${token.reveal()}`, Accept: 'application/json' };
    const content = request.json ? { 'Content-Type': 'application/json' } : {};
    const input = {
      method: request.method === 'POST' ? ('POST' as const) : ('GET' as const),
      url: url.href,
      headers: { ...headers, ...content },
      ...(request.json ? { body: JSON.stringify(request.json) } : {}),
    };
    const { body } = await call(http, input, { clock, secrets: [token] }, signal).catch((err: unknown) => {
      throw asRateLimit(err);
    });
    return jsonOf(body);
  }

  const zoneOf = async ({ id }: GoogleZone, signal: AbortSignal): Promise<Zone> => (await sdk(signal)).zone(id);

  return {
    async zones(name, signal) {
      const dns = await sdk(signal);
      // The API knows `dnsName`, the types of the SDK do not.
      const query: GetZonesRequest & { dnsName?: string } = name === null ? {} : { dnsName: `${name}.` };
      const [zones] = await dns.getZones(query);
      return zones.flatMap(({ metadata }) => publicZone(metadata));
    },

    async read(zone, fqdn, signal) {
      const [records] = await (await zoneOf(zone, signal)).getRecords({ name: `${fqdn}.`, type: 'TXT' });
      const [record] = records;
      return record ? txtSet(fqdn, record.metadata) : null;
    },

    async replace(zone, { fqdn, from, to }, signal) {
      const target = await zoneOf(zone, signal);
      const recordOf = ({ ttl, rrdatas }: TxtSet) =>
        target.record('TXT', { name: `${fqdn}.`, ttl, data: [...rrdatas] });
      const made = await target.createChange({
        ...(to ? { add: recordOf(to) } : {}),
        ...(from ? { delete: recordOf(from) } : {}),
      });
      return parsed(change, made[0].metadata).id;
    },

    async isDone(zone, changeId, signal) {
      const [metadata] = await (await zoneOf(zone, signal)).change(changeId).getMetadata();
      return parsed(change, metadata).status === 'done';
    },
  };
}

/** Some limits are answered with 403: https://cloud.google.com/dns/docs/error-messages */
const RATE_LIMITS: ReadonlySet<string | undefined> = new Set(['rateLimitExceeded', 'userRateLimitExceeded']);

function asRateLimit(err: unknown): unknown {
  if (!(err instanceof AppError) || err.code !== 'DNS_DENIED') return err;
  const { evidence, retryAfterMs } = err;
  const parsedError = apiError.safeParse(jsonOrNull(evidence?.body ?? ''));
  const isLimit = parsedError.success && parsedError.data.error.errors.some(({ reason }) => RATE_LIMITS.has(reason));
  return isLimit ? new AppError('DNS_RATE_LIMITED', 'Google asks to slow down.', { evidence, retryAfterMs }) : err;
}

function publicZone(answer: unknown): readonly GoogleZone[] {
  const { name, dnsName, visibility } = parsed(managedZone, answer);
  return visibility === 'public' ? [{ id: name, name: canonical(dnsName) }] : [];
}

function txtSet(fqdn: string, answer: unknown): TxtSet {
  const { ttl, rrdatas, routingPolicy } = parsed(resourceRecordSet, answer);
  if (routingPolicy === undefined) return { ttl, rrdatas };
  throw new AppError('DNS_REFUSED', `At Google, ${fqdn} has a routing policy, to which no value can be added.`);
}

function queryOf(query: unknown): string {
  const entries = Object.entries(query ?? {}).filter(([name]) => !name.startsWith('autoPaginate'));
  return new URLSearchParams(entries.map(([name, value]): [string, string] => [name, String(value)])).toString();
}

function jsonOf(body: string): unknown {
  const json = jsonOrNull(body);
  if (json !== null) return json;
  throw misunderstood(body);
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function parsed<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw misunderstood(JSON.stringify(answer));
}

function misunderstood(body: string): AppError {
  const evidence = { body: body.slice(0, 2000) };
  return new AppError('DNS_UNREACHABLE', 'Google answered in a way that certferry does not understand.', { evidence });
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
