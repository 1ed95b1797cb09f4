import type { UnconfirmedFact } from '../../plugins/exchange.ts';

/** What no public source confirms about vCenter. The calls that show a row name it. */
const FACTS = {
  'vcenter-chain': {
    assumed:
      'The field cert takes the certificate followed by its chain up to the root, and root_cert that chain alone. One public program (Install-vCenterSSL) does so.',
    coped: 'A refusal is given in the words of vCenter, and the old certificate stays.',
  },
  'vcenter-root-again': {
    assumed: 'A root that vCenter trusts already may be handed over again.',
    coped: 'When it is refused as existing, the certificate is handed over once more without it.',
  },
  'vcenter-put-answer': {
    assumed: 'A replacement is answered with 204 before the services restart.',
    coped:
      'When no answer comes, what vCenter holds and serves is looked at, and it is handed over again only while vCenter holds another one.',
  },
  'vcenter-refusal': {
    assumed: 'A certificate that cannot be used is answered with 400.',
    coped:
      'After a 500, what vCenter holds is looked at: when it is still another certificate, that was a refusal, too.',
  },
  'vcenter-cert-field': {
    assumed: 'The field cert of the certificate that vCenter holds is there, in PEM, the certificate itself first.',
    coped: 'Without it, what the first endpoint serves stands for it.',
  },
} as const satisfies Readonly<Record<string, Omit<UnconfirmedFact, 'id'>>>;

type UnconfirmedId = keyof typeof FACTS;

export const UNCONFIRMED: readonly UnconfirmedFact[] = Object.entries(FACTS).map(([id, fact]) => ({ id, ...fact }));

/** Marks a call; a misspelt id does not compile. */
export function confirming(...ids: readonly UnconfirmedId[]): () => readonly string[] {
  return () => ids;
}
