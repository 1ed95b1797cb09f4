import { type CaLimit, KNOWN_CAS, type KnownCa } from './ca-limits.ts';
import { caOf, hostOfIssuer } from './issuer-key.ts';
import { nameSetOf, registeredDomainsOf } from './name-set.ts';

/** What is left of a CA's published limits, by our own count. Others may use the same limits: the CA has the last word. */
export interface Budget {
  /** `Let's Encrypt`, or the host of the directory. */
  readonly ca: string;
  /** Where the CA publishes its limits; null when it publishes none: `lines` is empty then. */
  readonly source: string | null;
  readonly lines: readonly BudgetLine[];
}

export interface BudgetLine {
  readonly limit: CaLimit['id'];
  /** `certificates for the same names` */
  readonly what: string;
  /** The domain or name that is counted; null when it is all of the account. */
  readonly of: string | null;
  readonly used: number;
  readonly max: number;
  readonly left: number;
  /** Milliseconds in which `max` are allowed. */
  readonly windowMs: number;
  /** ISO 8601: when the oldest that counts no longer does; null when none counts. */
  readonly freesAt: string | null;
  /** False when the next order is exempt from this limit. */
  readonly applies: boolean;
}

/** A line of the ledger, as far as limits count it. */
export interface CountedIssuance {
  readonly at: string;
  readonly kind: 'certificate' | 'failed-validation' | 'rate-limited';
  readonly issuerKey: string;
  readonly names: readonly string[];
  readonly domains: readonly string[];
  readonly renews: boolean;
  readonly replaces: boolean;
}

/** The order that is thought of. */
export interface IntendedOrder {
  readonly issuerKey: string;
  readonly names: readonly string[];
  /** The CA has issued for exactly these names before. */
  readonly renews: boolean;
  /** It answers the CA's wish, within the window. */
  readonly replaces: boolean;
}

/** Milliseconds that a ledger must reach back. */
export const LONGEST_WINDOW_MS = Math.max(...KNOWN_CAS.flatMap(({ limits }) => limits.map(({ windowMs }) => windowMs)));

/** `ledger` may hold other CAs' and older lines too, the oldest first. */
export function budgetOf(order: IntendedOrder, ledger: readonly CountedIssuance[], now: Date): Budget {
  const host = hostOfIssuer(order.issuerKey);
  const known = KNOWN_CAS.find((ca) => ca.host === host);
  if (!known) return { ca: host, source: null, lines: [] };
  const own = ledger.filter(({ issuerKey }) => caOf(issuerKey) === caOf(order.issuerKey));
  const lines = known.limits.flatMap((limit) => linesOf(limit, known, { order, own, now }));
  return { ca: known.title, source: known.source, lines };
}

/** Kept for people: the schedule leaves a tenth of every limit alone. */
const RESERVE = 0.1;

export interface Wait {
  readonly at: Date;
  readonly line: BudgetLine;
  /** Of what is left, spoken for by others. */
  readonly kept: number;
}

/** Who keeps others waiting may be gone before the limit lets go. */
const LOOK_AGAIN_MS = 6 * 3_600_000;

/** When the schedule may order: null when now. `kept`: by registered domain, how many are spoken for by others. */
export function affordableAt({ lines }: Budget, kept: ReadonlyMap<string, number>, now: Date): Wait | null {
  const waits = lines.flatMap((line) => waitFor(line, kept, now) ?? []);
  return waits.reduce<Wait | null>((last, one) => (last && last.at >= one.at ? last : one), null);
}

function waitFor(line: BudgetLine, keptOf: ReadonlyMap<string, number>, now: Date): Wait | null {
  const { applies, left, max, freesAt, limit, of } = line;
  const kept = limit === 'registered-domain' ? (keptOf.get(of ?? '') ?? 0) : 0;
  if (!applies || left - kept > Math.floor(max * RESERVE)) return null;
  const frees = freesAt === null ? Number.POSITIVE_INFINITY : Date.parse(freesAt);
  const again = kept > 0 ? now.getTime() + LOOK_AGAIN_MS : Number.POSITIVE_INFINITY;
  const at = Math.min(frees, again);
  return Number.isFinite(at) ? { at: new Date(at), line, kept } : null;
}

interface Counting {
  readonly order: IntendedOrder;
  readonly own: readonly CountedIssuance[];
  readonly now: Date;
}

function linesOf(limit: CaLimit, ca: KnownCa, { order, own, now }: Counting): readonly BudgetLine[] {
  const since = now.getTime() - limit.windowMs;
  const counted = own.filter(({ at, kind, renews, replaces }) => {
    if (Date.parse(at) <= since || (kind === 'failed-validation') !== (limit.id === 'failed-validations')) return false;
    return kind !== 'rate-limited' && (limit.renewalsCount || !renews) && !(ca.replacementsExempt && replaces);
  });
  const exempt = (order.renews && !limit.renewalsCount) || (order.replaces && ca.replacementsExempt);
  const applies = limit.id === 'failed-validations' || !exempt;
  return scopesOf(limit, order).map(({ of, matches }) => {
    const used = counted.filter(matches);
    const [oldest] = used;
    return {
      limit: limit.id,
      what: limit.what,
      of,
      used: used.length,
      max: limit.max,
      left: Math.max(limit.max - used.length, 0),
      windowMs: limit.windowMs,
      freesAt: oldest ? new Date(Date.parse(oldest.at) + limit.windowMs).toISOString() : null,
      applies,
    };
  });
}

interface LimitScope {
  readonly of: string | null;
  matches(issuance: CountedIssuance): boolean;
}

function scopesOf({ id }: CaLimit, { issuerKey, names }: IntendedOrder): readonly LimitScope[] {
  switch (id) {
    case 'same-names': {
      const set = nameSetOf(names);
      return [{ of: set, matches: (one) => nameSetOf(one.names) === set }];
    }
    case 'registered-domain':
      return registeredDomainsOf(names).map((of) => ({ of, matches: ({ domains }) => domains.includes(of) }));
    case 'orders':
      return [{ of: null, matches: (one) => one.issuerKey === issuerKey }];
    case 'failed-validations':
      return names.map((of) => ({ of, matches: (one) => one.issuerKey === issuerKey && one.names.includes(of) }));
  }
}
