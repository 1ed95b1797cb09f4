import { RCODE } from './codes.ts';
import { addressesOf, type Lookup, lookUp } from './lookup.ts';
import { type Reply, refused } from './reply.ts';
import type { Question } from './wire.ts';
import type { Zone } from './zone.ts';

/** The answer of a server that holds `zones` and asks nobody else. */
export function answerAuthoritatively(zones: readonly Zone[], question: Question): Reply {
  const { aliases, end } = lookUp(zones, question.name, question.type);
  const found: Reply = { rcode: RCODE.NOERROR, authoritative: true, answers: aliases };
  switch (end.kind) {
    case 'foreign':
      return aliases.length === 0 ? refused() : found;
    case 'loop':
      return found;
    case 'answer':
      return { ...found, answers: [...aliases, ...end.records], additionals: addressesOf(end.zone, end.records) };
    case 'referral':
      return refer(aliases, end);
    default:
      return { ...found, ...denial(end) };
  }
}

/** A name or a type that is not there: the SOA tells whose word that is (RFC 2308). */
export function denial(end: { readonly kind: 'no-data' | 'no-name'; readonly zone: Zone }): Reply {
  return { rcode: end.kind === 'no-name' ? RCODE.NXDOMAIN : RCODE.NOERROR, authorities: [end.zone.soa()] };
}

/** AA speaks of the first name of the answer only (RFC 1035, section 4.1.1), hence it holds after an alias. */
function refer(aliases: Lookup['aliases'], end: Extract<Lookup['end'], { kind: 'referral' }>): Reply {
  return {
    rcode: RCODE.NOERROR,
    authoritative: aliases.length > 0,
    answers: aliases,
    authorities: end.servers,
    additionals: addressesOf(end.zone, end.servers),
  };
}
