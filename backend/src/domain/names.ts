import ipaddr from 'ipaddr.js';
import { parse } from 'tldts';

/** Why a public CA will not certify `name`, in words; null when it may. CA/Browser Forum Baseline Requirements 7.1.4.2. */
export function whyNotPublic(name: string): string | null {
  const bare = name.startsWith('*.') ? name.slice(2) : name;
  if (ipaddr.isValid(bare)) return 'it is an IP address';
  if (bare.includes('*')) return 'a wildcard may only stand as the whole first label';
  if (!isHostname(bare)) return 'it is not a host name';
  const { publicSuffix, isIcann, isPrivate, domain } = parse(bare);
  if (!publicSuffix || (!isIcann && !isPrivate)) return 'its top-level domain does not exist in public DNS';
  if (domain === null) return 'it is a public suffix itself';
  return null;
}

/** Letters, digits and hyphens in labels of 1 to 63, 253 in all (RFC 1123); underscores are not allowed in certificates. */
export function isHostname(name: string): boolean {
  if (name.length === 0 || name.length > 253) return false;
  return name.split('.').every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i.test(label));
}

/** `*.example.com` and `example.com` share this name: where DNS-01 looks for the proof (RFC 8555 section 8.4). */
export function challengeName(dnsName: string): string {
  return `_acme-challenge.${dnsName.replace(/^\*\./, '').toLowerCase()}`;
}

export function isWildcard(dnsName: string): boolean {
  return dnsName.startsWith('*.');
}

/** Why a name cannot be proved over HTTP, and what to do: RFC 8555, section 7.1.3, and the rules of the CA/Browser Forum. */
export function wildcardRefusal(dnsName: string): string {
  return `"${dnsName}" is a wildcard, and CAs prove wildcards only by a DNS record: one host cannot speak for all names. Prove the names of this connection by DNS records, or name each host.`;
}
