import type { ServerAnswer } from './resolver.ts';

/** Serial number arithmetic, RFC 1982, section 3.2. What is unknown is not older. */
export function isOlder(serial: number | null, other: number | null): boolean {
  if (serial === null || other === null || serial === other) return false;
  return (other - serial) >>> 0 < 2 ** 31;
}

/** Of those, the answer with the newest serial; null when there is none. */
export function newestOf(answers: readonly ServerAnswer[]): ServerAnswer | null {
  return answers.reduce<ServerAnswer | null>(
    (best, answer) => (best?.soaSerial == null || isOlder(best.soaSerial, answer.soaSerial) ? answer : best),
    null,
  );
}

/** A resolver has a newer serial than every name server: another copy of the zone, or they were asked before it changed. */
export function isResolverAhead(answers: readonly ServerAnswer[]): boolean {
  const newest = newestOf(answers.filter(({ kind }) => kind === 'authoritative'));
  return answers.some(({ kind, soaSerial }) => kind === 'resolver' && isOlder(newest?.soaSerial ?? null, soaSerial));
}
