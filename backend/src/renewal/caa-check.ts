import type { CaaRecord } from '../dns/resolver.ts';
import type { Finding } from '../domain/finding.ts';
import { isWildcard } from '../domain/names.ts';

/**
 * Whether the CA may certify `name` by the CAA records that apply to it. For a wildcard those of `issuewild` count where
 * there are any (RFC 8659, section 4.3).
 *
 * @param identities The issuer domain names of the CA; empty when it does not say.
 */
export function judgeCaa(name: string, records: readonly CaaRecord[], identities: readonly string[]): Finding {
  const hasWild = isWildcard(name) && records.some((record) => record.tag === 'issuewild');
  const tag = hasWild ? 'issuewild' : 'issue';
  const values = records.filter((record) => record.tag === tag).map(({ value }) => value);
  const about = { id: `caa.${name}`, title: `CAA of ${name}`, reference: 'https://www.rfc-editor.org/rfc/rfc8659' };
  if (values.length === 0) return { ...about, outcome: 'ok', answer: 'no restriction' };
  // Section 4.2: an issuer domain name, perhaps followed by parameters.
  const allowed = values.map((value) => (value.split(';')[0] ?? '').trim().toLowerCase());
  if (identities.length === 0) {
    return {
      ...about,
      outcome: 'skipped',
      answer: `allows ${allowed.join(', ')}; the CA does not say which of them it is`,
    };
  }
  if (identities.some((identity) => allowed.includes(identity.toLowerCase())))
    return { ...about, outcome: 'ok', answer: `allows ${allowed.join(', ')}` };
  return {
    ...about,
    outcome: 'block',
    answer: `allows only ${allowed.filter(Boolean).join(', ') || 'nobody'}, not this CA`,
    todo: `Add a CAA record "${tag} ${identities[0]}".`,
  };
}
