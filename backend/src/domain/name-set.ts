import { parse } from 'tldts';

/** The same text for the same names, in any order or case: what a CA counts as one set of identifiers. */
export function nameSetOf(names: readonly string[]): string {
  return [...new Set(names.map((name) => name.toLowerCase()))].sort().join(' ');
}

/**
 * The registered domains of `names`, each once: `example.co.uk` of `*.voice.example.co.uk`. With the private section of the
 * public suffix list, as CAs count. A name below no public suffix stands for itself.
 */
export function registeredDomainsOf(names: readonly string[]): readonly string[] {
  const domains = names.map((name) => {
    const bare = name.replace(/^\*\./, '').toLowerCase();
    return parse(bare, { allowPrivateDomains: true }).domain ?? bare;
  });
  return [...new Set(domains)].sort();
}
