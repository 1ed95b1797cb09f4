import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** What a token may do. */
export interface CloudflareToken {
  readonly token: string;
  /** The zones it sees (Zone:Read). */
  readonly zones: readonly string[];
  /** Default: edit, in all zones that it sees. */
  readonly dns?: 'edit' | 'read' | 'none' | ((zone: string) => 'edit' | 'read' | 'none');
}

export interface CloudflareZone {
  readonly name: string;
  readonly status?: 'active' | 'pending' | 'moved';
}

export interface CloudflareRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface CannedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** `silence` is no answer at all. */
export type NextAnswer = CannedAnswer | 'as usual' | 'silence';

interface Entry {
  readonly id: string;
  readonly zoneId: string;
  readonly type: string;
  readonly name: string;
  content: string;
  readonly ttl: number;
}

/**
 * The part of https://developers.cloudflare.com/api that concerns zones and DNS records, over a real socket.
 * Stricter than the service: a parameter or field that the description does not know is an error, and so are TXT values
 * without quotes. Numbers and words of errors are those that users of the service report.
 */
export class CloudflareApi implements AsyncDisposable {
  readonly requests: CloudflareRequest[] = [];
  readonly baseUrl: string;
  readonly #server: Server;
  readonly #tokens: readonly CloudflareToken[];
  readonly #zones: readonly (Required<CloudflareZone> & { readonly id: string })[];
  readonly #canned: NextAnswer[] = [];
  readonly #largestPage: number;
  #records: Entry[] = [];

  private constructor(server: Server, port: number, { tokens, zones, largestPage = 100 }: CloudflareOptions) {
    this.#server = server;
    this.baseUrl = `http://127.0.0.1:${port}/client/v4`;
    this.#tokens = tokens;
    this.#zones = zones.map(({ name, status = 'active' }) => ({ id: newId(), name, status }));
    this.#largestPage = largestPage;
  }

  static async start(options: CloudflareOptions): Promise<CloudflareApi> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    // A server on a TCP port has an AddressInfo.
    const { port } = server.address() as AddressInfo;
    const api = new CloudflareApi(server, port, options);
    server.on('request', (request, response) => void api.#serve(request, response));
    return api;
  }

  /** How the next requests are answered, in order. */
  answerNext(...answers: readonly NextAnswer[]): void {
    this.#canned.push(...answers);
  }

  published(fqdn: string): string[] {
    return this.records(fqdn)
      .filter(({ type }) => type === 'TXT')
      .map(({ content }) => unquoted(content));
  }

  records(fqdn: string): Entry[] {
    return this.#records.filter(({ name }) => name === fqdn);
  }

  /** As somebody else would make it in the dashboard. `content` as it is stored, with or without quotes. */
  addForeign(fqdn: string, content: string, type = 'TXT'): void {
    const zone = this.#zones.find(({ name }) => fqdn.endsWith(name));
    if (!zone) throw new Error(`No zone for ${fqdn}.`);
    this.#records.push({ id: newId(), zoneId: zone.id, type, name: fqdn, content, ttl: 300 });
  }

  /** As somebody would change it in the dashboard: the id stays. */
  change(fqdn: string, content: string): void {
    for (const record of this.records(fqdn)) record.content = content;
  }

  /** The name of the zone that holds a record of this name. */
  zoneStatusOf(fqdn: string): string[] {
    return this.records(fqdn).map(({ zoneId }) => this.#zones.find(({ id }) => id === zoneId)?.status ?? '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const received = { method, url: new URL(url, this.baseUrl), headers, body: Buffer.concat(chunks).toString() };
    this.requests.push(received);
    const canned = this.#canned.shift();
    if (canned === 'silence') return;
    const { status, headers: more = {}, body = '' } = typeof canned === 'object' ? canned : this.#answer(received);
    response.writeHead(status, { 'content-type': 'application/json', ...more });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  #answer(request: CloudflareRequest): CannedAnswer {
    try {
      const path = request.url.pathname.replace('/client/v4', '');
      const token = this.#authenticate(request.headers);
      if (request.method === 'GET' && path === '/zones') return this.#listZones(request, token);
      const [, zoneId = '', recordId] = /^\/zones\/([0-9a-f]{32})\/dns_records(?:\/([0-9a-f]{32}))?$/.exec(path) ?? [];
      const zone = this.#zones.find(({ id }) => id === zoneId);
      if (!zone) throw refusal(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
      this.#authorize(token, zone.name, request.method === 'GET' ? 'read' : 'edit');
      return recordId ? this.#oneRecord(request, zone.id, recordId) : this.#manyRecords(request, zone);
    } catch (err) {
      if (err instanceof Refused) return err.answer;
      throw err;
    }
  }

  #authenticate(headers: CloudflareRequest['headers']): CloudflareToken {
    const [, given] = /^Bearer ([A-Za-z0-9_-]{20,})$/.exec(headers.authorization ?? '') ?? [];
    if (!given) {
      const chain = [{ code: 6111, message: 'Invalid format for Authorization header' }];
      throw refusal(400, 6003, 'Invalid request headers', chain);
    }
    const token = this.#tokens.find((known) => known.token === given);
    if (!token) throw refusal(403, 9109, 'Invalid access token');
    return token;
  }

  #authorize({ zones, dns = 'edit' }: CloudflareToken, zone: string, needed: 'read' | 'edit'): void {
    const granted = typeof dns === 'function' ? dns(zone) : dns;
    const isGranted = granted === 'edit' || granted === needed;
    if (!zones.includes(zone) || !isGranted) throw refusal(403, 10000, 'Authentication error');
  }

  #listZones({ url }: CloudflareRequest, token: CloudflareToken): CannedAnswer {
    const { name, order, page, per_page } = parseQuery(ZonesQuery, url);
    const zones = this.#zones
      .filter((zone) => token.zones.includes(zone.name) && (name === undefined || zone.name === name))
      .map((zone) => ({ ...ZONE_DETAILS, ...zone }));
    const sorted = order === 'name' ? zones.sort((a, b) => (a.name < b.name ? -1 : 1)) : zones;
    return this.#page(sorted, page, per_page);
  }

  #manyRecords(request: CloudflareRequest, zone: { readonly id: string; readonly name: string }): CannedAnswer {
    if (request.method === 'POST') return this.#create(request, zone);
    if (request.method !== 'GET') throw refusal(405, 10405, 'Method not allowed');
    const { type, page, per_page, ...filter } = parseQuery(RecordsQuery, request.url);
    const name = filter['name.exact'];
    const found = this.#records.filter(
      (record) =>
        record.zoneId === zone.id &&
        (type === undefined || record.type === type) &&
        (name === undefined || record.name === name),
    );
    return this.#page(found.map(shown), page, per_page);
  }

  #create({ body, headers }: CloudflareRequest, zone: { readonly id: string; readonly name: string }): CannedAnswer {
    if (headers['content-type'] !== 'application/json') throw refusal(415, 9207, 'Request body must be JSON.');
    const parsed = NewRecord.safeParse(JSON.parse(body));
    if (!parsed.success) throw refusal(400, 9005, z.prettifyError(parsed.error));
    const { type, name, content, ttl } = parsed.data;
    if (name !== zone.name && !name.endsWith(`.${zone.name}`)) throw refusal(400, 9000, 'DNS name is invalid.');
    const others = this.records(name);
    if (others.some((other) => other.type === 'CNAME')) {
      throw refusal(400, 81054, 'A CNAME record with that host already exists.');
    }
    if (others.some((other) => other.type === type && unquoted(other.content) === unquoted(content))) {
      throw refusal(400, 81058, 'An identical record already exists.');
    }
    const record = { id: newId(), zoneId: zone.id, type, name, content, ttl };
    this.#records.push(record);
    return success(shown(record));
  }

  #oneRecord({ method, url }: CloudflareRequest, zoneId: string, recordId: string): CannedAnswer {
    if (url.search !== '') throw refusal(400, 9005, 'Unknown query parameter.');
    const record = this.#records.find(({ id, zoneId: of }) => id === recordId && of === zoneId);
    if (!record) throw refusal(404, 81044, 'Record does not exist.');
    if (method === 'GET') return success(shown(record));
    if (method !== 'DELETE') throw refusal(405, 10405, 'Method not allowed');
    this.#records = this.#records.filter((other) => other !== record);
    return success({ id: recordId });
  }

  #page(items: readonly object[], page: number, wanted: number): CannedAnswer {
    const per_page = Math.min(wanted, this.#largestPage);
    const result = items.slice((page - 1) * per_page, page * per_page);
    const total_pages = Math.ceil(items.length / per_page);
    return success(result, { page, per_page, count: result.length, total_count: items.length, total_pages });
  }
}

export interface CloudflareOptions {
  readonly tokens: readonly CloudflareToken[];
  readonly zones: readonly CloudflareZone[];
  /** Pages never hold more than this, whatever is asked for. */
  readonly largestPage?: number;
}

const ZONE_DETAILS = {
  type: 'full',
  paused: false,
  development_mode: 0,
  account: { id: newId(), name: 'An account' },
  owner: { id: null, type: 'user', email: null },
  name_servers: ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'],
  original_name_servers: null,
  activated_on: '2026-01-02T03:04:05.678901Z',
  created_on: '2026-01-02T03:04:05.678901Z',
  modified_on: '2026-01-02T03:04:05.678901Z',
  meta: { step: 2, page_rule_quota: 3, phishing_detected: false },
};

function counting(max: number) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(1).max(max));
}

const ZonesQuery = z.strictObject({
  name: z.string().optional(),
  status: z.enum(['initializing', 'pending', 'active', 'moved']).optional(),
  order: z.enum(['name', 'status', 'account.id', 'account.name', 'plan.id']).optional(),
  direction: z.enum(['asc', 'desc']).optional(),
  match: z.enum(['any', 'all']).optional(),
  page: counting(10_000).default(1),
  per_page: counting(50).pipe(z.number().min(5)).default(20),
});

const RecordsQuery = z.strictObject({
  type: z.enum(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT']).optional(),
  'name.exact': z.string().optional(),
  match: z.enum(['any', 'all']).optional(),
  page: counting(10_000).default(1),
  per_page: counting(5_000_000).default(100),
});

const NewRecord = z.strictObject({
  type: z.literal('TXT'),
  name: z.string().min(1).max(255),
  content: z.string().regex(/^"(?:[^"\\]|\\.){1,255}"(?: "(?:[^"\\]|\\.){1,255}")*$/, 'TXT values are to be in quotes'),
  ttl: z.union([z.literal(1), z.number().int().min(60).max(86_400)]),
  comment: z.string().max(100).optional(),
  proxied: z.literal(false).optional(),
  tags: z.array(z.string()).optional(),
  settings: z.strictObject({}).optional(),
});

function parseQuery<Schema extends z.ZodType>(schema: Schema, url: URL): z.output<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(url.searchParams));
  if (parsed.success) return parsed.data;
  throw refusal(400, 9005, z.prettifyError(parsed.error));
}

function shown({ id, type, name, content, ttl }: Entry) {
  const times = { created_on: '2026-01-02T03:04:05.678901Z', modified_on: '2026-01-02T03:04:05.678901Z' };
  const more = { proxiable: false, proxied: false, settings: {}, meta: {}, comment: null, tags: [] };
  return { id, name, type, content, ttl, ...more, ...times };
}

function success(result: unknown, result_info?: object): CannedAnswer {
  const body = { result, success: true, errors: [], messages: [], ...(result_info ? { result_info } : {}) };
  return { status: 200, body };
}

/** An answer as the service gives it when it refuses. */
export function cloudflareError(status: number, code: number, message: string, error_chain?: object[]): CannedAnswer {
  const error = error_chain ? { code, message, error_chain } : { code, message };
  return { status, body: { result: null, success: false, errors: [error], messages: [] } };
}

class Refused extends Error {
  readonly answer: CannedAnswer;

  constructor(answer: CannedAnswer) {
    super('refused');
    this.answer = answer;
  }
}

function refusal(...of: Parameters<typeof cloudflareError>): Refused {
  return new Refused(cloudflareError(...of));
}

/** Another way to read quotes than the product's. */
function unquoted(content: string): string {
  return content.startsWith('"') ? content.slice(1, -1).split('" "').join('').replaceAll('\\', '') : content;
}

function newId(): string {
  return randomBytes(16).toString('hex');
}
