import type { Exchange, UnconfirmedFact } from '../../plugins/exchange.ts';
import { parseVersion } from './command-line.ts';
import { PRODUCTS, type VosSettings } from './settings.ts';

/**
 * What no public source confirms about these interfaces, one row for each. The calls that show a row name it (`confirms`),
 * and test/contracts/unconfirmed-vos.test.ts has the driver meet both answers of each.
 */
const FACTS = {
  'multi-server-spelling': {
    assumed: 'A multi-server CSR is asked for with distribution "multi-server".',
    coped: 'When that is refused, "multi-server(SAN)" is tried. A refused CSR has no effect.',
  },
  'multi-server-upload': {
    assumed: 'A multi-server certificate that is uploaded to the publisher over the API gets to every node.',
    coped: 'Every node is read back. One that does not get it is named, and nothing is restarted.',
  },
  'slot-spelling': {
    assumed: 'Slots other than tomcat go by the names that the command line prints.',
    coped: 'A name that is refused ends the renewal before anything is ordered, with the words of the node.',
  },
  'ec-key-type': {
    assumed: 'The key type of an -ECDSA slot is "ec".',
    coped: 'When that is refused, "ecdsa" is tried.',
  },
  'pending-csr': {
    assumed: 'GET /csr answers with the pending CSR in "csr", and with 404 when there is none.',
    coped: 'Any other answer but a refused login leaves it to the snapshot, which also holds the CSR.',
  },
  'absent-csr': {
    assumed: 'A slot without a CSR has no "csr" in the snapshot.',
    coped: 'A null, an empty text and a text that is no PEM count the same.',
  },
  'trust-store-name': {
    assumed: 'The snapshot calls a trust store as the upload does: "tomcat".',
    coped: '"tomcat-trust" is read as the same store.',
  },
  'trust-duplicate': {
    assumed: 'A CA certificate that is already trusted is taken again without an error.',
    coped: 'Only what is missing is sent, and an error counts only when something is still missing afterwards.',
  },
  'trust-replication': {
    assumed: 'What is put into a trust store of the publisher is not in those of the other nodes.',
    coped: 'Each node is asked in turn and given what it lacks; where the publisher has replicated it, nothing.',
  },
  'upload-answer': {
    assumed: 'An upload that succeeds answers 200.',
    coped: '201 is the same. The text of the answer is not read; the snapshot decides.',
  },
  'stale-csr': {
    assumed: 'A certificate for an older CSR is refused with 400.',
    coped: '500 is looked up too: the pending CSR is compared with the key, and the old certificate stays served.',
  },
  'server-auth-only': {
    assumed: 'A certificate for server authentication only is accepted for a CSR that asks for both usages.',
    coped: 'When it is refused, the renewal ends with the words of the node and the old certificate served.',
  },
  'added-names': {
    assumed: 'The CSR names what was asked for.',
    coped: 'The order is placed for the names in the CSR, also for a parent domain that the node added.',
  },
  'locked-account': {
    assumed: 'A locked account is told from a wrong password by a word of locking in the answer 401.',
    coped: 'Without that word it counts as refused credentials. Either ends the renewal after one login.',
  },
  'busy-did-nothing': {
    assumed: 'A node that answers 503 did nothing with the request.',
    coped: 'Reading is repeated once; after a write the node is read back before anything else is done.',
  },
  'version-line': {
    assumed: '"show version active" has a line with "Version:" and the release.',
    coped: 'Without it the restarts of all releases are planned, except where phones would reset on a guess.',
  },
  'privilege-line': {
    assumed: '"show myself" tells "privilege level" and 4 for an administrator.',
    coped: 'Any number above 0 may write. Without the line the dry run says that nobody knows.',
  },
  'cluster-list': {
    assumed: '"show network cluster" lists address, names, role and product of each node in one line.',
    coped: 'Lines of another form are left out, and people correct what was found.',
  },
  'restart-transcript': {
    assumed: '"utils service restart" prints [STARTED] when the service is back.',
    coped: 'A prompt after [STARTING] counts as "not known": status and handshake decide.',
  },
  'control-center-answer': {
    assumed: 'The Control Center service answers a restart when it has begun.',
    coped: 'An answer that comes at the end is waited for as long. Either way the status decides.',
  },
  'control-center-rate': {
    assumed: 'Control Center calls that come too fast are answered with a fault "Exceeded allowed rate".',
    coped: 'The status 503 with or without these words is the same: tried again later.',
  },
  'control-center-xml': {
    assumed: 'Elements in answers of the Control Center have a namespace prefix.',
    coped: 'They are found with and without one.',
  },
} as const satisfies Readonly<Record<string, Omit<UnconfirmedFact, 'id'>>>;

export type UnconfirmedId = keyof typeof FACTS;

export const UNCONFIRMED: readonly UnconfirmedFact[] = Object.entries(FACTS).map(([id, fact]) => ({ id, ...fact }));

/** Marks a call; a misspelt id does not compile. */
export function confirming(...ids: readonly UnconfirmedId[]): readonly UnconfirmedId[] {
  return ids;
}

/** The release stands in the answer to `show version active`, if anybody asked. */
export function recordedAt(settings: Readonly<Record<string, unknown>>, exchanges: readonly Exchange[]) {
  const product = String(settings.product ?? 'cucm') as VosSettings['product'];
  const version = exchanges.find(({ request }) => request === 'show version active')?.answer ?? '';
  return { product: PRODUCTS[product] ?? product, release: parseVersion(version) };
}
