import { randomUUID, X509Certificate } from 'node:crypto';
import { Refusal } from '../appliance-sim/answers.ts';
import { issuersOf } from '../appliance-sim/identity.ts';
import type { FaultView } from '../faults.ts';
import { type Certificate, readCertificate, splitPem } from '../vos-sim/certificates.ts';
import type { KeyMaker } from '../vos-sim/keys.ts';
import { type CsrDetails, type IseNode, makeCsr, type PendingCsr, ROLES, type SystemCertificate } from './node.ts';
import type { IseQuirks } from './quirks.ts';
import type { BindBody } from './schema.ts';

export interface Trusted {
  readonly id: string;
  readonly friendlyName: string;
  readonly certificate: Certificate;
  readonly trustForIseAuth: boolean;
}

/** What all nodes share: the pending requests and the trusted certificates. */
export class Deployment {
  readonly nodes: readonly IseNode[];
  readonly #faults: FaultView;
  readonly #quirks: IseQuirks;
  readonly #makeKeys: KeyMaker;
  csrs: PendingCsr[] = [];
  trusted: Trusted[];

  constructor(
    nodes: readonly IseNode[],
    trustedPem: readonly string[],
    { faults, quirks, makeKeys }: { faults: FaultView; quirks: IseQuirks; makeKeys: KeyMaker },
  ) {
    this.nodes = nodes;
    this.trusted = trustedPem.map((pem, index) => trustedOf(pem, `Installed CA ${index}`, false));
    this.#faults = faults;
    this.#quirks = quirks;
    this.#makeKeys = makeKeys;
  }

  get trustedCertificates(): readonly Certificate[] {
    return this.trusted.map(({ certificate }) => certificate);
  }

  node(hostName: string): IseNode {
    const node = this.nodes.find(({ hostname }) => hostname === hostName);
    if (!node) throw new Refusal(404, `Host ${hostName} not found in the deployment`);
    return node;
  }

  csr(hostName: string, id: string): PendingCsr {
    const csr = this.csrs.find((one) => one.id === id && one.hostName === hostName);
    if (!csr) throw new Refusal(404, `Certificate Signing Request ${id} not found`);
    return csr;
  }

  forgetCsr({ id }: PendingCsr): void {
    this.csrs = this.csrs.filter((one) => one.id !== id);
  }

  async addCsr(details: CsrDetails): Promise<PendingCsr> {
    const made = await makeCsr(details, this.#makeKeys);
    if (this.csrs.some(({ subject, hostName }) => subject === made.subject && hostName === made.hostName)) {
      throw new Refusal(409, 'A Certificate Signing Request with the same subject already exists');
    }
    this.csrs = [...this.csrs, made];
    return made;
  }

  trust(pem: string, name: string | undefined, trustForIseAuth: boolean): number {
    const added = trustedOf(pem, name ?? `Trusted ${this.trusted.length}`, trustForIseAuth);
    if (this.trusted.some(({ certificate }) => certificate.sha256 === added.certificate.sha256)) {
      if (this.#quirks.trustDuplicate === 409)
        throw new Refusal(409, 'The certificate already exists in the trust store');
      return 200;
    }
    if (this.trusted.some(({ friendlyName }) => friendlyName === added.friendlyName)) {
      throw new Refusal(400, 'Friendly name is already in use');
    }
    this.trusted = [...this.trusted, added];
    return 200;
  }

  /** Binds the certificate to its request, and moves the roles to it. */
  bind(body: BindBody): SystemCertificate {
    const node = this.node(body.hostName);
    const csr = this.csr(body.hostName, body.id);
    const [leafPem = '', ...others] = splitPem(body.data);
    if (this.#faults.has('ise-content-filter') || others.length > 0 || /'/.test(body.name ?? '')) {
      throw new Refusal(400, 'Security Check Failed');
    }
    const certificate = readable(leafPem);
    this.#refuseUnfit(certificate, csr);
    if (node.certificates.some(({ friendlyName }) => friendlyName === body.name)) {
      throw new Refusal(409, 'Friendly name is already in use');
    }
    const added: SystemCertificate = {
      id: randomUUID(),
      friendlyName: body.name ?? `${node.hostname}#${certificate.commonName}`,
      certificate,
      keyPem: csr.keyPem,
      roles: new Set(ROLES.filter((role) => body[role])),
      groupTag: body.portal ? (body.portalGroupTag ?? null) : null,
    };
    if (body.portal && !body.portalGroupTag) throw new Refusal(400, 'Portal group tag is required for the portal role');
    node.add(added);
    this.forgetCsr(csr);
    return added;
  }

  #refuseUnfit(certificate: Certificate, csr: PendingCsr): void {
    if (certificate.spki !== csr.spki) {
      throw new Refusal(400, 'The certificate does not match the Certificate Signing Request');
    }
    if (!issuersOf(certificate, this.trustedCertificates)) throw new Refusal(422, 'Failed to Verify Certificate Path');
    const twin = this.trustedCertificates.find(
      ({ commonName, parsed }) =>
        commonName === certificate.commonName && parsed.serialNumber !== certificate.parsed.serialNumber,
    );
    if (twin)
      throw new Refusal(400, 'A trusted certificate with the same subject and a different serial number exists');
    if (Date.parse(certificate.parsed.validTo) < Date.now()) throw new Refusal(400, 'Certificate has expired');
  }
}

function trustedOf(pem: string, friendlyName: string, trustForIseAuth: boolean): Trusted {
  return { id: randomUUID(), friendlyName, certificate: readable(pem), trustForIseAuth };
}

function readable(pem: string): Certificate {
  try {
    new X509Certificate(pem);
    return readCertificate(pem);
  } catch {
    throw new Refusal(400, 'Unable to parse the certificate data');
  }
}
