import ipaddr from 'ipaddr.js';
import { contentOf, isConsistent } from './answers.ts';
import type { NameServer, ServerAnswer } from './resolver.ts';
import { isOlder, newestOf } from './serials.ts';

/** What was seen of one record. */
export interface Observation {
  readonly fqdn: string;
  readonly zone: string;
  /** Null: whatever is there. */
  readonly value: string | null;
  readonly answers: readonly ServerAnswer[];
}

export interface Diagnosis {
  readonly cause: Cause;
  /** The cause in words, with the servers it was seen at and what they said. */
  readonly sentence: string;
}

/** The most important first: what everybody runs into before what only some do. */
const CAUSES = [
  'internal-view',
  'lame',
  'servfail',
  'no-address',
  'unreachable',
  'timeout',
  'rcode',
  'alias',
  'stale',
  'wrong-values',
  'nowhere',
  'missing',
  'cache',
  'no-route',
] as const;
export type Cause = (typeof CAUSES)[number];

/** Why the servers do not agree, the most important cause first. Empty when there is nothing to say. */
export function diagnose(observation: Observation): readonly Diagnosis[] {
  const view = new View(observation);
  return CAUSES.flatMap((cause) => {
    const affected = observation.answers.filter((answer) => causeOf(answer, view) === cause);
    return alike(affected).map((answers) => ({ cause, sentence: SENTENCES[cause](answers, view) }));
  });
}

/** Servers that say the same are told of together. */
function alike(answers: readonly ServerAnswer[]): readonly (readonly ServerAnswer[])[] {
  const groups = new Map<string, ServerAnswer[]>();
  for (const answer of answers) {
    const key = `${answer.kind} ${answer.detail}`;
    groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  return [...groups.values()];
}

/** The observation as a whole, against which each answer is judged. */
class View {
  readonly observation: Observation;
  /** The authoritative answer with the newest SOA serial. */
  readonly newest: ServerAnswer | null;
  readonly #authoritative: readonly ServerAnswer[];
  readonly #wanted: string | null;

  constructor(observation: Observation) {
    this.observation = observation;
    this.#authoritative = observation.answers.filter(
      ({ kind, state }) => kind === 'authoritative' && state !== 'failed',
    );
    this.newest = newestOf(this.#authoritative);
    const reference = this.newest ?? observation.answers.find(({ state }) => state !== 'failed');
    const settled = observation.value !== null || isConsistent(observation.answers) || !reference;
    this.#wanted = settled ? null : contentOf(reference);
  }

  /** The answer is as it should be. Where no value is looked for: the same as that of the newest server. */
  isGood(answer: ServerAnswer): boolean {
    if (answer.state === 'failed') return false;
    if (this.observation.value !== null) return answer.state === 'seen';
    return this.#wanted === null || contentOf(answer) === this.#wanted;
  }

  /** Some authoritative server answers, and none of them has it. */
  get isNowhere(): boolean {
    return this.#authoritative.length > 0 && !this.#authoritative.some((answer) => this.isGood(answer));
  }

  get isEverywhere(): boolean {
    return this.#authoritative.length > 0 && this.#authoritative.every((answer) => this.isGood(answer));
  }

  get isAllPrivate(): boolean {
    return this.#authoritative.length > 0 && this.#authoritative.every(({ server }) => isPrivate(server.address));
  }

  /** Why a resolver must have another copy of the zone than the name servers; null when it may be the same. */
  otherCopy({ soaSerial, soaPrimary, soaUnanswered }: ServerAnswer): string | null {
    const { newest, observation } = this;
    // Two services that serve the zone together name one primary each.
    const primaries = [...new Set(this.#authoritative.flatMap((answer) => answer.soaPrimary ?? []))];
    if (!newest || primaries.length === 0 || soaUnanswered) return null;
    if (soaPrimary === null) return `it knows no zone ${observation.zone}`;
    if (!primaries.includes(soaPrimary)) return `its SOA names ${soaPrimary}, that of the zone ${listed(primaries)}`;
    // A cache may be behind the name servers, never ahead of them.
    if (isOlder(newest.soaSerial, soaSerial)) {
      return `its SOA serial ${soaSerial} is ahead of ${newest.soaSerial} at ${label(newest.server)}`;
    }
    return null;
  }
}

function causeOf(answer: ServerAnswer, view: View): Cause | null {
  if (answer.state === 'failed') return FAILURES[answer.reason] ?? 'rcode';
  if (view.isGood(answer)) return null;
  if (answer.kind === 'resolver') return resolverCause(answer, view);
  if (answer.reason === 'alias') return 'alias';
  if (!view.isNowhere && isOlder(answer.soaSerial, view.newest?.soaSerial ?? null)) return 'stale';
  if (answer.reason === 'other-values' || answer.values.length > 0) return 'wrong-values';
  return view.isNowhere ? 'nowhere' : 'missing';
}

const FAILURES: Readonly<Partial<Record<ServerAnswer['reason'], Cause>>> = {
  lame: 'lame',
  servfail: 'servfail',
  'no-address': 'no-address',
  timeout: 'timeout',
  unreachable: 'unreachable',
  'no-route': 'no-route',
};

function resolverCause(answer: ServerAnswer, view: View): Cause | null {
  if (view.otherCopy(answer)) return 'internal-view';
  if (view.isEverywhere) return 'cache';
  // That the name servers have not got it either is said of them.
  if (view.isNowhere) return null;
  return answer.reason === 'other-values' ? 'wrong-values' : 'missing';
}

type Words = (answers: readonly ServerAnswer[], view: View) => string;

const SENTENCES: Readonly<Record<Cause, Words>> = {
  'internal-view': (answers, view) => {
    const [first] = answers;
    const why = first && view.otherCopy(first);
    return `An internal view hides the public zone ${view.observation.zone} from the resolver ${who(answers)}: ${why}.`;
  },
  lame: (answers, { observation }) => {
    const said = answers[0]?.rcode === 'REFUSED' ? 'the answer there is REFUSED' : 'the answer there has no authority';
    return `Lame delegation: the parent of ${observation.zone} names ${who(answers)}, and ${said}.`;
  },
  servfail: (answers, { observation: { zone, fqdn } }) =>
    answers[0]?.kind === 'resolver'
      ? `SERVFAIL from the resolver ${who(answers)}: it cannot resolve ${fqdn}, because of a broken delegation, DNSSEC, or no way to the name servers.`
      : `SERVFAIL from ${who(answers)}: the zone ${zone} is not loaded there, has expired, or is broken.`,
  'no-address': (answers) => `The name ${names(answers)} has no address, so nobody can ask that server.`,
  unreachable: (answers) => `${who(answers)} cannot be asked: ${answers[0]?.detail}.`,
  timeout: (answers) =>
    `Silence from ${who(answers)} (${answers[0]?.detail}): a firewall drops the questions, or the server is down.`,
  rcode: (answers) => `${who(answers)} does not answer the question: ${answers[0]?.detail}.`,
  alias: (answers, { observation: { fqdn } }) =>
    `At ${who(answers)} the name ${fqdn} is ${answers[0]?.detail}, and a TXT record beside an alias is not seen.`,
  stale: (answers, { observation: { zone }, newest }) =>
    `An old copy of ${zone} is at ${who(answers, ({ soaSerial }) => `SOA serial ${soaSerial}`)}, while ${newest ? label(newest.server) : 'another'} has serial ${newest?.soaSerial}: the zone transfer has not come through.`,
  'wrong-values': (answers, { observation: { fqdn } }) =>
    `At ${who(answers)} the name ${fqdn} has other values: ${quoted(answers)}.`,
  nowhere: (answers, { observation: { fqdn, zone }, isAllPrivate }) => {
    const nobody = `No name server of ${zone} has a TXT record at ${fqdn} (asked: ${who(answers)})`;
    if (!isAllPrivate) return `${nobody}: it was written to another copy of the zone, or not at all.`;
    return `${nobody}: it has not come there yet, or, as all of them have private addresses here, an internal view hides the public zone from this host.`;
  },
  missing: (answers, { observation: { fqdn } }) =>
    `At ${who(answers, serialWords)} there is no TXT record at ${fqdn} yet (${answers[0]?.detail})${memoryWords(answers)}.`,
  cache: (answers) =>
    `Every name server has the record, but the resolver ${who(answers)} still answers from its cache (${answers[0]?.detail})${memoryWords(answers)}.`,
  'no-route': (answers) => `${who(answers)} was not asked: this host has no way to that address (${family(answers)}).`,
};

function who(answers: readonly ServerAnswer[], remark: (answer: ServerAnswer) => string | null = () => null): string {
  const words = answers.map((answer) => {
    const said = remark(answer);
    return said ? `${label(answer.server)} with ${said}` : label(answer.server);
  });
  return listed(words);
}

function names(answers: readonly ServerAnswer[]): string {
  return listed([...new Set(answers.map(({ server }) => server.name))]);
}

/** `ns1.example.net (192.0.2.1)`, with the port where it is not that of DNS; a resolver by what it is configured as. */
function label({ name, address, port }: NameServer): string {
  if (name.includes('://') || name.includes(address)) return name;
  const host = address.includes(':') && port !== 53 ? `[${address}]` : address;
  return `${name} (${host}${port === 53 ? '' : `:${port}`})`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? 'nobody') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function serialWords({ soaSerial }: ServerAnswer): string | null {
  return soaSerial === null ? null : `SOA serial ${soaSerial}`;
}

/** A resolver that was asked too early goes on saying so. */
function memoryWords(answers: readonly ServerAnswer[]): string {
  const longest = Math.max(...answers.map(({ kind, ttlSeconds }) => (kind === 'resolver' ? (ttlSeconds ?? 0) : 0)));
  return longest > 0 ? `, and remembers that for up to ${longest} s more` : '';
}

function quoted(answers: readonly ServerAnswer[]): string {
  return [...new Set(answers.flatMap(({ values }) => values))].map((value) => `"${value}"`).join(', ');
}

function family(answers: readonly ServerAnswer[]): string {
  return answers.some(({ server }) => server.address.includes(':')) ? 'no IPv6 from here' : 'no IPv4 route from here';
}

/** Loopback is left out: only a configured address leads there. */
function isPrivate(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ['private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat'].includes(ipaddr.process(address).range());
}
