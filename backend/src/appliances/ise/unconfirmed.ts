import type { UnconfirmedFact } from '../../plugins/exchange.ts';

/** What no public source confirms about the API of ISE. The calls that show a row name it. */
const FACTS = {
  'ise-csrf': {
    assumed:
      'A token and cookies that come with GET /api/v1/deployment/node are wanted with every call that changes something.',
    coped: 'Where none comes, the call goes out without.',
  },
  'ise-list-shape': {
    assumed: 'Lists come in "response", in pages of 100.',
    coped: 'A bare list is read too, and pages are asked for until one is not full or repeats the one before.',
  },
  'ise-csr-subject': {
    assumed: 'The list of CSRs prints the subject with the organizational unit that was asked for.',
    coped: 'A CSR without it counts as somebody else’s: it is never used and never deleted.',
  },
  'ise-csr-export': {
    assumed: 'An exported CSR is PEM text.',
    coped: 'PEM in the "response" of a JSON answer is read too.',
  },
  'ise-used-by': {
    assumed:
      'The list of system certificates names the roles of each in "usedBy": Admin, EAP Authentication, RADIUS DTLS, Portal, pxGrid, SAML, ISE Messaging.',
    coped: 'A certificate whose role is not found counts as not installed, and the renewal says so.',
  },
  'ise-export-form': {
    assumed: 'An exported system certificate comes as a ZIP file with one PEM certificate.',
    coped: 'PEM text, and PEM in a JSON answer, are read too.',
  },
  'ise-bind-fields': {
    assumed: 'A bind may say whether roles move from a certificate of the same subject.',
    coped: 'Where ISE does not know these fields, the bind is sent again with the documented ones alone.',
  },
  'ise-bind-answer': {
    assumed: 'ISE answers a bind with the admin role before it restarts.',
    coped: 'Without an answer ISE is asked later which certificate it holds.',
  },
  'ise-trusted-name': {
    assumed: 'A bind is refused while a trusted certificate has the same common name and another serial number.',
    coped: 'The dry run names such a certificate, and so does the failure. certferry deletes none.',
  },
  'ise-trust-duplicate': {
    assumed: 'A CA certificate that is trusted already is refused with 409.',
    coped: 'Only what is missing is sent, and a refusal counts only when it is still missing afterwards.',
  },
} as const satisfies Readonly<Record<string, Omit<UnconfirmedFact, 'id'>>>;

type UnconfirmedId = keyof typeof FACTS;

export const UNCONFIRMED: readonly UnconfirmedFact[] = Object.entries(FACTS).map(([id, fact]) => ({ id, ...fact }));

/** Marks a call; a misspelt id does not compile. */
export function confirming(...ids: readonly UnconfirmedId[]): () => readonly string[] {
  return () => ids;
}
