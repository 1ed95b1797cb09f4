import { z } from 'zod';
import { described } from '../accounts.ts';
import { servesNothing } from '../appliances/index.ts';
import { addressOf, productKey } from '../appliances/product.ts';
import { readCertificate, sha256OfPem } from '../domain/certificate.ts';
import { readMemory, type WatchMemory } from '../reconcile/memory.ts';
import { deviationWords } from '../reconcile/observe.ts';
import { LEFT_TO_PEOPLE, type WatchState } from '../reconcile/states.ts';
import { conclude } from '../renewal/conclusion.ts';
import type { Facts, ServedEndpoint } from '../renewal/facts.ts';
import type { MachineContext, Outcome } from '../renewal/machine.ts';
import { nameOf } from '../renewal/steps/look.ts';
import type { CertificateDigest, Digester, RenewalDigest, Seen, WatchDigest } from '../store/overview.ts';
import type { JsonObject, RenewalRow } from '../store/store.ts';
import type { WatchRow } from '../store/watches.ts';

/** What lists show of connections and renewals, read from what they hold. */
export const digester: Digester = {
  connection: ({ appliance }) => ({
    product: productKey(appliance),
    address: addressOf(appliance),
    kept: servesNothing(appliance),
  }),
  practice: (issuer) => described('issuer', issuer).practice,
  renewal: renewalDigest,
  watch: watchDigest,
  certificate: certificateDigest,
};

function renewalDigest(row: RenewalRow): RenewalDigest {
  const parsed = storedState.safeParse(row.state);
  const context = parsed.data?.context;
  // Facts are written by the runner alone.
  const facts = row.facts as Partial<Facts>;
  // Outcomes too. A state of another version may have no context.
  const end = row.outcome === null || !context ? null : conclude(row.outcome as Outcome, facts, context);
  return {
    state: parsed.data?.at ?? '',
    note: end?.message ?? context?.note ?? null,
    resumeAt: context?.resumeAt ?? null,
    planned: context?.planned ?? false,
    committed: context?.committed ?? false,
    oldStillServed: end?.oldStillServed ?? null,
    served: isServed(row.outcome, facts),
    wanted: wantedBy(row.outcome, facts),
    seen: seenBy(facts, row),
  };
}

/** Not due is served too when every endpoint showed what is installed. */
function isServed(outcome: string | null, { target, installed, before = [], chain }: Partial<Facts>): boolean {
  if (outcome === 'verified' || outcome === 'kept') return true;
  if (outcome !== 'not-due' || chain || !installed || installed === 'unreadable') return false;
  if (target?.goal === 'keep') return true;
  return before.length > 0 && before.every(({ sha256 }) => sha256 === installed.sha256);
}

/** SHA-256. What was cancelled or only issued left the appliance as it was, and so what it should serve. */
function wantedBy(outcome: string | null, facts: Partial<Facts>): string | null {
  const { served = [], restored, chain, install, installed } = facts;
  if (restored?.installed) return restored.sha256;
  switch (outcome) {
    case 'verified':
      return served[0]?.sha256 ?? null;
    case 'not-due':
      return isServed(outcome, facts) && installed && installed !== 'unreadable' ? installed.sha256 : null;
    case 'kept':
      return chain ? sha256OfPem(chain.leafPem) : null;
    default:
      return install?.sha256 ?? null;
  }
}

function seenBy(facts: Partial<Facts>, { startedAt, finishedAt }: RenewalRow): Seen | null {
  if (facts.target?.goal === 'keep') return keptBy(facts, finishedAt ?? startedAt);
  const { served, restored, aftermath, before } = facts;
  const endpoints = aftermath ?? (restored?.served.length ? restored.served : served) ?? before ?? [];
  const answered = endpoints.filter(({ notAfter }) => notAfter !== null);
  const [first] = answered.toSorted(byEnd);
  if (!first || first.notAfter === null) return null;
  return {
    at: first.at,
    notAfter: first.notAfter,
    answered: answered.length,
    endpoints: endpoints.map(({ endpoint, sha256 }) => ({ name: nameOf(endpoint), sha256 })),
  };
}

/** As what is served, without an endpoint. */
function keptBy({ chain, installed }: Partial<Facts>, at: string): Seen | null {
  const kept = chain ? readCertificate(chain.leafPem) : installed;
  if (!kept || kept === 'unreadable') return null;
  return { at, notAfter: kept.notAfter, answered: 0, endpoints: [] };
}

function byEnd(a: ServedEndpoint, b: ServedEndpoint): number {
  return (a.notAfter ?? '').localeCompare(b.notAfter ?? '');
}

function watchDigest(row: WatchRow): WatchDigest | null {
  const memory = readMemory(row);
  if (!memory) return null;
  return {
    lookedAt: memory.lookedAt,
    seen: seenByWatch(memory),
    dueFrom: dueFromOf(memory),
    next: nextOf(memory),
    deviation: memory.deviates ? deviationWords(memory) : null,
    unreachable: memory.unreachable,
    asks: asksOf(memory),
  };
}

function seenByWatch({ lookedAt, endpoints, certificates }: WatchMemory): Seen | null {
  const answering = endpoints.filter(({ silence, sha256 }) => silence === null && sha256 !== null);
  const ends = certificates
    .filter(({ sha256 }) => answering.some((endpoint) => endpoint.sha256 === sha256))
    .map(({ notAfter }) => notAfter);
  const [notAfter] = ends.toSorted();
  if (lookedAt === null || notAfter === undefined) return null;
  return {
    at: lookedAt,
    notAfter,
    answered: answering.filter(({ kept }) => !kept).length,
    endpoints: endpoints
      .filter(({ kept }) => !kept)
      .map(({ name, sha256, silence }) => ({ name, sha256: silence === null ? sha256 : null })),
  };
}

/** What is due is nobody's business as long as the schedule renews it about as soon as it may: only then nothing is told. */
function asksOf({ decision, verdict, told, certificates }: WatchMemory): WatchDigest['asks'] {
  if (decision && LEFT_TO_PEOPLE.includes(decision.state)) return 'stuck';
  const isTold = certificates.some(({ sha256 }) => sha256 === told?.sha256);
  return isTold && verdict?.due ? 'expiring' : null;
}

/** What is due for another reason than time is due since somebody looked. */
function dueFromOf({ verdict, lookedAt }: WatchMemory): string | null {
  const dates = [verdict?.from ?? null, verdict?.due ? lookedAt : null].filter((at) => at !== null);
  return dates.toSorted()[0] ?? null;
}

function nextOf({ decision, ari }: WatchMemory): WatchDigest['next'] {
  if (!decision?.until) return null;
  const { state, until: at } = decision;
  if (state === 'fresh' && at === ari?.selectedAt) return { at, why: 'The CA wants it renewed then' };
  const why = BEGINS[state];
  return why === undefined ? null : { at, why };
}

/** The states after which the schedule begins by itself, and what it waits for. */
const BEGINS: Partial<Readonly<Record<WatchState, string>>> = {
  fresh: 'It becomes due',
  'just-changed': 'Due, and added or changed a moment ago',
  paused: 'Due, and the last renewal began nothing',
  'backing-off': 'Tries again after a failure',
  settling: 'Due, and another was issued only just before',
  quarantined: 'Its quarantine ends',
  'over-budget': 'The limits of the CA allow another',
  'window-shut': 'Its renewal window opens',
  'emergency-ahead': 'Little life is left, and its window does not open in time',
  queued: 'Others go first',
};

function certificateDigest(facts: JsonObject): CertificateDigest | null {
  const { chain } = facts as Partial<Facts>;
  if (!chain) return null;
  const { serial, subject, issuer, dnsNames, notBefore, notAfter, key } = readCertificate(chain.leafPem);
  const sha256 = sha256OfPem(chain.leafPem);
  return { sha256, serial, subject, issuer, dnsNames, notBefore, notAfter, keyKind: key.kind };
}

const storedState = z.object({ at: z.string(), context: z.custom<MachineContext | undefined>() });
