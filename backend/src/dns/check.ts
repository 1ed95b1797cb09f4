import { challengeName } from '../domain/names.ts';
import { agrees, isConsistent } from './answers.ts';
import { type Diagnosis, diagnose } from './diagnosis.ts';
import type { ServerSight } from './microscope.ts';
import {
  type ChallengeLocation,
  type ChallengeResolver,
  DEFAULT_PROPAGATION,
  type PropagationPolicy,
  type ServerAnswer,
} from './resolver.ts';

/** What is known of one challenge record at one instant. Plain JSON. */
export interface DnsCheck {
  /** Where a CA begins to look. */
  readonly name: string;
  /** The names passed on the way, `name` first. Empty when there is no CNAME. */
  readonly aliases: readonly string[];
  /** The name that holds the record. */
  readonly fqdn: string;
  readonly zone: string;
  /** The value that was looked for; null: whatever is there. */
  readonly value: string | null;
  /** With `since` where the record is watched. */
  readonly answers: readonly (ServerAnswer & Partial<Pick<ServerSight, 'since'>>)[];
  /** Everybody has the value, or the same where none was looked for. */
  readonly agreed: boolean;
  /** The most important first. */
  readonly diagnosis: readonly Diagnosis[];
}

/** `_acme-challenge.` is put before a name that has not got it. */
export function recordNameOf(name: string): string {
  return /^_acme-challenge\./i.test(name) ? name : challengeName(name);
}

/** Whom to ask, and through which view of DNS to find the zone. */
export interface CheckedWith {
  /** For the zone, and for whom to ask. */
  readonly policy: PropagationPolicy;
  /** Resolvers to ask as well. They are told from the view through which the zone is found. */
  readonly also?: readonly string[];
}

/** As a connection would look; every name server where it would ask nobody. */
export function policyOfCheck(policy: PropagationPolicy | null): PropagationPolicy {
  const { mode } = DEFAULT_PROPAGATION;
  return { ...DEFAULT_PROPAGATION, ...policy, ...((policy?.mode ?? 'wait-only') === 'wait-only' && { mode }) };
}

/** Whom a look asks. */
export function askedIn({ policy, also = [] }: CheckedWith): PropagationPolicy {
  if (also.length === 0) return policy;
  if (policy.mode === 'authoritative') return { ...policy, mode: 'both', checkResolvers: also };
  return { ...policy, checkResolvers: [...policy.checkResolvers, ...also] };
}

/**
 * Looks once at everybody who answers for the challenge record of `name`. Changes nothing.
 *
 * @throws AppError DNS_ZONE_NOT_FOUND, DNS_UNREACHABLE, INVALID_SETTINGS
 */
export async function checkDns(
  resolver: ChallengeResolver,
  { name, value, ...whom }: CheckedWith & { readonly name: string; readonly value: string | null },
  signal: AbortSignal,
): Promise<DnsCheck> {
  const location = await resolver.locate(recordNameOf(name), signal, whom.policy);
  const answers = await resolver.look(location.fqdn, value, location, signal, askedIn(whom));
  const agreed = value === null ? isConsistent(answers) : agrees(answers);
  return checkOf(location, { value, answers, agreed });
}

export function checkOf(
  { aliases, fqdn, zone }: ChallengeLocation,
  { value, answers, agreed }: Pick<DnsCheck, 'value' | 'answers' | 'agreed'>,
): DnsCheck {
  const diagnosis = diagnose({ fqdn, zone, value, answers });
  return { name: aliases[0] ?? fqdn, aliases, fqdn, zone, value, answers, agreed, diagnosis };
}
