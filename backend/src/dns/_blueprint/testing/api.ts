import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';

// Fill in: the description of the API. The server follows it, not the client that is tested against it.
/**
 * The API of Example DNS (https://api.example.com/docs), over a real socket. Stricter than a service would be: a
 * parameter or field that the description does not know is an error.
 */
export interface BlueprintApi extends AsyncDisposable {
  readonly baseUrl: string;
  /** `GET /v1/zones?page=1&per_page=100`, of each request. */
  readonly requests: readonly string[];
  published(fqdn: string): readonly string[];
  /** As somebody else would add it. */
  addForeign(fqdn: string, value: string): void;
  /** The next request is answered so, whatever it asks. */
  answerNext(answer: Answer): void;
}

export interface BlueprintOptions {
  readonly token: string;
  /** Names without a dot at the end. */
  readonly zones: readonly string[];
  /** Pages never hold more than this, whatever is asked for. Default 100. */
  readonly largestPage?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

interface Entry {
  readonly id: string;
  readonly zone: string;
  readonly type: 'TXT';
  readonly name: string;
  readonly content: string;
}

interface Request {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export async function startBlueprintApi({ token, zones, largestPage = 100 }: BlueprintOptions): Promise<BlueprintApi> {
  let entries: readonly Entry[] = [];
  let lastId = 0;
  const requests: string[] = [];
  const scripted: Answer[] = [];

  function add(zone: string, name: string, content: string): Entry {
    lastId += 1;
    const entry = { id: `rec-${lastId}`, zone, type: 'TXT', name, content } as const;
    entries = [...entries, entry];
    return entry;
  }

  // Fill in: the requests of the API.
  function answer(request: Request): Answer {
    const { method, url, headers } = request;
    if (headers.authorization !== `Bearer ${token}`) return refused(401, 'unknown token');
    if (url.pathname === '/v1/zones') return method === 'GET' ? listZones(url) : refused(405, 'method not allowed');
    const [, zone = '', id] = /^\/v1\/zones\/zone-([^/]+)\/records(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (!zones.includes(zone)) return refused(404, 'not found');
    return id === undefined ? manyRecords(zone, request) : oneRecord(zone, id, method);
  }

  function manyRecords(zone: string, { method, url, headers, body }: Request): Answer {
    if (method === 'GET') return listRecords(zone, url);
    if (method !== 'POST') return refused(405, 'method not allowed');
    return headers['content-type'] === 'application/json' ? create(zone, body) : refused(415, 'JSON only');
  }

  function listZones(url: URL): Answer {
    const query = PageQuery.safeParse(Object.fromEntries(url.searchParams));
    if (!query.success) return refused(400, z.prettifyError(query.error));
    const all = zones.map((name) => ({ id: `zone-${name}`, name: `${name}.` }));
    return { status: 200, body: page('zones', all, query.data) };
  }

  function listRecords(zone: string, url: URL): Answer {
    const query = RecordQuery.safeParse(Object.fromEntries(url.searchParams));
    if (!query.success) return refused(400, z.prettifyError(query.error));
    const found = entries.filter((entry) => entry.zone === zone && entry.name === (query.data.name ?? entry.name));
    return { status: 200, body: page('records', found, query.data) };
  }

  function create(zone: string, body: string): Answer {
    const input = NewRecord.safeParse(parse(body));
    if (!input.success) return refused(422, z.prettifyError(input.error));
    const { name, content } = input.data;
    if (!name.endsWith(`.${zone}.`) && name !== `${zone}.`) return refused(422, `${name} is not in ${zone}.`);
    return { status: 201, body: add(zone, name, content) };
  }

  function oneRecord(zone: string, id: string, method: string): Answer {
    if (method !== 'DELETE') return refused(405, 'method not allowed');
    const kept = entries.filter((entry) => entry.zone !== zone || entry.id !== id);
    if (kept.length === entries.length) return refused(404, 'not found');
    entries = kept;
    return { status: 204 };
  }

  function page(field: string, items: readonly object[], wanted: z.output<typeof PageQuery>): object {
    const size = Math.min(wanted.per_page, largestPage);
    const end = wanted.page * size;
    return { [field]: items.slice(end - size, end), next_page: end < items.length ? wanted.page + 1 : null };
  }

  const server = createServer(async (request, response) => {
    const received = await receive(request);
    requests.push(`${received.method} ${received.url.pathname}${received.url.search}`);
    const { status, headers = {}, body = '' } = scripted.shift() ?? answer(received);
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');

  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    published: (fqdn) => entries.filter(({ name }) => name === `${fqdn}.`).map(({ content }) => content),
    addForeign(fqdn, value) {
      add(zones.find((zone) => fqdn.endsWith(`.${zone}`)) ?? '', `${fqdn}.`, value);
    },
    answerNext: (next) => scripted.push(next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const counting = (max: number) => z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(1).max(max));

// Fill in: what the API takes, with its limits: of numbers, of lengths, of names.
const PageQuery = z.strictObject({ page: counting(1000).default(1), per_page: counting(100).default(20) });

const absoluteName = z.string().regex(/^(?:[a-z0-9_-]+\.)+$/);

const RecordQuery = PageQuery.extend({ type: z.literal('TXT').optional(), name: absoluteName.optional() });

const NewRecord = z.strictObject({
  type: z.literal('TXT'),
  name: absoluteName,
  content: z.string().min(1).max(255),
  ttl: z.int().min(120).max(86_400),
});

function refused(status: number, error: string): Answer {
  return { status, body: { error } };
}

async function receive(request: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method = '', url = '', headers } = request;
  return { method, url: new URL(url, 'http://127.0.0.1'), headers, body: Buffer.concat(chunks).toString() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
