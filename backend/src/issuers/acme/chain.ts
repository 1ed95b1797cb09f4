import 'reflect-metadata';
import { X509Certificate as NodeCertificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import * as x509 from '@peculiar/x509';
import {
  type CertificateChain,
  derToPem,
  readCertificate,
  readCsr,
  sameNames,
  splitPem,
} from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { HttpClient } from '../../plugins/http.ts';
import { inLanes } from './lanes.ts';
import { cut, hostOf } from './problems.ts';
import type { AcmeSession, SignedAnswer } from './session.ts';

const AIA_TIMEOUT_MS = 10_000;

/** Every chain that the CA offers for one certificate and that was fetched; the chosen one first. PEM, leaf first. */
export type OfferedChains = readonly (readonly string[])[];

export interface RootSources {
  /** PEM, each with any number of certificates. */
  readonly bundles: readonly string[];
  /** For the issuer's address in the certificate; always plain HTTP, the signature proves what comes. */
  readonly http: HttpClient;
}

/** Downloads the chain, and the alternates too when the first does not end at `preferredChain`. */
export async function downloadChains(
  session: AcmeSession,
  url: string,
  preferredChain: string | null,
): Promise<OfferedChains> {
  const answer = await session.post(url, null);
  const served = certificatesOf(answer, url);
  if (!preferredChain || topIssuerOf(served) === preferredChain) return [served];
  const alternates = await inLanes(alternateLinks(answer.headers.link, url), async (link) =>
    certificatesOf(await session.post(link, null), link),
  );
  const preferred = alternates.find((chain) => topIssuerOf(chain) === preferredChain) ?? served;
  return [preferred, ...[served, ...alternates].filter((chain) => chain !== preferred)];
}

/** @throws AppError CERTIFICATE_MISMATCH unless key and names of the leaf are those of the CSR. */
export function checkLeaf(leafPem: string, csrPem: string, orderUrl: string): void {
  const leaf = readCertificate(leafPem);
  const csr = readCsr(csrPem);
  const sameKey = leaf.key.spkiSha256 === csr.key.spkiSha256;
  if (sameKey && sameNames(leaf.dnsNames, csr.dnsNames)) return;
  const what = sameKey
    ? `names ${leaf.dnsNames.join(', ')} instead of ${csr.dnsNames.join(', ')}`
    : 'has another key than the request';
  throw new AppError('CERTIFICATE_MISMATCH', `The certificate ${leaf.serial} from ${hostOf(orderUrl)} ${what}.`, {
    evidence: { request: orderUrl, body: cut(leafPem) },
  });
}

export async function assembleChain(
  chains: OfferedChains,
  sources: RootSources,
  signal: AbortSignal,
): Promise<CertificateChain> {
  const [leafPem = '', ...issuers] = chains[0] ?? [];
  const top = issuers.at(-1) ?? leafPem;
  if (issuers.length > 0 && isSelfSigned(new NodeCertificate(top))) {
    return { leafPem, intermediatesPem: issuers.slice(0, -1), rootPem: top };
  }
  const known = [...chains.flat(), ...sources.bundles.flatMap(splitPem), ...rootCertificates];
  const rootPem = rootAmong(known, top) ?? (await rootByAddress(top, sources.http, signal));
  return { leafPem, intermediatesPem: issuers, rootPem };
}

/** The self-signed certificate in `candidates` that signed `certificatePem`. */
function rootAmong(candidates: readonly string[], certificatePem: string): string | null {
  const issuerName = Buffer.from(new x509.X509Certificate(certificatePem).issuerName.toArrayBuffer());
  const certificate = new NodeCertificate(certificatePem);
  // Reading each of some hundred certificates would take longer than the rest of an issuance.
  const named = candidates.filter((pem) => derOf(pem).includes(issuerName));
  const root = named.find((pem) => isRootOf(certificate, pem));
  return root ? readCertificate(root).pem : null;
}

/** Follows the issuer's address in the certificate (RFC 5280, section 4.2.2.1). Null whenever that fails. */
async function rootByAddress(certificatePem: string, http: HttpClient, signal: AbortSignal): Promise<string | null> {
  // OpenSSL prints one access description a line: `CA Issuers - URI:http://…`.
  const url = /^CA Issuers - URI:(http:\/\/\S+)$/m.exec(new NodeCertificate(certificatePem).infoAccess ?? '')?.[1];
  if (!url) return null;
  try {
    const answer = await http.request({ method: 'GET', url, encoding: 'base64', timeoutMs: AIA_TIMEOUT_MS }, signal);
    const bytes = Buffer.from(answer.body, 'base64');
    const pems = bytes.includes('-----BEGIN') ? splitPem(bytes.toString('latin1')) : [derToPem(bytes)];
    return rootAmong(pems, certificatePem);
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

function isRootOf(certificate: NodeCertificate, candidatePem: string): boolean {
  const candidate = new NodeCertificate(candidatePem);
  return certificate.checkIssued(candidate) && certificate.verify(candidate.publicKey) && isSelfSigned(candidate);
}

function isSelfSigned(certificate: NodeCertificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}

function topIssuerOf(chain: readonly string[]): string | null {
  const top = chain.at(-1);
  return top ? (new x509.X509Certificate(top).issuerName.getField('CN')[0] ?? null) : null;
}

function certificatesOf(answer: SignedAnswer, url: string): string[] {
  const pems = splitPem(answer.body);
  if (pems.length > 0) return pems;
  throw new AppError('ISSUER_UNREACHABLE', `${hostOf(url)} answered without a certificate.`, {
    evidence: { request: `POST-as-GET ${url}`, status: answer.status, body: cut(answer.body) },
  });
}

/** `<https://…>;rel="alternate"` of a Link header (RFC 8288); addresses may be relative. */
export function alternateLinks(header: string | undefined, base: string): string[] {
  const links = [...(header ?? '').matchAll(/<([^>]*)>((?:\s*;\s*[^,;"]+(?:"[^"]*")?)*)/g)];
  return links
    .filter(([, , parameters]) => /;\s*rel\s*=\s*"?(?:[^"]*\s)?alternate\b/i.test(parameters ?? ''))
    .map(([, target = '']) => new URL(target, base).href);
}
