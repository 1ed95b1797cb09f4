import { Problem } from './problem.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface Profile {
  readonly name: string;
  readonly description: string;
  readonly lifeMs: number;
  readonly maxNames: number;
  /** Subject CN, subject key identifier and RSA key encipherment: what the newer profiles leave out. */
  readonly traditional: boolean;
  readonly pendingAuthorizationMs: number;
  readonly validAuthorizationMs: number;
  readonly orderMs: number;
}

/** Modelled on https://letsencrypt.org/docs/profiles/. The first is what an order without a profile gets. */
export function profilesOf(leafDays: number): readonly [Profile, ...Profile[]] {
  const short = {
    maxNames: 25,
    traditional: false,
    pendingAuthorizationMs: HOUR,
    validAuthorizationMs: 7 * HOUR,
    orderMs: 8 * HOUR,
  };
  return [
    {
      name: 'classic',
      description: `https://lab-ca.invalid/profiles#classic (lab only, ${leafDays} days, with a common name)`,
      lifeMs: leafDays * DAY,
      maxNames: 100,
      traditional: true,
      pendingAuthorizationMs: 7 * DAY,
      validAuthorizationMs: 30 * DAY,
      orderMs: 7 * DAY,
    },
    {
      name: 'tlsserver',
      description: 'https://lab-ca.invalid/profiles#tlsserver (lab only, 45 days, without a common name)',
      lifeMs: 45 * DAY,
      ...short,
    },
    {
      name: 'shortlived',
      description: 'https://lab-ca.invalid/profiles#shortlived (lab only, 160 hours, without a common name)',
      lifeMs: 160 * HOUR,
      ...short,
    },
  ];
}

/** @throws Problem invalidProfile */
export function chosenProfile(profiles: readonly [Profile, ...Profile[]], name: string | undefined): Profile {
  if (name === undefined) return profiles[0];
  const profile = profiles.find((offered) => offered.name === name);
  if (profile === undefined) throw new Problem('invalidProfile', `the profile "${name}" is not offered`);
  return profile;
}
