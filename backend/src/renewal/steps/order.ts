import type { CertificateFacts } from '../../domain/certificate.ts';
import { count } from '../../domain/words.ts';
import { defineStep } from '../step.ts';

/** Orders exactly the names of the CSR, and learns which of them are still to be proved. */
export const order = defineStep({
  name: 'order',
  title: 'Order at the CA',
  needs: ['csr', 'installed'],
  uses: [],
  gives: ['order', 'challenges'],

  async run({ csr, installed, order: previous }, ctx) {
    const request = { dnsNames: csr.dnsNames, replacesPem: replaceable(installed)?.pem ?? null };
    const ticket = await ctx.issuer.openOrder(request, previous ?? null, ctx.signal);
    await ctx.keep({ order: ticket });
    const challenges = await ctx.issuer.pendingChallenges(ticket, ctx.signal);
    const summary =
      challenges.length === 0
        ? 'all names already proved'
        : `${challenges.length} of ${count(csr.dnsNames.length, 'name')} to prove`;
    return { kind: 'done', gives: { order: ticket, challenges }, summary };
  },
});

function replaceable(installed: CertificateFacts | null | 'unreadable'): CertificateFacts | null {
  return installed !== null && installed !== 'unreadable' && !installed.selfSigned ? installed : null;
}
