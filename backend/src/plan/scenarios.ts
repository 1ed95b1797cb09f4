import { type IssuerTraits, lifetimeOn } from '../domain/issuer-traits.ts';

/** A future to plan for. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** Days that a certificate issued at `at` lives; `usual` is how long the last one lives. */
  lifetimeDays(traits: IssuerTraits, usual: number, at: Date): number;
}

/**
 * The limits of public certificates: 100 days from 15 March 2027, 47 days from 15 March 2029
 * (https://cabforum.org/2025/04/11/ballot-sc081v3-introduce-schedule-of-reducing-validity-and-data-reuse-periods/).
 * A private CA is not bound by them.
 */
export const SCENARIOS: readonly Scenario[] = [
  {
    id: 'announced',
    title: 'As the CAs have announced it',
    lifetimeDays: longest,
  },
  {
    id: '100-days',
    title: 'At most 100 days, as for public certificates from March 2027',
    lifetimeDays: (traits, usual, at) => Math.min(longest(traits, usual, at), 100),
  },
  {
    id: '47-days',
    title: 'At most 47 days, as for public certificates from March 2029',
    lifetimeDays: (traits, usual, at) => Math.min(longest(traits, usual, at), 47),
  },
];

/** A CA of which nothing is known goes on as before. */
function longest(traits: IssuerTraits, usual: number, at: Date): number {
  return lifetimeOn(traits, at) ?? usual;
}
