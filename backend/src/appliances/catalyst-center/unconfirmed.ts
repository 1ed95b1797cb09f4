import type { UnconfirmedFact } from '../../plugins/exchange.ts';

/** What no public source confirms about Catalyst Center. The calls that show a row name it. */
const FACTS = {
  'catalyst-task-unknown': {
    assumed: 'A new task is answered with 404 for a moment.',
    coped: 'It is asked for again. When it never appears, the endpoints are looked at, and nothing is guessed.',
  },
  'catalyst-upload-answer': {
    assumed: 'An upload is answered with 200 or 202 and the number of a task.',
    coped: 'Without one the endpoints are looked at.',
  },
  'catalyst-restart': {
    assumed: 'The web server takes up the certificate by itself, soon after the end of the task.',
    coped: 'The renewal is over only when the endpoints serve it.',
  },
} as const satisfies Readonly<Record<string, Omit<UnconfirmedFact, 'id'>>>;

type UnconfirmedId = keyof typeof FACTS;

export const UNCONFIRMED: readonly UnconfirmedFact[] = Object.entries(FACTS).map(([id, fact]) => ({ id, ...fact }));

/** Marks a call; a misspelt id does not compile. */
export function confirming(...ids: readonly UnconfirmedId[]): () => readonly string[] {
  return () => ids;
}
