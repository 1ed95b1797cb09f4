import { readCertificate } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { count } from '../../domain/words.ts';
import type { Facts, ServedEndpoint } from '../facts.ts';
import { pollUntil } from '../poll.ts';
import { defineStep, type StepContext } from '../step.ts';
import { allServe, describeServed, lookAt } from './look.ts';

const DEFAULT_PATIENCE_MS = 30_000;

/** The judge: a renewal is verified when every endpoint has been seen to serve the new certificate, and not before. */
export const verify = defineStep({
  name: 'verify',
  title: 'Seen served on every endpoint',
  needs: ['target', 'chain', 'installed'],
  uses: [],
  gives: ['verifyBy', 'served'],

  async run({ target, chain, installed, verifyBy: keptDeadline }, ctx) {
    const wanted = readCertificate(chain.leafPem).sha256;
    const before = installed === null || installed === 'unreadable' ? null : installed.sha256;
    const verifyBy = keptDeadline ?? new Date(ctx.clock.now().getTime() + patienceMs(target, ctx)).toISOString();
    await ctx.keep({ verifyBy });
    const endpoints = await ctx.appliance.endpoints(target.slot, ctx.signal);
    let last: readonly ServedEndpoint[] = [];
    const served = await pollUntil(ctx, new Date(verifyBy), async () => {
      const seen = await lookAt(endpoints, ctx);
      if (describeServed(seen, wanted, before) !== describeServed(last, wanted, before))
        await ctx.keep({ served: seen });
      last = seen;
      return allServe(seen, wanted) ? seen : null;
    });
    if (!served) throw new AppError('SERVED_CERTIFICATE_DIFFERS', trouble(last, wanted, before));
    return {
      kind: 'done',
      gives: { verifyBy, served },
      summary: `${served.length} of ${count(served.length, 'endpoint')} serving it`,
    };
  },
});

function trouble(last: readonly ServedEndpoint[], wanted: string, before: string | null): string {
  if (last.length > 0) return `${describeServed(last, wanted, before)}.`;
  return 'Nothing shows this certificate over TLS, so nobody can see it served. It is installed, and its services were restarted.';
}

function patienceMs(
  { verifyPatienceSeconds }: Facts['target'],
  { appliance }: StepContext<'served' | 'verifyBy'>,
): number {
  if (verifyPatienceSeconds !== null) return verifyPatienceSeconds * 1000;
  return appliance.activation?.patienceMs ?? DEFAULT_PATIENCE_MS;
}
