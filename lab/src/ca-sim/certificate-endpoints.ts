import type { Exchanges } from '../exchanges.ts';
import type { Answer } from './answer.ts';
import { RETRY_AFTER_SECONDS, renewalInfo } from './ari.ts';
import type { Authorizations } from './authorizations.ts';
import type { Certificate, Certificates } from './certificates.ts';
import { thumbprintOf } from './jws.ts';
import { notFound, Problem } from './problem.ts';
import { parse, Revocation } from './schema.ts';
import { accountOf, refusePayload, type SignedRequest } from './signed-request.ts';
import type { Urls } from './urls.ts';

/** Reasons a subscriber may give: unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation. */
const REVOCATION_REASONS = [0, 1, 3, 4, 5];

interface Parts {
  readonly certificates: Certificates;
  readonly authorizations: Authorizations;
  readonly exchanges: Exchanges;
  readonly urls: Urls;
}

/** Download, revocation (RFC 8555 section 7.4.2 and 7.6) and renewal information (RFC 9773). */
export class CertificateEndpoints {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `chain`: which of the chains, 0 being the default. */
  async download(request: SignedRequest, id: string, chain: number): Promise<Answer> {
    const { exchanges, certificates, urls } = this.#parts;
    refusePayload(request);
    const account = accountOf(request);
    await exchanges.reached('ca.certificate', 'received');
    const certificate = certificates.byId(id);
    const pem = certificate?.chains[chain];
    if (certificate === null || pem === undefined) throw notFound('certificate');
    if (certificate.accountId !== account.id) {
      throw new Problem('unauthorized', 'the certificate belongs to another account');
    }
    await exchanges.reached('ca.certificate', 'done');
    const others = certificate.chains.flatMap((_, other) => (other === chain ? [] : [chainUrl(urls, id, other)]));
    return { status: 200, links: others.map((url) => ['alternate', url]), body: pem };
  }

  async revoke(request: SignedRequest): Promise<Answer> {
    const { certificate: der, reason = 0 } = parse(Revocation, request.payload, 'revokeCert');
    const certificate = this.#parts.certificates.byDer(Buffer.from(der, 'base64url'));
    if (certificate === null) throw notFound('certificate');
    if (!(await this.#mayRevoke(request, certificate))) {
      throw new Problem('unauthorized', 'neither the account nor the key may revoke this certificate');
    }
    if (!REVOCATION_REASONS.includes(reason)) {
      throw new Problem('badRevocationReason', `reason ${reason} is not for subscribers`);
    }
    if (certificate.revoked !== null) throw new Problem('alreadyRevoked', 'the certificate is revoked already');
    certificate.revoked = new Date();
    return { status: 200 };
  }

  async #mayRevoke({ account, key }: SignedRequest, certificate: Certificate): Promise<boolean> {
    if (account === null) return key.thumbprint === (await thumbprintOf(certificate.key));
    if (account.id === certificate.accountId) return true;
    return certificate.dnsNames.every((name) => this.#parts.authorizations.held(account.id, name) !== null);
  }

  renewalInfo(certId: string): Answer {
    const certificate = this.#parts.certificates.byCertId(certId);
    if (certificate === null) throw notFound('certificate');
    return { status: 200, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) }, body: renewalInfo(certificate) };
  }
}

function chainUrl(urls: Urls, id: string, chain: number): string {
  return chain === 0 ? urls.of('cert', id) : urls.of('cert', id, String(chain));
}
