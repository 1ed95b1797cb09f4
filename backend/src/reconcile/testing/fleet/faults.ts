import type { Chance } from './chance.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What goes wrong with one appliance, its names, or its CA. */
export const FAULTS = [
  /** Neither its API nor its endpoints answer. */
  'unreachable',
  /** Until a person mends it. */
  'login-refused',
  'csr-refused',
  'dns-denied',
  'dns-lagging',
  'validation-refused',
  'restart-fails',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface MemberFault extends Span {
  readonly kind: Fault;
  /** Earlier, when a person mends it. */
  to: number;
}

export interface MemberFaults {
  readonly spans: readonly MemberFault[];
}

export interface CaTrouble extends Span {
  readonly kind: 'down' | 'rate-limited';
}

/** How often in a year, and how long at most as a part of the lifetime and in days. */
const USUAL: Readonly<Record<Fault, { readonly yearly: number; readonly part: number; readonly days: number }>> = {
  unreachable: { yearly: 4, part: 0.06, days: 4 },
  'login-refused': { yearly: 0.5, part: 0.2, days: 60 },
  'csr-refused': { yearly: 1, part: 0.04, days: 2 },
  'dns-denied': { yearly: 2, part: 0.05, days: 3 },
  'dns-lagging': { yearly: 4, part: 0.04, days: 1 },
  'validation-refused': { yearly: 2, part: 0.05, days: 3 },
  'restart-fails': { yearly: 2, part: 0.05, days: 3 },
};

export function memberFaults(chance: Chance, { from, to }: Span, lifeMs: number): MemberFaults {
  const years = (to - from) / (365 * DAY_MS);
  const spans = FAULTS.flatMap((kind) => {
    const { yearly, part, days } = USUAL[kind];
    const longest = Math.min(days * DAY_MS, part * lifeMs);
    return times(chance, yearly * years).map(() => {
      const at = chance.whole(from, to);
      return { kind, from: at, to: at + chance.whole(HOUR_MS, longest) };
    });
  });
  return { spans: spans.sort((a, b) => a.from - b.from) };
}

/** One after the other, with days between them: each is survived by itself. */
export function globalTroubles(
  chance: Chance,
  { from, to }: Span,
): { readonly ca: readonly CaTrouble[]; readonly down: readonly Span[] } {
  const ca: CaTrouble[] = [];
  const down: Span[] = [];
  for (let at = from + 3 * DAY_MS; at < to; at += chance.whole(5 * DAY_MS, 15 * DAY_MS)) {
    const until = at + chance.whole(HOUR_MS, 36 * HOUR_MS);
    if (chance.happens(0.4)) down.push({ from: at, to: until });
    else ca.push({ kind: chance.happens(0.5) ? 'down' : 'rate-limited', from: at, to: until });
    at = until;
  }
  return { ca, down };
}

export function isActive({ spans }: MemberFaults, kind: Fault, now: number): boolean {
  return spans.some((one) => one.kind === kind && one.from <= now && now < one.to);
}

/** A person ends what is going on. */
export function mend({ spans }: MemberFaults, now: number): void {
  for (const one of spans) if (one.from <= now && now < one.to) one.to = now;
}

/** As many as `mean` on average. */
function times(chance: Chance, mean: number): readonly number[] {
  const whole = Math.floor(mean) + (chance.happens(mean % 1) ? 1 : 0);
  return Array.from({ length: whole }, (_, index) => index);
}
