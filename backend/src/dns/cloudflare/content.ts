const LONGEST_STRING = 255;

/**
 * A TXT value as Cloudflare stores it: quoted character strings of at most 255 octets.
 * https://developers.cloudflare.com/dns/manage-dns-records/reference/dns-record-types/#txt
 */
export function quote(value: string): string {
  const count = Math.max(1, Math.ceil(value.length / LONGEST_STRING));
  const strings = Array.from({ length: count }, (_, at) => value.slice(at * LONGEST_STRING, (at + 1) * LONGEST_STRING));
  return strings.map((string) => `"${string.replaceAll(/["\\]/g, '\\$&')}"`).join(' ');
}

/** The value behind the content of a record. People leave the quotes away, and then Cloudflare does too. */
export function unquote(content: string): string {
  if (!content.startsWith('"')) return content;
  const strings = content.matchAll(/"((?:[^"\\]|\\.)*)"/g);
  return [...strings].map(([, inner = '']) => inner.replaceAll(/\\(.)/g, '$1')).join('');
}
