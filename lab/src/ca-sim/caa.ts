import { CAA_IDENTITY } from './authorizations.ts';
import { type DnsClient, DnsFailure, type RecordOf } from './dns-query.ts';
import { Problem } from './problem.ts';

export interface CaaQuestion {
  /** Without `*.` */
  readonly name: string;
  readonly wildcard: boolean;
  readonly accountUrl: string;
  /** How the name was proved. */
  readonly method: 'dns-01' | 'http-01';
}

interface Property {
  readonly critical: boolean;
  readonly tag: string;
  readonly value: string;
}

const KNOWN_TAGS = ['issue', 'issuewild', 'issuemail', 'iodef', 'contactemail', 'contactphone'];

/**
 * Whether CAA allows this CA to issue (RFC 8659, with the parameters of RFC 8657).
 *
 * @throws Problem caa, or dns when a resolver fails
 */
export async function checkCaa(question: CaaQuestion, dns: DnsClient, signal: AbortSignal): Promise<void> {
  const labels = question.name.split('.');
  // Top-level domains are left out: the lab's resolvers know only the lab's zones.
  for (let depth = 0; depth < labels.length - 1; depth++) {
    const domain = labels.slice(depth).join('.');
    const properties = await propertiesOf(domain, dns, signal);
    if (properties.length === 0) continue;
    if (!allows(properties, question)) throw new Problem('caa', `CAA record for ${domain} prevents issuance`);
    return;
  }
}

async function propertiesOf(domain: string, dns: DnsClient, signal: AbortSignal): Promise<readonly Property[]> {
  try {
    return (await dns.records(domain, 'CAA', signal)).map(propertyOf);
  } catch (error) {
    // REFUSED means that the parent domain lies outside the lab's DNS.
    if (error instanceof DnsFailure && (error.code === 'NXDOMAIN' || error.code === 'REFUSED')) return [];
    if (error instanceof DnsFailure) throw new Problem('dns', `CAA: DNS problem: ${error.message}`);
    throw error;
  }
}

function propertyOf({ data }: RecordOf): Property {
  // dns-packet decodes CAA records into exactly these members.
  const { flags, tag, value } = data as { flags: number; tag: string; value: string };
  return { critical: (flags & 0x80) !== 0, tag: tag.toLowerCase(), value };
}

function allows(properties: readonly Property[], question: CaaQuestion): boolean {
  if (properties.some(({ critical, tag }) => critical && !KNOWN_TAGS.includes(tag))) return false;
  const issue = properties.filter(({ tag }) => tag === 'issue');
  const issueWild = properties.filter(({ tag }) => tag === 'issuewild');
  const relevant = question.wildcard && issueWild.length > 0 ? issueWild : issue;
  return relevant.length === 0 || relevant.some(({ value }) => names(value, question));
}

function names(value: string, question: CaaQuestion): boolean {
  const [issuer, ...parameters] = value.split(';').map((part) => part.trim());
  return issuer?.toLowerCase() === CAA_IDENTITY && parameters.every((parameter) => permits(parameter, question));
}

function permits(parameter: string, { accountUrl, method }: CaaQuestion): boolean {
  const [tag, ...rest] = parameter.split('=');
  const value = rest.join('=').trim();
  if (tag?.trim().toLowerCase() === 'accounturi') return value === accountUrl;
  if (tag?.trim().toLowerCase() === 'validationmethods') return value.split(',').includes(method);
  return true;
}
