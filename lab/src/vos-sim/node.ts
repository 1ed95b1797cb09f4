import type { Faults } from '../faults.ts';
import {
  type Certificate,
  type CertificateRequest,
  type CertificateWithKey,
  newRequest,
  newSelfSignedKeys,
  readCertificate,
  selfSigned,
} from './certificates.ts';
import { noSuchCsr, Refusal, TEXTS } from './refusal.ts';
import type { CsrBody } from './schema.ts';
import { readUpload, TrustStore } from './trust-store.ts';

/** The services with a certificate, as `show cert list own` prints them. */
export const SERVICES = [
  'tomcat',
  'tomcat-ECDSA',
  'ipsec',
  'ITLRecovery',
  'CallManager-ECDSA',
  'CallManager',
  'CAPF',
  'TVS',
] as const;

export type Service = (typeof SERVICES)[number];

const TRUST_SERVICES: readonly Service[] = ['tomcat', 'ipsec', 'CallManager', 'CAPF', 'TVS'];

const OTHERS_VALID_DAYS = 900;

const HASHES = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;

const DNS_NAME = /^(?!.*\.\.)[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?$/i;

/** A certificate with its key, and the issuers that are served with it. */
export interface Identity extends CertificateWithKey {
  readonly certificate: Certificate;
  readonly issuers: readonly Certificate[];
}

export interface NodeSettings {
  readonly nodeName: string;
  readonly installedValidDays: number;
  /** PEM */
  readonly trusted: readonly string[];
  readonly faults: Faults;
}

/** The certificates of one CUCM node, and its rules for changing them. Only `tomcat` can be changed. */
export class VosNode {
  readonly name: string;
  readonly #faults: Faults;
  readonly #identities: Map<Service, Identity>;
  readonly #trust = new Map(TRUST_SERVICES.map((service) => [service, new TrustStore()]));
  #pending: CertificateRequest | null = null;

  private constructor(settings: NodeSettings, identities: Map<Service, Identity>) {
    this.name = settings.nodeName;
    this.#faults = settings.faults;
    this.#identities = identities;
    for (const certificate of readUpload(settings.trusted)) this.trust('tomcat').add(certificate);
  }

  static async create(settings: NodeSettings): Promise<VosNode> {
    const { nodeName } = settings;
    const [rsa, ec] = [await newSelfSignedKeys('rsa'), await newSelfSignedKeys('ec')];
    const [tomcat, otherRsa, otherEc] = await Promise.all([
      selfSigned(nodeName, settings.installedValidDays, rsa),
      selfSigned(nodeName, OTHERS_VALID_DAYS, rsa),
      selfSigned(`${nodeName.split('.')[0]}-EC`, OTHERS_VALID_DAYS, ec),
    ]);
    const start = (service: Service): CertificateWithKey => {
      if (service === 'tomcat') return tomcat;
      return service.endsWith('-ECDSA') ? otherEc : otherRsa;
    };
    return new VosNode(settings, new Map(SERVICES.map((service) => [service, asIdentity(start(service), [])])));
  }

  /** @throws Refusal when there is no such service */
  identity(service: string): Identity {
    const identity = this.#identities.get(known(service));
    if (!identity) throw new Refusal(404, TEXTS.notFound);
    return identity;
  }

  /** @throws Refusal when there is no such service */
  trust(service: string): TrustStore {
    const store = this.#trust.get(known(service));
    if (!store) throw new Refusal(400, `Invalid service: ${service}`);
    return store;
  }

  get trustServices(): readonly Service[] {
    return TRUST_SERVICES;
  }

  /** PEM, or null. */
  pendingCsr(service: string): string | null {
    return known(service) === 'tomcat' ? (this.#pending?.pem ?? null) : null;
  }

  /** Replaces the pending request and its key. @throws Refusal when the names are no good. */
  async createCsr(body: CsrBody): Promise<string> {
    onlyTomcat(body.service);
    for (const name of [body.commonName, ...body.altNames]) checkName(name);
    this.#pending = await newRequest({
      commonName: body.commonName,
      dnsNames: this.#namesFor(body),
      keyLength: body.keyLength,
      hash: HASHES[body.hashAlgorithm],
    });
    return this.#pending.pem;
  }

  /**
   * Stores leaf and key and consumes the request. Tomcat keeps serving the old one until it is restarted.
   *
   * @throws Refusal with the vendor's words
   */
  uploadIdentity(service: string, elements: readonly string[]): void {
    onlyTomcat(service);
    const request = this.#pending;
    if (!request) throw new Refusal(400, noSuchCsr('tomcat'));
    if (this.#faults.take('csr-stale-500')) {
      this.#pending = null;
      throw new Refusal(500, TEXTS.internal);
    }
    const [leaf] = readUpload(elements);
    if (!leaf) throw new Refusal(400, TEXTS.unreadable);
    const path = this.trust('tomcat').pathFor(leaf);
    if (!path) throw new Refusal(400, TEXTS.caMissing);
    checkLeaf(leaf, request);
    this.#identities.set('tomcat', asIdentity({ certificatePem: leaf.pem, keyPem: request.keyPem }, path));
    this.#pending = null;
  }

  /**
   * Adds certificates to the stores one by one; those before a refused one stay. Returns how many were new.
   *
   * @throws Refusal
   */
  uploadTrust(services: readonly string[], elements: readonly string[]): number {
    const stores = services.map((service) => this.trust(service));
    let added = 0;
    for (const certificate of readUpload(elements)) {
      for (const store of stores) {
        if (store.add(certificate)) added += 1;
        else if (this.#faults.has('trust-duplicate')) throw new Refusal(400, TEXTS.trustDuplicate);
      }
    }
    return added;
  }

  #namesFor(body: CsrBody): string[] {
    const parents = this.#faults.has('san-added-by-node') ? [body.commonName.split('.').slice(1).join('.')] : [];
    const added = [...parents.filter((parent) => parent.length > 0), ...body.altNames];
    return added.length > 0 ? [...new Set([body.commonName, ...added].map((name) => name.toLowerCase()))] : [];
  }
}

function checkLeaf(leaf: Certificate, request: CertificateRequest): void {
  if (leaf.spki !== request.spki) throw new Refusal(400, TEXTS.keyMismatch);
  if (!namesFit(leaf.names, request)) throw new Refusal(400, TEXTS.sanMismatch);
  if (Date.parse(leaf.parsed.validTo) <= Date.now()) throw new Refusal(400, TEXTS.expired);
}

function namesFit(names: ReadonlySet<string>, request: CertificateRequest): boolean {
  if (names.size === 0) return !request.hasNames;
  return names.size === request.names.size && [...names].every((name) => request.names.has(name));
}

/** A self-signed root is not served: clients have it or do not trust it. */
function asIdentity(pair: CertificateWithKey, path: readonly Certificate[]): Identity {
  return { ...pair, certificate: readCertificate(pair.certificatePem), issuers: path.slice(0, -1) };
}

function checkName(name: string): void {
  if (name.startsWith('*')) throw new Refusal(400, TEXTS.wildcard);
  if (!DNS_NAME.test(name)) throw new Refusal(400, `Invalid host name: ${name}`);
}

function known(service: string): Service {
  const found = SERVICES.find((one) => one === service);
  if (!found) throw new Refusal(400, `Invalid service: ${service}`);
  return found;
}

function onlyTomcat(service: string): void {
  if (known(service) !== 'tomcat')
    throw new Refusal(400, `The lab changes certificates of tomcat only, not ${service}`);
}
