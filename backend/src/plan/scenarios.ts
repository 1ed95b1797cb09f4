import { type IssuerTraits, lifetimeOn } from '../domain/issuer-traits.ts';

/** A future to plan for. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** Days that a certificate issued at `at` lives; `usual` is how long the last one lives. */
  lifetimeDays(traits: IssuerTraits, usual: number, at: Date): number;
}

/**
 * The most days of public certificates that are issued on `from` (UTC) or later, the earliest first
 * (https://cabforum.org/2025/04/11/ballot-sc081v3-introduce-schedule-of-reducing-validity-and-data-reuse-periods/).
 */
const PUBLIC_LIMITS = [
  { from: '2026-03-15', days: 200 },
  { from: '2027-03-15', days: 100 },
  { from: '2029-03-15', days: 47 },
] as const;

/** No scenario shortens what a private CA issues. */
export const SCENARIOS: readonly Scenario[] = [
  {
    id: 'announced',
    title: 'As the CAs have announced it',
    lifetimeDays: announced,
  },
  {
    id: '100-days',
    title: 'At most 100 days from public CAs, as from March 2027',
    lifetimeDays: atMost(100),
  },
  {
    id: '47-days',
    title: 'At most 47 days from public CAs, as from March 2029',
    lifetimeDays: atMost(47),
  },
];

/** A CA of which nothing is known goes on as before, as long as it may. */
function announced(traits: IssuerTraits, usual: number, at: Date): number {
  const days = lifetimeOn(traits, at) ?? usual;
  const limit = traits.isPublic ? PUBLIC_LIMITS.findLast(({ from }) => new Date(from) <= at) : undefined;
  return Math.min(days, limit?.days ?? days);
}

function atMost(most: number): Scenario['lifetimeDays'] {
  return (traits, usual, at) => {
    const days = announced(traits, usual, at);
    return traits.isPublic ? Math.min(days, most) : days;
  };
}
