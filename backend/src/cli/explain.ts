import type { Explanation } from '../reconcile/explain.ts';

/** The sentence, and below it what each endpoint serves. */
export function explanationText({ sentence, facts }: Explanation): string {
  const served = facts.served.map(({ name, notAfter, silence, answeredAt }) => {
    const seen = notAfter === null ? 'nothing that could be read' : `valid until ${notAfter.slice(0, 10)}`;
    if (silence === null) return `  ${name}  ${seen}`;
    return answeredAt === null ? `  ${name}  ${silence}` : `  ${name}  ${silence}; last seen ${answeredAt}: ${seen}`;
  });
  return `${[sentence, ...served].join('\n')}\n`;
}
