import type { DnsProvider } from './provider.ts';

/** Which provider serves which records: several zones, accounts and services in one order. */
export interface DnsRouter {
  /** For a record at this name, after CNAMEs. */
  providerFor(fqdn: string): DnsProvider;
  /** Each provider once, with the suffix it serves; null for the default. */
  readonly providers: readonly RoutedProvider[];
}

export interface RoutedProvider {
  readonly suffix: string | null;
  readonly provider: DnsProvider;
}

export function createDnsRouter(
  fallback: DnsProvider,
  rules: readonly { readonly suffix: string; readonly provider: DnsProvider }[],
): DnsRouter {
  const longestFirst = rules.toSorted((a, b) => b.suffix.length - a.suffix.length);
  return {
    providerFor(fqdn) {
      const rule = longestFirst.find(({ suffix }) => fqdn === suffix || fqdn.endsWith(`.${suffix}`));
      return rule?.provider ?? fallback;
    },
    providers: [{ suffix: null, provider: fallback }, ...rules],
  };
}
