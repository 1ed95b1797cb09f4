import type { RenewalView } from '../api/types.ts';
import type { DnsQuestion } from '../dns/check-address.ts';

/** What to look for in DNS after a failure: the first record that not everybody showed, else whatever is at the first name. */
export function missedRecord({ propagation = [], records = [], target }: RenewalView['facts']): DnsQuestion {
  const sight = propagation.find(({ agreed }) => !agreed);
  const published = records.find(({ record }) => record.fqdn === sight?.fqdn && record.value === sight.value);
  if (!sight || !published) return { name: target?.dnsNames[0] ?? '', value: '' };
  // Asked from where a CA begins, so that the aliases on the way are looked at too.
  return { name: published.location.aliases[0] ?? sight.fqdn, value: sight.value ?? '' };
}
