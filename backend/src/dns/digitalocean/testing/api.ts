import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

export interface DigitalOceanOptions {
  /** Tokens and their scopes, such as `domain:read`. */
  readonly tokens: Readonly<Record<string, readonly string[] | 'all'>>;
  readonly domains: readonly string[];
  /** Pages never hold more than this, whatever is asked for. */
  readonly largestPage?: number;
}

export interface DigitalOceanRequest {
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
  readonly id: number;
  readonly domain: string;
  readonly type: string;
  readonly name: string;
  data: string;
  readonly ttl: number;
}

/**
 * The part of https://docs.digitalocean.com/reference/api/ that concerns domains and their records, over a real socket.
 * Stricter than the service: a parameter or field that the description does not know is an error.
 */
export class DigitalOceanApi implements AsyncDisposable {
  readonly requests: DigitalOceanRequest[] = [];
  readonly baseUrl: string;
  readonly #server: Server;
  readonly #options: Required<DigitalOceanOptions>;
  readonly #canned: NextAnswer[] = [];
  #records: Entry[] = [];
  #nextId = 28_448_429;

  private constructor(server: Server, port: number, options: DigitalOceanOptions) {
    this.#server = server;
    this.baseUrl = `http://127.0.0.1:${port}/v2`;
    this.#options = { largestPage: 200, ...options };
  }

  static async start(options: DigitalOceanOptions): Promise<DigitalOceanApi> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    // A server on a TCP port has an AddressInfo.
    const { port } = server.address() as AddressInfo;
    const api = new DigitalOceanApi(server, port, options);
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
      .map(({ data }) => data);
  }

  records(fqdn: string): Entry[] {
    return this.#records.filter((record) => fqdnOf(record) === fqdn);
  }

  /** As somebody else would make it in the control panel. */
  addForeign(fqdn: string, data: string, type = 'TXT'): void {
    const domain = this.#options.domains.find((name) => fqdn === name || fqdn.endsWith(`.${name}`));
    if (!domain) throw new Error(`No domain for ${fqdn}.`);
    const name = fqdn === domain ? '@' : fqdn.slice(0, -(domain.length + 1));
    this.#records.push({ id: this.#newId(), domain, type, name, data, ttl: 1800 });
  }

  /** As somebody would change it in the control panel: the id stays. */
  change(fqdn: string, data: string): void {
    for (const record of this.records(fqdn)) record.data = data;
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
    const limits = { 'ratelimit-limit': '5000', 'ratelimit-remaining': '4816', 'ratelimit-reset': '1795262400' };
    response.writeHead(status, {
      ...(status === 204 ? {} : { 'content-type': 'application/json' }),
      ...limits,
      ...more,
    });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  #answer(request: DigitalOceanRequest): CannedAnswer {
    try {
      const scopes = this.#authenticate(request.headers);
      const path = request.url.pathname.replace(/^\/v2/, '');
      if (request.method === 'GET' && path === '/domains') return this.#listDomains(request, scopes);
      const [, encoded = '', id] = /^\/domains\/([^/]+)\/records(?:\/(\d+))?$/.exec(path) ?? [];
      requireScope(scopes, SCOPES[request.method] ?? 'none');
      const domain = this.#options.domains.find((name) => name === decodeURIComponent(encoded));
      if (!domain) throw refusal(404, 'not_found', 'The resource you were accessing could not be found.');
      return id ? this.#oneRecord(request, domain, Number(id)) : this.#manyRecords(request, domain);
    } catch (err) {
      if (err instanceof Refused) return err.answer;
      throw err;
    }
  }

  #authenticate(headers: DigitalOceanRequest['headers']): readonly string[] | 'all' {
    const [, given = ''] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
    const scopes = this.#options.tokens[given];
    if (!scopes) throw refusal(401, 'unauthorized', 'Unable to authenticate you');
    return scopes;
  }

  #listDomains({ url }: DigitalOceanRequest, scopes: readonly string[] | 'all'): CannedAnswer {
    requireScope(scopes, 'domain:read');
    const { page, per_page } = parseQuery(PageQuery, url);
    const domains = this.#options.domains.map((name) => ({ name, ttl: 1800, zone_file: `$ORIGIN ${name}.\n` }));
    return this.#page('domains', domains, url, { page, per_page });
  }

  #manyRecords(request: DigitalOceanRequest, domain: string): CannedAnswer {
    if (request.method === 'POST') return this.#create(request, domain);
    if (request.method !== 'GET') throw refusal(405, 'method_not_allowed', 'Method not allowed');
    const { type, name, page, per_page } = parseQuery(RecordsQuery, request.url);
    const found = this.#records.filter(
      (record) =>
        record.domain === domain &&
        (type === undefined || record.type === type) &&
        (name === undefined || fqdnOf(record) === name),
    );
    return this.#page('domain_records', found.map(shown), request.url, { page, per_page });
  }

  #create({ body, headers, url }: DigitalOceanRequest, domain: string): CannedAnswer {
    if (!/^application\/json\b/.test(headers['content-type'] ?? '') || url.search !== '') {
      throw refusal(400, 'bad_request', 'The request is no JSON.');
    }
    const parsed = NewRecord.safeParse(JSON.parse(body));
    if (!parsed.success) throw refusal(422, 'unprocessable_entity', z.prettifyError(parsed.error));
    const { type, name, data, ttl } = parsed.data;
    if (name.endsWith(domain)) throw refusal(422, 'unprocessable_entity', 'Name is not a valid TXT record name');
    const record = { id: this.#newId(), domain, type, name, data, ttl };
    if (this.records(fqdnOf(record)).some((other) => other.type === 'CNAME')) {
      throw refusal(422, 'unprocessable_entity', 'CNAME records cannot share a name with other records');
    }
    this.#records.push(record);
    return { status: 201, body: { domain_record: shown(record) } };
  }

  #oneRecord({ method, url }: DigitalOceanRequest, domain: string, id: number): CannedAnswer {
    const record = this.#records.find((known) => known.id === id && known.domain === domain);
    if (!record || url.search !== '') {
      throw refusal(404, 'not_found', 'The resource you were accessing could not be found.');
    }
    if (method === 'GET') return { status: 200, body: { domain_record: shown(record) } };
    if (method !== 'DELETE') throw refusal(405, 'method_not_allowed', 'Method not allowed');
    this.#records = this.#records.filter((other) => other !== record);
    return { status: 204 };
  }

  /** The addresses of other pages are those of the real service, whatever the address here is. */
  #page(field: string, items: readonly object[], url: URL, wanted: { page: number; per_page: number }): CannedAnswer {
    const { page } = wanted;
    const size = Math.min(wanted.per_page, this.#options.largestPage);
    const last = Math.max(1, Math.ceil(items.length / size));
    const linkTo = (number: number) => {
      const query = new URLSearchParams({ ...Object.fromEntries(url.searchParams), page: String(number) });
      return `https://api.digitalocean.com${url.pathname}?${query}`;
    };
    const before = page > 1 ? { first: linkTo(1), prev: linkTo(page - 1) } : {};
    const after = page < last ? { next: linkTo(page + 1), last: linkTo(last) } : {};
    const links = last === 1 ? {} : { pages: { ...before, ...after } };
    const slice = items.slice((page - 1) * size, page * size);
    return { status: 200, body: { [field]: slice, links, meta: { total: items.length } } };
  }

  #newId(): number {
    this.#nextId += 1;
    return this.#nextId;
  }
}

/** An answer as the service gives it when it refuses. */
export function digitalOceanError(status: number, id: string, message: string): CannedAnswer {
  return { status, body: { id, message, request_id: '4d9d8375-3c56-4925-a3e7-eb137fed17e9' } };
}

const SCOPES: Readonly<Record<string, string>> = {
  GET: 'domain:read',
  POST: 'domain:create',
  DELETE: 'domain:delete',
};

function requireScope(scopes: readonly string[] | 'all', scope: string): void {
  if (scopes === 'all' || scopes.includes(scope)) return;
  throw refusal(403, 'forbidden', 'You are not authorized to perform this operation');
}

function counting(max: number) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(1).max(max));
}

const PageQuery = z.strictObject({ page: counting(10_000).default(1), per_page: counting(200).default(20) });

const RecordsQuery = PageQuery.extend({
  type: z.enum(['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'SOA', 'SRV', 'TXT']).optional(),
  /** Of the whole name, without a dot at its end. */
  name: z
    .string()
    .regex(/^[^.].*[^.]$/)
    .optional(),
});

const NewRecord = z.strictObject({
  type: z.literal('TXT'),
  /** Relative to the domain. */
  name: z.union([z.literal('@'), z.string().regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/)]),
  data: z.string().min(1).max(512),
  ttl: z.number().int().min(30).default(1800),
  priority: z.null().optional(),
  port: z.null().optional(),
  weight: z.null().optional(),
  flags: z.null().optional(),
  tag: z.null().optional(),
});

function parseQuery<Schema extends z.ZodType>(schema: Schema, url: URL): z.output<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(url.searchParams));
  if (parsed.success) return parsed.data;
  throw refusal(400, 'bad_request', z.prettifyError(parsed.error));
}

function fqdnOf({ name, domain }: Pick<Entry, 'name' | 'domain'>): string {
  return name === '@' ? domain : `${name}.${domain}`;
}

function shown({ id, type, name, data, ttl }: Entry) {
  return { id, type, name, data, priority: null, port: null, ttl, weight: null, flags: null, tag: null };
}

class Refused extends Error {
  readonly answer: CannedAnswer;

  constructor(answer: CannedAnswer) {
    super('refused');
    this.answer = answer;
  }
}

function refusal(...of: Parameters<typeof digitalOceanError>): Refused {
  return new Refused(digitalOceanError(...of));
}
