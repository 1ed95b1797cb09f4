import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AwsKey,
  accessKeyOf,
  fitsSignature,
  type SignedRequest,
} from '../../../../../test/support/aws-signature.ts';
import { applyChanges, type RecordSet, type Zone } from './records.ts';
import { AwsRefusal, element, readChangeBatch } from './xml.ts';

/**
 * Route 53 as far as TXT records need it, and AssumeRole of STS at the same URL, as their public API references describe
 * them: https://docs.aws.amazon.com/Route53/latest/APIReference/, https://docs.aws.amazon.com/STS/latest/APIReference/.
 * Signatures are verified; a path, parameter or element that is not in the description is refused.
 */
export interface Route53Server extends AsyncDisposable {
  readonly url: string;
  /** `ListHostedZonesByName`, in the order they came. */
  readonly calls: readonly string[];
  /** The hosted zone of this ID. */
  zone(id: string): Zone;
  /** Values of a name in all public zones, unquoted. */
  published(fqdn: string): readonly string[];
  /** What another client does. */
  put(zoneId: string, set: RecordSet): void;
  /** Answers the next `times` calls of an operation so; null never answers. */
  disturb(operation: string, answer: Disturbance | null, times?: number): void;
  /** Called after each change. */
  onChange: () => void;
  /** Called before a call is looked at. */
  onCall: (operation: string) => void;
}

export interface Disturbance {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of an error in XML. */
  readonly body?: string;
}

export interface Route53Options {
  readonly keys: readonly Route53Key[];
  readonly zones: readonly { readonly id: string; readonly name: string; readonly isPrivate?: boolean }[];
  /** That may be assumed by any key. */
  readonly role?: { readonly arn: string; readonly externalId?: string };
  /** Zones on one page of a list. */
  readonly pageSize?: number;
  /** How often a change is PENDING before it is INSYNC. */
  readonly pendingPolls?: number;
}

export interface Route53Key extends AwsKey {
  /** `route53:GetChange`; everything if left out. */
  readonly mayNot?: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const API = '/2013-04-01';

export async function startRoute53(options: Route53Options): Promise<Route53Server> {
  const service = new Service(options);
  const server = createServer((request, response) => void service.serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: service.calls,
    zone: (id) => service.zone(id),
    published: (fqdn) => service.published(fqdn),
    put: (zoneId, set) => service.put(zoneId, set),
    disturb: (operation, answer, times = 1) => service.disturb(operation, answer, times),
    set onChange(listener: () => void) {
      service.onChange = listener;
    },
    set onCall(listener: (operation: string) => void) {
      service.onCall = listener;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

class Service {
  readonly calls: string[] = [];
  onChange = () => {};
  onCall: (operation: string) => void = () => {};
  readonly #options: Route53Options;
  readonly #keys: Route53Key[];
  readonly #zones: readonly Zone[];
  readonly #changes = new Map<string, number>();
  readonly #disturbances = new Map<string, (Disturbance | null)[]>();

  constructor(options: Route53Options) {
    this.#options = options;
    this.#keys = [...options.keys];
    this.#zones = options.zones.map((zone) => ({ isPrivate: false, ...zone, sets: [] }));
  }

  zone(id: string): Zone {
    const zone = this.#zones.find((candidate) => candidate.id === id);
    if (!zone) throw new AwsRefusal(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${id}`);
    return zone;
  }

  published(fqdn: string): string[] {
    const sets = this.#zones.filter(({ isPrivate }) => !isPrivate).flatMap(({ sets }) => sets);
    const values = sets.find(({ name, type }) => name === `${fqdn}.` && type === 'TXT')?.values ?? [];
    return values.map((value) => value.slice(1, -1));
  }

  put(zoneId: string, set: RecordSet): void {
    const { sets } = this.zone(zoneId);
    const known = sets.findIndex(({ name, type }) => name === set.name && type === set.type);
    sets.splice(known === -1 ? sets.length : known, known === -1 ? 0 : 1, set);
  }

  disturb(operation: string, answer: Disturbance | null, times: number): void {
    this.#disturbances.set(
      operation,
      Array.from({ length: times }, () => answer),
    );
  }

  async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await incoming.toArray()).toString();
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const request: SignedRequest = { method: incoming.method ?? '', url, headers: incoming.headers, body };
    const answer = await this.#answer(request);
    if (!answer) return;
    const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': 'a-request', ...answer.headers };
    response.writeHead(answer.status, headers).end(answer.body);
  }

  async #answer(request: SignedRequest): Promise<Answer | null> {
    try {
      const { operation, act } = this.#route(request);
      this.calls.push(operation);
      this.onCall(operation);
      const disturbances = this.#disturbances.get(operation) ?? [];
      const disturbance = disturbances.shift();
      if (disturbance === null) return null;
      if (disturbance) return disturbed(disturbance);
      this.#authorize(request, operation);
      return { status: 200, body: `<?xml version="1.0"?>\n${act()}` };
    } catch (err) {
      if (err instanceof AwsRefusal) return disturbed(err);
      throw err;
    }
  }

  #authorize(request: SignedRequest, operation: string): void {
    const id = accessKeyOf(request);
    if (id === null) throw new AwsRefusal(403, 'MissingAuthenticationToken', 'Missing Authentication Token');
    const key = this.#keys.find(({ accessKeyId }) => accessKeyId === id);
    if (!key)
      throw new AwsRefusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
    if (!fitsSignature(request, key)) {
      const words = 'The request signature we calculated does not match the signature you provided.';
      throw new AwsRefusal(403, 'SignatureDoesNotMatch', words);
    }
    if (key.mayNot?.includes(operation)) {
      const words = `User: arn:aws:iam::123456789012:user/test is not authorized to perform: route53:${operation}`;
      throw new AwsRefusal(403, 'AccessDenied', words);
    }
  }

  #route(request: SignedRequest): { operation: string; act: () => string } {
    const { method, url, body } = request;
    const path = url.pathname;
    const [, zoneId = '', below = ''] = /^\/2013-04-01\/hostedzone\/([A-Z0-9]{1,32})(\/rrset)?$/.exec(path) ?? [];
    const [, changeId = ''] = /^\/2013-04-01\/change\/([A-Z0-9]{1,32})$/.exec(path) ?? [];
    const query = (...names: string[]) => parameters(url.searchParams, names);
    if (method === 'POST' && path === '/') {
      return { operation: 'AssumeRole', act: () => this.#assumeRole(new URLSearchParams(body)) };
    }
    if (method === 'GET' && path === `${API}/hostedzonesbyname`) {
      const act = () => this.#listZones(query('dnsname', 'hostedzoneid', 'maxitems'));
      return { operation: 'ListHostedZonesByName', act };
    }
    if (method === 'GET' && zoneId && !below) {
      return { operation: 'GetHostedZone', act: () => this.#getZone(zoneId, query()) };
    }
    if (method === 'GET' && zoneId) {
      const act = () => this.#listSets(zoneId, query('name', 'type', 'identifier', 'maxitems'));
      return { operation: 'ListResourceRecordSets', act };
    }
    if (method === 'POST' && zoneId && below) {
      return { operation: 'ChangeResourceRecordSets', act: () => this.#change(zoneId, body) };
    }
    if (method === 'GET' && changeId) return { operation: 'GetChange', act: () => this.#getChange(changeId) };
    throw new AwsRefusal(404, 'UnknownOperationException', `${method} ${path}`);
  }

  #listZones({ dnsname, hostedzoneid, maxitems }: Query): string {
    if (hostedzoneid !== undefined && dnsname === undefined) {
      throw new AwsRefusal(400, 'InvalidInput', 'hostedzoneid needs dnsname.');
    }
    const size = Math.min(Number(maxitems ?? 100), this.#options.pageSize ?? 100);
    const sorted = [...this.#zones].sort((a, b) => orderOf(a).localeCompare(orderOf(b)));
    const from = dnsname === undefined ? '' : orderOf({ name: dnsname.replace(/\.$/, ''), id: hostedzoneid ?? '' });
    const rest = sorted.filter((zone) => orderOf(zone) >= from);
    const [page, next] = [rest.slice(0, size), rest[size]];
    return element('ListHostedZonesByNameResponse', {
      HostedZones: page.map((zone) => ({ HostedZone: described(zone) })),
      ...(dnsname === undefined ? {} : { DNSName: dnsname }),
      ...(hostedzoneid === undefined ? {} : { HostedZoneId: hostedzoneid }),
      IsTruncated: String(next !== undefined),
      ...(next ? { NextDNSName: `${next.name}.`, NextHostedZoneId: next.id } : {}),
      MaxItems: String(size),
    });
  }

  #getZone(id: string, _query: Query): string {
    const zone = this.zone(id);
    const DelegationSet = { NameServers: [{ NameServer: 'ns-1.awsdns-01.test' }] };
    return element('GetHostedZoneResponse', {
      HostedZone: described(zone),
      ...(zone.isPrivate ? { VPCs: [] } : { DelegationSet }),
    });
  }

  #listSets(zoneId: string, { name, type, maxitems }: Query): string {
    if (type !== undefined && name === undefined) throw new AwsRefusal(400, 'InvalidInput', 'type needs name.');
    const size = Math.min(Number(maxitems ?? 300), 300);
    const from = setOrder({ name: name ?? '', type: type ?? '' });
    const sorted = this.zone(zoneId).sets.toSorted((a, b) => setOrder(a).localeCompare(setOrder(b)));
    const rest = sorted.filter((set) => setOrder(set) >= from);
    const [page, next] = [rest.slice(0, size), rest[size]];
    return element('ListResourceRecordSetsResponse', {
      ResourceRecordSets: page.map((set) => ({ ResourceRecordSet: describedSet(set) })),
      IsTruncated: String(next !== undefined),
      ...(next ? { NextRecordName: next.name, NextRecordType: next.type } : {}),
      MaxItems: String(size),
    });
  }

  #change(zoneId: string, body: string): string {
    const zone = this.zone(zoneId);
    applyChanges(zone, readChangeBatch(body));
    this.onChange();
    const id = `C${randomBytes(8).toString('hex').toUpperCase()}`;
    this.#changes.set(id, this.#options.pendingPolls ?? 0);
    return element('ChangeResourceRecordSetsResponse', { ChangeInfo: changeInfo(id, 'PENDING') });
  }

  #getChange(id: string): string {
    const pending = this.#changes.get(id);
    if (pending === undefined) throw new AwsRefusal(404, 'NoSuchChange', `Could not find resource with ID: ${id}`);
    this.#changes.set(id, pending - 1);
    return element('GetChangeResponse', { ChangeInfo: changeInfo(id, pending > 0 ? 'PENDING' : 'INSYNC') });
  }

  /** The session may do everything. */
  #assumeRole(form: URLSearchParams): string {
    const names = ['Action', 'Version', 'RoleArn', 'RoleSessionName', 'ExternalId', 'DurationSeconds'];
    const { Action, Version, RoleArn, RoleSessionName, ExternalId, DurationSeconds = '3600' } = parameters(form, names);
    const { role } = this.#options;
    const isKnown =
      Action === 'AssumeRole' && Version === '2011-06-15' && /^[\w+=,.@-]{2,64}$/.test(RoleSessionName ?? '');
    if (!isKnown || Number(DurationSeconds) < 900) throw new AwsRefusal(400, 'ValidationError', 'AssumeRole');
    if (!role || RoleArn !== role.arn || ExternalId !== role.externalId) {
      const words = `User: arn:aws:iam::123456789012:user/test is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`;
      throw new AwsRefusal(403, 'AccessDenied', words);
    }
    const key = { accessKeyId: `ASIA${random()}`, secretAccessKey: random(), sessionToken: random() };
    this.#keys.push(key);
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken } = key;
    const Expiration = new Date(Date.now() + Number(DurationSeconds) * 1000).toISOString();
    const result = { Credentials: { AccessKeyId, SecretAccessKey, SessionToken, Expiration } };
    return element('AssumeRoleResponse', { AssumeRoleResult: result }, 'https://sts.amazonaws.com/doc/2011-06-15/');
  }
}

type Query = Readonly<Record<string, string | undefined>>;

/** @throws AwsRefusal for a parameter of another name, or one that comes twice. */
function parameters(given: URLSearchParams, known: readonly string[]): Query {
  const names = [...given.keys()].filter((name) => name !== 'x-id');
  const odd = names.find((name, index) => !known.includes(name) || names.indexOf(name) !== index);
  if (odd !== undefined) throw new AwsRefusal(400, 'InvalidInput', `Unexpected parameter ${odd}`);
  return Object.fromEntries(given);
}

function disturbed({ status, code, message, headers, body }: Disturbance): Answer {
  const refusal = {
    Type: status < 500 ? 'Sender' : 'Receiver',
    Code: code ?? 'InternalFailure',
    Message: message ?? '',
  };
  const xml = element('ErrorResponse', { Error: refusal, RequestId: 'a-request' });
  return { status, body: body ?? `<?xml version="1.0"?>\n${xml}`, ...(headers ? { headers } : {}) };
}

function described({ id, name, isPrivate, sets }: Zone) {
  return {
    Id: `/hostedzone/${id}`,
    Name: `${name}.`,
    CallerReference: `made-${id}`,
    Config: { Comment: '', PrivateZone: String(isPrivate) },
    ResourceRecordSetCount: String(sets.length + 2),
  };
}

function describedSet({ name, type, ttl, values, aliasOf, setIdentifier }: RecordSet) {
  const policy = setIdentifier === undefined ? {} : { SetIdentifier: setIdentifier, MultiValueAnswer: 'true' };
  if (aliasOf !== undefined) {
    const AliasTarget = { HostedZoneId: 'Z1', DNSName: aliasOf, EvaluateTargetHealth: 'false' };
    return { Name: name, Type: type, ...policy, AliasTarget };
  }
  const ResourceRecords = values.map((Value) => ({ ResourceRecord: { Value } }));
  return { Name: name, Type: type, ...policy, TTL: String(ttl), ResourceRecords };
}

function changeInfo(id: string, Status: string) {
  return { Id: `/change/${id}`, Status, SubmittedAt: new Date().toISOString() };
}

/** Route 53 sorts by labels from the right. A space sorts before all that a label may hold. */
function orderOf({ name, id }: Pick<Zone, 'name' | 'id'>): string {
  return `${name.split('.').reverse().join(' ')}  ${id}`;
}

function setOrder({ name, type }: Pick<RecordSet, 'name' | 'type'>): string {
  return orderOf({ name: name.replace(/\.$/, ''), id: type });
}

function random(): string {
  return randomBytes(10).toString('hex').toUpperCase();
}
