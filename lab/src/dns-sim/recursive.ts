import { denial } from './authoritative.ts';
import { RCODE } from './codes.ts';
import { lookUp } from './lookup.ts';
import type { Reply } from './reply.ts';
import type { Question } from './wire.ts';
import type { Zone } from './zone.ts';

/**
 * The answer of a resolver that reaches every zone of the lab, always fresh: it keeps no cache.
 * What is delegated out of the lab, or leads in a circle, is SERVFAIL, as with any resolver that gets nowhere.
 */
export function answerRecursively(zones: readonly Zone[], question: Question): Reply {
  const { aliases, end } = lookUp(zones, question.name, question.type);
  const found = { rcode: RCODE.NOERROR, recursionAvailable: true, answers: aliases };
  switch (end.kind) {
    case 'answer':
      return { ...found, answers: [...aliases, ...end.records] };
    case 'no-data':
    case 'no-name':
      return { ...found, ...denial(end) };
    default:
      return { rcode: RCODE.SERVFAIL, recursionAvailable: true };
  }
}
