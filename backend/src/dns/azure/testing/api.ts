import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { makeTlsCertificate } from '../../../../../test/support/x509.ts';

/**
 * Azure DNS, API version 2018-05-01, with the login in front of it, as far as TXT records need them:
 * https://learn.microsoft.com/rest/api/dns/record-sets. Answers as strictly as that description reads:
 * a field, header or parameter that is not in it is refused.
 */
export interface AzureServer extends AsyncDisposable {
  /** For the login and for Resource Manager. */
  readonly url: string;
  /** Nobody listens here. */
  readonly deadUrl: string;
  readonly caPem: string;
  /** `METHOD /path`, without the query. */
  readonly requests: string[];
  /** Values of a public zone. */
  published(fqdn: string): readonly string[];
  setOf(fqdn: string): StoredSet | undefined;
  /** What a person does at the portal. */
  put(fqdn: string, set: { ttl?: number; metadata?: Record<string, string>; values: readonly string[][] }): void;
  /** Does something else to the next requests that fit; null never answers. */
  disturb(fits: (request: string) => boolean, answer: Disturbance | null, times?: number): void;
  /** Called before a request is looked at. */
  onRequest: (request: string) => void;
  /** Called with the token of a request. */
  onBearer: (token: string) => void;
  /** Awaited before a request is answered. */
  beforeAnswer: (request: string) => Promise<void>;
}

export interface Disturbance {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface AzureAccount {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly subscriptionId: string;
  readonly zones: readonly AzureServerZone[];
  /** Where it may list and write; everywhere if left out. */
  readonly onlyZone?: string;
}

interface AzureServerZone {
  readonly name: string;
  readonly resourceGroup: string;
  readonly zoneType?: 'Public' | 'Private';
}

interface StoredSet {
  etag: string;
  ttl: number;
  metadata: Record<string, string> | undefined;
  values: string[][];
}

const PAGE = 2;
const API_VERSION = '2018-05-01';

/** Of a record set that is sent: https://learn.microsoft.com/rest/api/dns/record-sets/create-or-update#request-body */
const putBody = z.strictObject({
  etag: z.string().optional(),
  properties: z.strictObject({
    TTL: z.number().int().min(1).max(2_147_483_647),
    metadata: z.record(z.string(), z.string()).optional(),
    TXTRecords: z
      .array(z.strictObject({ value: z.array(z.string().max(255)).min(1) }))
      .min(1)
      .max(20),
  }),
});

const tokenForm = z.strictObject({
  grant_type: z.literal('client_credentials'),
  client_id: z.string(),
  client_secret: z.string(),
  scope: z.string(),
  /** Capabilities of the client, such as continuous access evaluation. */
  claims: z.string().optional(),
});

class Refusal extends Error {
  readonly answer: Disturbance;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.answer = { status, headers, body: JSON.stringify({ error: { code, message } }) };
  }
}

export async function startAzure(accounts: readonly AzureAccount[]): Promise<AzureServer> {
  const { certificatePem, keyPem } = await makeTlsCertificate(['127.0.0.1']);
  const state = new State(accounts);
  const server = createServer({ cert: certificatePem, key: keyPem }, (request, response) => {
    void state.serve(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  state.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    caPem: certificatePem,
    deadUrl: 'https://127.0.0.1:1',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

class State {
  url = '';
  readonly requests: string[] = [];
  onRequest: (request: string) => void = () => {};
  onBearer: (token: string) => void = () => {};
  beforeAnswer: (request: string) => Promise<void> = async () => {};
  readonly #accounts: readonly AzureAccount[];
  readonly #tokens = new Map<string, AzureAccount>();
  readonly #sets = new Map<string, StoredSet>();
  readonly #disturbances: { fits: (request: string) => boolean; answer: Disturbance | null; left: number }[] = [];

  constructor(accounts: readonly AzureAccount[]) {
    this.#accounts = accounts;
  }

  published(fqdn: string): readonly string[] {
    return (this.#sets.get(fqdn)?.values ?? []).map((strings) => strings.join(''));
  }

  setOf(fqdn: string): StoredSet | undefined {
    return this.#sets.get(fqdn);
  }

  put(fqdn: string, { ttl = 3600, metadata, values }: Parameters<AzureServer['put']>[1]): void {
    this.#sets.set(fqdn, { etag: randomUUID(), ttl, metadata, values: values.map((strings) => [...strings]) });
  }

  disturb(fits: (request: string) => boolean, answer: Disturbance | null, times = 1): void {
    this.#disturbances.push({ fits, answer, left: times });
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const name = `${request.method} ${url.pathname}`;
    const body = await textOf(request);
    this.requests.push(name);
    this.onRequest(name);
    const token = bearerOf(request);
    if (token) this.onBearer(token);
    await this.beforeAnswer(name);
    const disturbance = this.#disturbances.find(({ fits, left }) => left > 0 && fits(name));
    if (disturbance) {
      disturbance.left -= 1;
      if (disturbance.answer) send(response, disturbance.answer);
      return;
    }
    try {
      send(response, this.#answer(request, url, body));
    } catch (err) {
      if (!(err instanceof Refusal)) throw err;
      send(response, err.answer);
    }
  }

  #answer(request: IncomingMessage, url: URL, body: string): Disturbance {
    const [, tenant = '', ...rest] = url.pathname.split('/');
    if (rest.join('/') === 'v2.0/.well-known/openid-configuration') return this.#discovery(tenant);
    if (request.method === 'POST' && rest.join('/') === 'oauth2/v2.0/token') return this.#login(tenant, body);
    if (/^\/metadata\/identity\/oauth2\/token\/?$/.test(url.pathname)) return this.#managedIdentity(request, url);
    return this.#resourceManager(request, url, body);
  }

  #discovery(tenant: string): Disturbance {
    if (!this.#accounts.some(({ tenantId }) => tenantId === tenant)) {
      return loginError(400, 'invalid_tenant', `AADSTS90002: Tenant '${tenant}' not found.`);
    }
    const base = `${this.url}/${tenant}`;
    const document = {
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
    };
    return { status: 200, body: JSON.stringify(document) };
  }

  #login(tenant: string, body: string): Disturbance {
    // MSAL adds telemetry of its own, which the login ignores.
    const fields = [...new URLSearchParams(body)].filter(
      ([key]) => !key.startsWith('x-') && !key.startsWith('client-') && !key.startsWith('client_info'),
    );
    const form = tokenForm.safeParse(Object.fromEntries(fields));
    if (!form.success) return loginError(400, 'invalid_request', `AADSTS900144: ${form.error.message}`);
    const { client_id, client_secret, scope } = form.data;
    const account = this.#accounts.find(({ tenantId, clientId }) => tenantId === tenant && clientId === client_id);
    if (!account) return loginError(400, 'unauthorized_client', `AADSTS700016: Application '${client_id}' not found.`);
    if (client_secret !== account.clientSecret) {
      return loginError(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
    }
    if (!scope.split(' ').includes(`${this.url}/.default`)) {
      return loginError(400, 'invalid_scope', `AADSTS70011: The scope ${scope} is not valid.`);
    }
    return this.#token(account);
  }

  #managedIdentity(request: IncomingMessage, url: URL): Disturbance {
    if (request.headers.metadata !== 'true') return loginError(400, 'invalid_request', 'Metadata header missing');
    const account = this.#accounts.find(({ clientId }) => clientId === url.searchParams.get('client_id'));
    if (url.searchParams.get('resource') !== this.url || !account) {
      return loginError(400, 'invalid_request', 'Identity not found');
    }
    return this.#token(account);
  }

  #token(account: AzureAccount): Disturbance {
    const token = randomUUID();
    this.#tokens.set(token, account);
    const body = { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token };
    return { status: 200, body: JSON.stringify(body) };
  }

  #resourceManager(request: IncomingMessage, url: URL, body: string): Disturbance {
    const account = this.#authorised(request, url);
    const { group, zoneName, type, name } = pathOf(url, account);
    if (!zoneName) return this.#list(account, url, (zone) => group === null || same(zone.resourceGroup, group));
    allow(account, zoneName, 'Microsoft.Network/dnszones/read');
    const zone = account.zones.find((one) => same(one.resourceGroup, group ?? '') && same(one.name, zoneName));
    if (!zone) throw new Refusal(404, 'ResourceNotFound', `The Resource '${zoneName}' was not found.`);
    if (!type) return { status: 200, body: JSON.stringify(zoneBody(account, zone)) };
    if (type !== 'TXT' || !name) throw new Refusal(400, 'BadRequest', `No record set ${type}/${name}`);
    return this.#recordSet(request, name === '@' ? zone.name : `${name}.${zone.name}`, body);
  }

  #authorised(request: IncomingMessage, url: URL): AzureAccount {
    const account = this.#tokens.get(bearerOf(request) ?? '');
    if (!account) throw new Refusal(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
    const unknown = [...url.searchParams.keys()].filter((key) => !['api-version', '$top', '$skipToken'].includes(key));
    if (url.searchParams.get('api-version') !== API_VERSION || unknown.length > 0) {
      throw new Refusal(400, 'InvalidParameter', `Unknown query: ${url.search}`);
    }
    return account;
  }

  #list(account: AzureAccount, url: URL, fits: (zone: AzureServerZone) => boolean): Disturbance {
    allow(account, undefined, 'Microsoft.Network/dnszones/read');
    const start = Number(url.searchParams.get('$skipToken') ?? 0);
    const all = account.zones.filter(fits);
    const value = all.slice(start, start + PAGE).map((zone) => zoneBody(account, zone));
    const next = new URL(url);
    next.searchParams.set('$skipToken', String(start + PAGE));
    const isLast = start + PAGE >= all.length;
    return { status: 200, body: JSON.stringify({ value, ...(isLast ? {} : { nextLink: next.href }) }) };
  }

  #recordSet(request: IncomingMessage, fqdn: string, body: string): Disturbance {
    const stored = this.#sets.get(fqdn);
    if (request.method === 'GET') {
      if (!stored) throw new Refusal(404, 'NotFound', `The resource record '${fqdn}' does not exist.`);
      return { status: 200, body: JSON.stringify(setBody(fqdn, stored)) };
    }
    const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
    const isChanged = ifMatch !== undefined && ifMatch !== stored?.etag;
    if (isChanged || (ifNoneMatch === '*' && stored)) {
      throw new Refusal(412, 'PreconditionFailed', 'The condition in the request was not met: the etag differs.');
    }
    if (request.method === 'DELETE') {
      this.#sets.delete(fqdn);
      return { status: stored ? 200 : 204 };
    }
    if (request.method !== 'PUT') throw new Refusal(405, 'MethodNotAllowed', String(request.method));
    return this.#replace(fqdn, stored, request.headers['content-type'], body);
  }

  #replace(fqdn: string, stored: StoredSet | undefined, contentType: string | undefined, body: string): Disturbance {
    if (!contentType?.startsWith('application/json')) throw new Refusal(415, 'UnsupportedMediaType', `${contentType}`);
    const parsed = putBody.safeParse(JSON.parse(body));
    if (!parsed.success) throw new Refusal(400, 'BadRequest', parsed.error.message);
    const { TTL: ttl, metadata, TXTRecords } = parsed.data.properties;
    const values = TXTRecords.map(({ value }) => value);
    if (new Set(values.map((strings) => strings.join(''))).size !== values.length) {
      throw new Refusal(400, 'BadRequest', 'The record set holds a value twice.');
    }
    const next = { etag: randomUUID(), ttl, metadata, values };
    this.#sets.set(fqdn, next);
    return { status: stored ? 200 : 201, body: JSON.stringify(setBody(fqdn, next)) };
  }
}

const PATH =
  /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?\/providers\/Microsoft\.Network\/dnsZones(?:\/([^/]+)(?:\/([^/]+)\/([^/]+))?)?$/i;

/** `group` is null where the whole subscription is meant. */
function pathOf(url: URL, { subscriptionId }: AzureAccount) {
  const parts = PATH.exec(url.pathname);
  if (!parts) throw new Refusal(404, 'NotFound', url.pathname);
  const [, subscription, group = null, zoneName, type, name] = parts;
  if (subscription !== subscriptionId) {
    throw new Refusal(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
  }
  return { group, zoneName, type, name: name === undefined ? name : decodeURIComponent(name) };
}

function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
}

function allow(account: AzureAccount, zone: string | undefined, action: string): void {
  if (account.onlyZone === undefined || account.onlyZone === zone) return;
  const words = `The client '${account.clientId}' does not have authorization to perform action '${action}'.`;
  throw new Refusal(403, 'AuthorizationFailed', words);
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function zoneBody({ subscriptionId }: AzureAccount, { name, resourceGroup, zoneType = 'Public' }: AzureServerZone) {
  return {
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/dnszones/${name}`,
    name,
    type: 'Microsoft.Network/dnszones',
    location: 'global',
    etag: randomUUID(),
    properties: { zoneType, numberOfRecordSets: 2, nameServers: ['ns1-01.azure-dns.com.'] },
  };
}

function setBody(fqdn: string, { etag, ttl, metadata, values }: StoredSet) {
  return {
    id: `/record/${fqdn}`,
    name: fqdn.split('.')[0],
    type: 'Microsoft.Network/dnszones/TXT',
    etag,
    properties: {
      fqdn: `${fqdn}.`,
      TTL: ttl,
      ...(metadata ? { metadata } : {}),
      TXTRecords: values.map((value) => ({ value })),
      provisioningState: 'Succeeded',
    },
  };
}

function loginError(status: number, error: string, error_description: string): Disturbance {
  return { status, body: JSON.stringify({ error, error_description, error_codes: [0], trace_id: randomUUID() }) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Disturbance): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers }).end(body);
}
