import { AppError } from '../domain/errors.ts';
import type { DnsProvider } from './provider.ts';

/** Which provider serves which records: several zones, accounts and services in one order. */
export interface DnsRouter {
  /** For a record at this name, after CNAMEs. @throws AppError INVALID_SETTINGS when there is none for it. */
  providerFor(fqdn: string): DnsProvider;
  /** Each provider once, with the suffix it serves; null for the default. */
  readonly providers: readonly RoutedProvider[];
}

export interface RoutedProvider {
  readonly suffix: string | null;
  readonly provider: DnsProvider;
}

/** @param fallback Null where only some domains have one, or none. */
export function createDnsRouter(
  fallback: DnsProvider | null,
  rules: readonly { readonly suffix: string; readonly provider: DnsProvider }[],
): DnsRouter {
  const longestFirst = rules.toSorted((a, b) => b.suffix.length - a.suffix.length);
  return {
    providerFor(fqdn) {
      const rule = longestFirst.find(({ suffix }) => fqdn === suffix || fqdn.endsWith(`.${suffix}`));
      const provider = rule?.provider ?? fallback;
      if (provider) return provider;
      throw new AppError('INVALID_SETTINGS', `The connection has no DNS account for a record at ${fqdn}.`);
    },
    providers: [...(fallback ? [{ suffix: null, provider: fallback }] : []), ...rules],
  };
}
