import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

/** A service with the httpreq interface on loopback: https://go-acme.github.io/lego/dns/httpreq/ */
export interface HttpreqServer extends AsyncDisposable {
  /** With a path of its own, as a gateway may have. */
  readonly endpoint: string;
  values(fqdn: string): readonly string[];
  add(fqdn: string, value: string): void;
  /** The next request is answered so, whatever it asks. */
  answerNext(answer: Answer): void;
  /** `POST /gateway/present {"fqdn":…}`, of each request that was understood. */
  readonly taken: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface BasicUser {
  readonly username: string;
  readonly password: string;
}

const FOLDER = '/gateway';

/** Without a user it asks for no authentication. */
export async function startHttpreq(user?: BasicUser): Promise<HttpreqServer> {
  const records = new Map<string, Set<string>>();
  const scripted: Answer[] = [];
  const taken: string[] = [];

  function valuesOf(fqdn: string): Set<string> {
    const values = records.get(fqdn) ?? new Set();
    records.set(fqdn, values);
    return values;
  }

  function answer(request: IncomingMessage, body: string): Answer {
    const early = scripted.shift() ?? objection(request, user);
    if (early) return early;
    const message = messageOf(body);
    if (typeof message === 'string') return { status: 400, body: message };
    const { method, url = '' } = request;
    taken.push(`${method} ${url} ${body}`);
    const values = valuesOf(message.fqdn);
    if (url.endsWith('present')) values.add(message.value);
    else values.delete(message.value);
    return { status: 200 };
  }

  const server = createServer(async (request, response) => {
    const { status, body = '', headers = {} } = answer(request, await textOf(request));
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');

  return {
    endpoint: `http://127.0.0.1:${address.port}${FOLDER}`,
    values: (fqdn) => [...valuesOf(`${fqdn}.`)],
    add: (fqdn, value) => valuesOf(`${fqdn}.`).add(value),
    answerNext: (next) => scripted.push(next),
    taken,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Why a request is refused before its body is looked at. */
function objection({ method, url, headers }: IncomingMessage, user: BasicUser | undefined): Answer | null {
  if (user && headers.authorization !== basic(user)) {
    return { status: 401, body: 'unauthorized', headers: { 'www-authenticate': 'Basic' } };
  }
  if (url !== `${FOLDER}/present` && url !== `${FOLDER}/cleanup`) return { status: 404, body: 'not found' };
  if (method !== 'POST') return { status: 405, body: 'method not allowed' };
  return headers['content-type'] === 'application/json' ? null : { status: 415, body: 'JSON only' };
}

/** A sentence when the message is not of the form that is documented. */
function messageOf(body: string): { readonly fqdn: string; readonly value: string } | string {
  const message = parse(body);
  if (typeof message !== 'object' || message === null) return 'no JSON object';
  const names = Object.keys(message).sort().join(' ');
  if (names !== 'fqdn value') return `expected the fields fqdn and value, got ${names}`;
  const { fqdn, value } = message as Record<string, unknown>;
  if (typeof fqdn !== 'string' || !/^(?:[a-z0-9_-]+\.)+$/.test(fqdn)) return 'fqdn is no absolute name';
  if (typeof value !== 'string' || value === '') return 'value is no text';
  return { fqdn, value };
}

function basic({ username, password }: BasicUser): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
