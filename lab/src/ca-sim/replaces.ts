import type { Account } from './accounts.ts';
import type { Certificates } from './certificates.ts';
import type { Orders } from './orders.ts';
import { notFound, Problem } from './problem.ts';

/**
 * Checks `replaces` of a new order (RFC 9773 section 5): a certificate of the same account, with a name in common,
 * that no other order replaces.
 *
 * @throws Problem malformed (404 when the certificate is unknown), unauthorized, alreadyReplaced
 */
export function checkReplacement(
  certId: string,
  account: Account,
  names: readonly string[],
  { certificates, orders }: { readonly certificates: Certificates; readonly orders: Orders },
): void {
  const predecessor = certificates.byCertId(certId);
  if (predecessor === null) throw notFound(`the certificate to replace, "${certId}",`);
  if (predecessor.accountId !== account.id) {
    throw new Problem('unauthorized', 'the certificate to replace was issued to another account');
  }
  if (!predecessor.dnsNames.some((name) => names.includes(name))) {
    throw new Problem('malformed', 'the certificate to replace has no name in common with the order');
  }
  if (orders.replaces(certId)) throw new Problem('alreadyReplaced', 'another order replaces this certificate already');
}
