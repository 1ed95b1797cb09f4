import { AppError } from '../domain/errors.ts';
import type { DnsProvider } from './provider.ts';

/** Which provider serves which records: several zones, accounts and services in one order. */
export interface DnsRouter {
  /** For a record at this name, after CNAMEs. @throws AppError INVALID_SETTINGS when there is none for it. */
  providerFor(fqdn: string): DnsProvider;
  /** The account behind it, as whoever made the router names it. @throws as `providerFor`. */
  accountFor(fqdn: string): string;
  /** Each provider once, with the suffix it serves; null for the default. */
  readonly providers: readonly RoutedProvider[];
}

export interface RoutedProvider {
  readonly suffix: string | null;
  readonly provider: DnsProvider;
  readonly account: string;
}

/** @param routes One for each suffix; without the default where only some domains have a provider. */
export function createDnsRouter(routes: readonly RoutedProvider[]): DnsRouter {
  const routeFor = (fqdn: string) => {
    const route = ruleFor(fqdn, routes);
    if (route) return route;
    throw new AppError('INVALID_SETTINGS', `The connection has no DNS account for a record at ${fqdn}.`);
  };
  return {
    providerFor: (fqdn) => routeFor(fqdn).provider,
    accountFor: (fqdn) => routeFor(fqdn).account,
    providers: routes,
  };
}

/** The rule with the longest suffix that covers the name; null covers every name. */
export function ruleFor<Rule extends { readonly suffix: string | null }>(
  fqdn: string,
  rules: readonly Rule[],
): Rule | undefined {
  const covers = ({ suffix }: Rule) => suffix === null || fqdn === suffix || fqdn.endsWith(`.${suffix}`);
  return rules.filter(covers).toSorted((a, b) => (b.suffix?.length ?? -1) - (a.suffix?.length ?? -1))[0];
}
