import type { UnconfirmedFact } from '../../plugins/exchange.ts';

/** What no public source confirms about the Expressway. The calls that show a row name it. */
const FACTS = {
  'expressway-csr-conflict': {
    assumed: 'A second CSR is answered with "Conflict", in the status 409 or in the text of a 200.',
    coped: 'Both mean the same: the pending CSR is looked at, and left to whoever made it.',
  },
  'expressway-pending-csr': {
    assumed: 'GET generate_csr answers 404 while no CSR is pending.',
    coped: 'An answer without PEM means the same.',
  },
  'expressway-refusal': {
    assumed:
      'A certificate that is not taken is answered with "Bad Request", in the status 400 or in the text of a 200.',
    coped: 'Both mean the same, and what the box then holds decides.',
  },
  'expressway-chain': {
    assumed: 'A file with the certificate and its intermediates is taken.',
    coped: 'Where it is refused, the certificate is sent alone.',
  },
  'expressway-trust-append': {
    assumed: 'What is sent to the trust list is added to it.',
    coped: 'The list is read before and after. Where something has gone, it is sent again together with what is new.',
  },
  'expressway-restart-answer': {
    assumed: '"xCommand Restart" over SSH is answered with "status=OK" or "OK".',
    coped: 'A session that ends without it says nothing: the endpoints are looked at.',
  },
  'expressway-version': {
    assumed: '"xStatus SystemUnit" has a line with "Version" and the release.',
    coped: 'Without it the release is not known, and what depends on it is said for all.',
  },
} as const satisfies Readonly<Record<string, Omit<UnconfirmedFact, 'id'>>>;

export type UnconfirmedId = keyof typeof FACTS;

export const UNCONFIRMED: readonly UnconfirmedFact[] = Object.entries(FACTS).map(([id, fact]) => ({ id, ...fact }));

/** Marks a call; a misspelt id does not compile. */
export function confirming(...ids: readonly UnconfirmedId[]): readonly UnconfirmedId[] {
  return ids;
}
