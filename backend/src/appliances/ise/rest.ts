import { strFromU8, unzipSync } from 'fflate';
import type { z } from 'zod';
import { splitPem } from '../../domain/certificate.ts';
import type { Secret } from '../../domain/secret.ts';
import type { HttpClient, HttpResponse } from '../../plugins/http.ts';
import {
  type ApplianceCall,
  ApplianceWeb,
  basicAuthorization,
  jsonOf,
  type Meaning,
} from '../_boxes/appliance-call.ts';
import { listOf, Node, PendingCsr, SystemCertificate, sentenceIn, TrustedCertificate } from './schema.ts';
import { confirming } from './unconfirmed.ts';

const CERTS = '/api/v1/certs';
const NODES = '/api/v1/deployment/node';
const PAGE = 100;
const MOST_PAGES = 50;

export interface IseRestOptions {
  readonly http: HttpClient;
  readonly host: string;
  /** For people. */
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
}

export interface CsrBody {
  readonly hostnames: readonly string[];
  readonly subjectCommonName: string;
  readonly subjectOrgUnit: string;
  readonly subjectOrg?: string;
  readonly subjectCity?: string;
  readonly subjectState?: string;
  readonly subjectCountry?: string;
  readonly keyType: 'RSA';
  /** A text, although it is a number. */
  readonly keyLength: string;
  readonly digestType: 'SHA-256';
  readonly usedFor: string;
  readonly sanDNS: readonly string[];
  readonly allowWildCardCerts: boolean;
  readonly portalGroupTag?: string;
}

/**
 * The certificate API of one deployment (ISE 3.1 and later), asked at its primary administration node. Every method throws
 * ApplianceCallError.
 *
 * Facts: https://developer.cisco.com/docs/identity-services-engine/v1/#!certificate-openapi
 */
export class IseRest {
  readonly #web: ApplianceWeb;
  readonly #authorization: string;

  constructor({ user, password, ...peer }: IseRestOptions) {
    this.#authorization = basicAuthorization(user, password);
    this.#web = new ApplianceWeb({
      ...peer,
      secrets: [password],
      sentenceIn: (body) => sentenceIn(jsonOf(body)),
      meaningOf,
    });
  }

  async nodes(signal: AbortSignal): Promise<readonly Node[]> {
    const call = this.#reading(NODES);
    return this.#parse(call, listOf(Node), await this.#web.send(call, signal));
  }

  pendingCsrs(signal: AbortSignal): Promise<readonly PendingCsr[]> {
    return this.#pages(`${CERTS}/certificate-signing-request`, PendingCsr, signal);
  }

  /** PEM */
  async exportCsr({ hostName, id }: PendingCsr, signal: AbortSignal): Promise<string> {
    const path = `${CERTS}/certificate-signing-request/export/${encodeURIComponent(hostName)}/${encodeURIComponent(id)}`;
    const call = { ...this.#reading(path), confirms: confirming('ise-csr-export') };
    const answer = await this.#web.send(call, signal);
    const pem = /-----BEGIN[\s\S]+-----END[^\n]*-----/.exec(plainText(answer.body))?.[0];
    if (pem) return `${pem}\n`;
    throw this.#web.refusal('APPLIANCE_PROTOCOL', 'exported something that is no CSR.', call, answer);
  }

  async createCsr(json: CsrBody, signal: AbortSignal): Promise<void> {
    await this.#change({ method: 'POST', path: `${CERTS}/certificate-signing-request`, json }, signal);
  }

  async deleteCsr({ hostName, id }: PendingCsr, signal: AbortSignal): Promise<void> {
    const path = `${CERTS}/certificate-signing-request/${encodeURIComponent(hostName)}/${encodeURIComponent(id)}`;
    await this.#change({ method: 'DELETE', path }, signal);
  }

  async bind(json: object, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const confirms = confirming('ise-bind-answer', 'ise-bind-fields', 'ise-trusted-name');
    await this.#change({ method: 'POST', path: `${CERTS}/signed-certificate/bind`, json, timeoutMs, confirms }, signal);
  }

  systemCertificates(hostName: string, signal: AbortSignal): Promise<readonly SystemCertificate[]> {
    const path = `${CERTS}/system-certificate/${encodeURIComponent(hostName)}`;
    return this.#pages(path, SystemCertificate, signal, confirming('ise-used-by', 'ise-list-shape'));
  }

  /** PEM; null when the answer holds no certificate. Changes nothing, although it is a POST. */
  async exportSystemCertificate(hostName: string, id: string, signal: AbortSignal): Promise<string | null> {
    const json = { id, hostName, export: 'CERTIFICATE' };
    const path = `${CERTS}/system-certificate/export`;
    const call = { method: 'POST', path, json, encoding: 'base64', confirms: confirming('ise-export-form') } as const;
    const { body } = await this.#change(call, signal);
    return splitPem(unpacked(Buffer.from(body, 'base64')))[0] ?? null;
  }

  trustedCertificates(signal: AbortSignal): Promise<readonly TrustedCertificate[]> {
    return this.#pages(`${CERTS}/trusted-certificate`, TrustedCertificate, signal);
  }

  async importTrusted(json: object, signal: AbortSignal): Promise<void> {
    const confirms = confirming('ise-trust-duplicate');
    await this.#change({ method: 'POST', path: `${CERTS}/trusted-certificate/import`, json, confirms }, signal);
  }

  #reading(path: string): ApplianceCall {
    return { method: 'GET', path, headers: { authorization: this.#authorization } };
  }

  async #pages<Row extends z.ZodType<{ readonly id: string }>>(
    path: string,
    row: Row,
    signal: AbortSignal,
    confirms = confirming('ise-list-shape', 'ise-csr-subject'),
  ): Promise<readonly z.output<Row>[]> {
    const rows = new Map<string, z.output<Row>>();
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const call = { ...this.#reading(`${path}?size=${PAGE}&page=${page}`), confirms };
      const found = this.#parse(call, listOf(row), await this.#web.send(call, signal));
      const before = rows.size;
      for (const one of found) rows.set(one.id, one);
      if (found.length < PAGE || rows.size === before) break;
    }
    return [...rows.values()];
  }

  /** ISE's own protection wants to see where a change comes from, and a token that it gave out before. */
  async #change(call: ApplianceCall, signal: AbortSignal): Promise<HttpResponse> {
    const { origin } = this.#web;
    const headers = {
      authorization: this.#authorization,
      referer: `${origin}/admin/`,
      origin,
      ...(await this.#token(signal)),
    };
    return await this.#web.send({ ...call, headers }, signal);
  }

  async #token(signal: AbortSignal): Promise<Record<string, string>> {
    const call = this.#reading(NODES);
    const asking = { ...call, headers: { ...call.headers, 'x-csrf-token': 'fetch' }, confirms: confirming('ise-csrf') };
    const { headers } = await this.#web.send(asking, signal);
    const token = headers['x-csrf-token'] ?? headers['csrf-token'];
    const cookie = cookiesIn(headers['set-cookie'] ?? '');
    return { ...(token ? { 'x-csrf-token': token } : {}), ...(cookie ? { cookie } : {}) };
  }

  #parse<Schema extends z.ZodType>(call: ApplianceCall, schema: Schema, answer: HttpResponse): z.output<Schema> {
    const parsed = schema.safeParse(jsonOf(answer.body));
    if (parsed.success) return parsed.data;
    throw this.#web.refusal('APPLIANCE_PROTOCOL', `answered ${call.path} in an unknown form.`, call, answer);
  }
}

/** Several Set-Cookie headers come joined by commas, and their dates have commas of their own. */
function cookiesIn(joined: string): string {
  return joined
    .split(/,\s*(?=[^;,=\s]+=)/)
    .map((cookie) => cookie.split(';', 1)[0]?.trim() ?? '')
    .filter((cookie) => cookie.includes('='))
    .join('; ');
}

/** The PEM text itself, or the one in the `response` of a JSON answer. */
function plainText(body: string): string {
  const json = jsonOf(body);
  if (typeof json === 'string') return json;
  const response = typeof json === 'object' && json !== null && 'response' in json ? json.response : null;
  return typeof response === 'string' ? response : body;
}

/** A ZIP file begins with these (APPNOTE.TXT, section 4.3.7). */
const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');

function unpacked(bytes: Buffer): string {
  if (!bytes.subarray(0, ZIP.length).equals(ZIP)) return plainText(bytes.toString('utf8'));
  try {
    return Object.values(unzipSync(bytes))
      .map((file) => strFromU8(file))
      .join('\n');
  } catch {
    return '';
  }
}

const meaningOf: Meaning = (status, body) => {
  if (status === 404) {
    return {
      code: 'APPLIANCE_REFUSED',
      words: 'has nothing at this address: the Open API is off, or the version is older than 3.1',
    };
  }
  if (status === 400 && /security check/i.test(body)) {
    return { code: 'APPLIANCE_REFUSED', words: 'took the request for an attack (its content filter)' };
  }
  if (status === 409) return { code: 'APPLIANCE_REFUSED', words: 'says that there is one already' };
  return undefined;
};
