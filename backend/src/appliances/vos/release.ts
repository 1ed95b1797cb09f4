/** A release as people name it: 14SU2 is `{ major: 14, su: 2 }`, 14 itself has su 0. */
export interface Release {
  readonly major: number;
  readonly su: number;
}

/**
 * `15.0.1.12900-234` is 15SU2: the thousands of the build count service updates from 10. Null for a text of another form.
 */
export function releaseOf(version: string): Release | null {
  const match = /^(\d+)\.\d+\.\d+\.(\d+)/.exec(version);
  if (!match) return null;
  return { major: Number(match[1]), su: Math.max(0, Math.floor(Number(match[2]) / 1000) - 10) };
}

export function isBefore(a: Release, b: Release): boolean {
  return a.major === b.major ? a.su < b.su : a.major < b.major;
}

/** The releases to which a rule applies; without a bound it has none. */
export interface ReleaseRange {
  readonly from?: Release;
  readonly before?: Release;
}

/** An unknown release may be any of them. */
export function isWithin(release: Release | null, { from, before }: ReleaseRange): boolean {
  if (release === null) return true;
  if (from && isBefore(release, from)) return false;
  return !before || isBefore(release, before);
}
