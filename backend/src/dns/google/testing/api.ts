import { createPublicKey, createVerify, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/**
 * Google Cloud DNS v1 with the token endpoint in front of it, as far as TXT records need them:
 * https://cloud.google.com/dns/docs/reference/rest/v1. Answers as strictly as that description reads:
 * a field or parameter that is not in it is refused.
 */
export interface GoogleServer extends AsyncDisposable {
  /** For tokens (`/token`) and for the API. */
  readonly url: string;
  /** Nobody listens here. */
  readonly deadUrl: string;
  /** `METHOD /path`, without the query. */
  readonly requests: string[];
  /** Milliseconds that a change stays pending. */
  pendingMs: number;
  /** What the name servers say: the changes that are done. */
  published(fqdn: string): readonly string[];
  setOf(fqdn: string): GoogleSet | undefined;
  /** What a person does in the console; null removes. */
  put(fqdn: string, set: GoogleSet | null): void;
  /** Does something else to the next requests that fit; null never answers. */
  disturb(fits: (request: string) => boolean, answer: GoogleAnswer | null, times?: number): void;
  /** Called before a request is looked at. */
  onRequest: (request: string) => void;
  /** Called with the token of a request. */
  onBearer: (token: string) => void;
  /** Awaited before a request is answered. */
  beforeAnswer: (request: string) => Promise<void>;
}

export interface GoogleAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface GoogleSet {
  readonly ttl: number;
  /** In the form of a zone file. */
  readonly rrdatas: readonly string[];
  readonly routingPolicy?: object;
}

export interface GoogleAccount {
  readonly projectId: string;
  readonly email: string;
  /** PEM. */
  readonly publicKey: string;
  readonly zones: readonly GoogleServerZone[];
}

export interface GoogleServerZone {
  /** `example-com` */
  readonly id: string;
  /** `example.com` */
  readonly name: string;
  readonly visibility?: 'public' | 'private';
}

const PAGE = 2;
const METADATA = '/computeMetadata/v1/instance/service-accounts/default';
const SCOPES = new Set([
  'https://www.googleapis.com/auth/ndev.clouddns.readwrite',
  'https://www.googleapis.com/auth/cloud-platform',
]);

const rrset = z.strictObject({
  kind: z.literal('dns#resourceRecordSet').optional(),
  name: z.string().regex(/^[^\s]+\.$/),
  type: z.literal('TXT'),
  ttl: z.number().int().min(0).max(2_147_483_647),
  rrdatas: z
    .array(z.string().regex(/^("([^"\\]|\\.){0,255}"( |$))+$/))
    .min(1)
    .max(100),
});

const newChange = z.strictObject({
  kind: z.literal('dns#change').optional(),
  additions: z.array(rrset).max(1).default([]),
  deletions: z.array(rrset).max(1).default([]),
});

const claims = z.strictObject({
  iss: z.string(),
  scope: z.string(),
  aud: z.string(),
  iat: z.number().int(),
  exp: z.number().int(),
});

class Refusal extends Error {
  readonly answer: GoogleAnswer;

  constructor(status: number, reason: string, message: string) {
    super(message);
    const errors = [{ message, domain: 'global', reason }];
    this.answer = { status, body: JSON.stringify({ error: { code: status, message, errors } }) };
  }
}

/** A key as Google hands it out, and the account that goes with it. */
export function makeServiceAccount(projectId: string, zones: readonly GoogleServerZone[]) {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const email = `certferry@${projectId}.iam.gserviceaccount.com`;
  const key = {
    type: 'service_account',
    project_id: projectId,
    private_key_id: randomUUID().replaceAll('-', ''),
    private_key: pair.privateKey,
    client_email: email,
    client_id: '100000000000000000000',
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
    universe_domain: 'googleapis.com',
  };
  const account: GoogleAccount = { projectId, email, publicKey: pair.publicKey, zones };
  return { account, key };
}

export async function startGoogle(accounts: readonly GoogleAccount[]): Promise<GoogleServer> {
  const state = new State(accounts);
  const server = createServer((request, response) => {
    void state.serve(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    deadUrl: 'http://127.0.0.1:1',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

interface Change {
  readonly id: string;
  readonly fqdn: string;
  readonly after: GoogleSet | null;
  readonly doneAt: number;
  isServed: boolean;
}

class State {
  url = '';
  pendingMs = 50;
  readonly requests: string[] = [];
  onRequest: (request: string) => void = () => {};
  onBearer: (token: string) => void = () => {};
  beforeAnswer: (request: string) => Promise<void> = async () => {};
  readonly #accounts: readonly GoogleAccount[];
  readonly #tokens = new Map<string, GoogleAccount>();
  readonly #sets = new Map<string, GoogleSet>();
  readonly #served = new Map<string, GoogleSet>();
  readonly #changes: Change[] = [];
  readonly #disturbances: { fits: (request: string) => boolean; answer: GoogleAnswer | null; left: number }[] = [];

  constructor(accounts: readonly GoogleAccount[]) {
    this.#accounts = accounts;
  }

  published(fqdn: string): readonly string[] {
    this.#serveWhatIsDone();
    return (this.#served.get(fqdn)?.rrdatas ?? []).map((rrdata) => rrdata.replace(/^"|"$/g, '').replaceAll('" "', ''));
  }

  setOf(fqdn: string): GoogleSet | undefined {
    return this.#sets.get(fqdn);
  }

  put(fqdn: string, set: GoogleSet | null): void {
    for (const sets of [this.#sets, this.#served]) {
      if (set) sets.set(fqdn, set);
      else sets.delete(fqdn);
    }
  }

  disturb(fits: (request: string) => boolean, answer: GoogleAnswer | null, times = 1): void {
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
      send(response, { status: 200, body: JSON.stringify(this.#answer(request, url, body)) });
    } catch (err) {
      if (!(err instanceof Refusal)) throw err;
      send(response, err.answer);
    }
  }

  #answer(request: IncomingMessage, url: URL, body: string): object {
    const asked = `${request.method} ${url.pathname}`;
    if (asked === 'POST /token') return this.#token(request, body);
    if (asked === `GET ${METADATA}/token`) return this.#metadataToken(request);
    const account = this.#tokens.get(bearerOf(request) ?? '');
    if (!account) throw new Refusal(401, 'authError', 'Request had invalid authentication credentials.');
    const [, project, zoneId, rest = ''] =
      /^\/dns\/v1\/projects\/([^/]+)\/managedZones(?:\/([^/]+)\/(.+))?$/.exec(url.pathname) ?? [];
    if (project !== account.projectId) {
      throw new Refusal(403, 'forbidden', `Forbidden: no permission on project '${project}'.`);
    }
    if (!zoneId) return zonesPage(account, parameters(url, ['dnsName', 'maxResults', 'pageToken']));
    const zone = account.zones.find(({ id }) => id === zoneId);
    if (!zone)
      throw new Refusal(404, 'notFound', `The 'parameters.managedZone' resource named '${zoneId}' does not exist.`);
    if (request.method === 'GET' && rest === 'rrsets') return this.#rrsets(parameters(url, RRSET_PARAMETERS));
    if (request.method === 'POST' && rest === 'changes') return this.#create(zone, request, body);
    if (request.method === 'GET' && rest.startsWith('changes/')) return this.#change(rest.slice('changes/'.length));
    throw new Refusal(404, 'notFound', `There is nothing at ${asked}.`);
  }

  #token(request: IncomingMessage, body: string): object {
    const form = new URLSearchParams(body);
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    if (!isForm || form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      throw tokenRefusal('unsupported_grant_type', 'Invalid grant_type');
    }
    const [header = '', payload = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const parsed = claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    if (!parsed.success) throw tokenRefusal('invalid_request', parsed.error.message);
    const { iss, scope, aud, iat, exp } = parsed.data;
    const account = this.#accounts.find(({ email }) => email === iss);
    if (!account) throw tokenRefusal('invalid_grant', 'Invalid grant: account not found');
    const verify = createVerify('RSA-SHA256').update(`${header}.${payload}`);
    if (!verify.verify(createPublicKey(account.publicKey), signature, 'base64url')) {
      throw tokenRefusal('invalid_grant', 'Invalid JWT Signature.');
    }
    if (aud !== `${this.url}/token`) throw tokenRefusal('invalid_grant', `Wrong audience ${aud}`);
    if (exp - iat > 3600 || Math.abs(iat - Date.now() / 1000) > 60) throw tokenRefusal('invalid_grant', 'Wrong times');
    if (!scope.split(' ').every((one) => SCOPES.has(one))) throw tokenRefusal('invalid_scope', scope);
    return this.#tokenFor(account);
  }

  /** Of a Google host: the first account. https://cloud.google.com/compute/docs/metadata/overview */
  #metadataToken(request: IncomingMessage): object {
    const [account] = this.#accounts;
    if (request.headers['metadata-flavor'] !== 'Google' || !account)
      throw new Refusal(403, 'forbidden', 'Metadata-Flavor');
    return this.#tokenFor(account);
  }

  #tokenFor(account: GoogleAccount): object {
    const token = randomUUID();
    this.#tokens.set(token, account);
    return { access_token: token, expires_in: 3599, token_type: 'Bearer' };
  }

  #rrsets(query: Readonly<Record<string, string>>): object {
    if (query.name === undefined || query.type !== 'TXT') throw new Error('All record sets are never needed.');
    const set = this.#sets.get(fqdnOf(query.name));
    return { kind: 'dns#resourceRecordSetsListResponse', rrsets: set ? [bodyOf(query.name, set)] : [] };
  }

  #create(zone: GoogleServerZone, request: IncomingMessage, body: string): object {
    if (!request.headers['content-type']?.startsWith('application/json')) throw new Refusal(400, 'parseError', 'JSON!');
    const parsed = newChange.safeParse(JSON.parse(body));
    if (!parsed.success) throw new Refusal(400, 'invalid', parsed.error.message);
    const [addition] = parsed.data.additions;
    const [deletion] = parsed.data.deletions;
    const name = addition?.name ?? deletion?.name;
    if (!name || !fqdnOf(name).endsWith(zone.name)) throw new Refusal(400, 'required', 'entity.change');
    this.#requireMatch(name, deletion);
    if (addition && !deletion && this.#sets.has(fqdnOf(name))) {
      const words = `The resource 'entity.change.additions[0]' named '${name} (TXT)' already exists`;
      throw new Refusal(409, 'alreadyExists', words);
    }
    return this.#record(fqdnOf(name), addition);
  }

  /** A deletion names the whole set as it is. */
  #requireMatch(name: string, deletion: z.output<typeof rrset> | undefined): void {
    if (!deletion) return;
    const stored = this.#sets.get(fqdnOf(name));
    const what = `The resource record set 'entity.change.deletions[0]'`;
    if (!stored) throw new Refusal(404, 'notFound', `${what} named '${name} (TXT)' does not exist.`);
    const isSame =
      stored.ttl === deletion.ttl && [...stored.rrdatas].sort().join() === [...deletion.rrdatas].sort().join();
    if (!isSame) throw new Refusal(412, 'conditionNotMet', `Precondition not met for '${what}'`);
  }

  #record(fqdn: string, addition: GoogleSet | undefined): object {
    if (addition) this.#sets.set(fqdn, { ttl: addition.ttl, rrdatas: addition.rrdatas });
    else this.#sets.delete(fqdn);
    const id = String(this.#changes.length + 1);
    const after = this.#sets.get(fqdn) ?? null;
    this.#changes.push({ id, fqdn, after, doneAt: performance.now() + this.pendingMs, isServed: false });
    return changeBody(id, 'pending');
  }

  #change(id: string): object {
    this.#serveWhatIsDone();
    const change = this.#changes.find((one) => one.id === id);
    if (!change) throw new Refusal(404, 'notFound', `The 'parameters.changeId' resource named '${id}' does not exist.`);
    return changeBody(id, change.isServed ? 'done' : 'pending');
  }

  #serveWhatIsDone(): void {
    for (const change of this.#changes) {
      if (change.isServed || performance.now() < change.doneAt) continue;
      change.isServed = true;
      if (change.after) this.#served.set(change.fqdn, change.after);
      else this.#served.delete(change.fqdn);
    }
  }
}

const RRSET_PARAMETERS = ['name', 'type', 'maxResults', 'pageToken'];

function zonesPage(account: GoogleAccount, query: Readonly<Record<string, string>>): object {
  const { dnsName, pageToken = '0' } = query;
  const all = account.zones.filter(({ name }) => dnsName === undefined || `${name}.` === dnsName);
  const start = Number(pageToken);
  const managedZones = all.slice(start, start + PAGE).map(({ id, name, visibility = 'public' }) => ({
    kind: 'dns#managedZone',
    name: id,
    dnsName: `${name}.`,
    description: '',
    id: '1',
    nameServers: ['ns-cloud-a1.googledomains.com.'],
    visibility,
  }));
  const isLast = start + PAGE >= all.length;
  const next = isLast ? {} : { nextPageToken: String(start + PAGE) };
  return { kind: 'dns#managedZonesListResponse', managedZones, ...next };
}

function bodyOf(name: string, { ttl, rrdatas, routingPolicy }: GoogleSet): object {
  const values = routingPolicy ? { routingPolicy } : { rrdatas, signatureRrdatas: [] };
  return { kind: 'dns#resourceRecordSet', name, type: 'TXT', ttl, ...values };
}

function changeBody(id: string, status: 'pending' | 'done'): object {
  return { kind: 'dns#change', id, startTime: new Date().toISOString(), status, isServing: false };
}

function parameters(url: URL, known: readonly string[]): Readonly<Record<string, string>> {
  const query = Object.fromEntries(url.searchParams);
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown) throw new Refusal(400, 'invalidParameter', `Unknown name "${unknown}": Cannot bind query parameter.`);
  return query;
}

function fqdnOf(name: string): string {
  return name.replace(/\.$/, '');
}

function tokenRefusal(error: string, error_description: string): Refusal {
  const refusal = new Refusal(400, error, error_description);
  return Object.assign(refusal, { answer: { status: 400, body: JSON.stringify({ error, error_description }) } });
}

function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: GoogleAnswer): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json; charset=UTF-8', 'Metadata-Flavor': 'Google', ...headers })
    .end(body);
}
