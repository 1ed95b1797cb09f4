import type { Lifetime } from './due.ts';

/**
 * Half of its life is over. What is kept ready is replaced then: issued on the day of the one in use, it would otherwise
 * come to its end with it, just when it is needed.
 */
export function isWorn({ notBefore, notAfter }: Pick<Lifetime, 'notBefore' | 'notAfter'>, now: Date): boolean {
  return now.getTime() >= (Date.parse(notBefore) + Date.parse(notAfter)) / 2;
}
