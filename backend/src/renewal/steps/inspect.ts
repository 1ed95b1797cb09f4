import type { CertificateFacts } from '../../domain/certificate.ts';
import { judgeDue } from '../../domain/due.ts';
import { AppError } from '../../domain/errors.ts';
import type { Issuer } from '../../issuers/issuer.ts';
import { defineStep } from '../step.ts';
import { lookAt } from './look.ts';

/** Looks at what is installed and what is served, and decides whether a renewal is due. Changes nothing. */
export const inspect = defineStep({
  name: 'inspect',
  title: 'Look at what is served',
  needs: ['target'],
  uses: [],
  gives: ['installed', 'before', 'due'],

  async run({ target }, ctx) {
    const installed = await ctx.appliance.readInstalled(target.slot, ctx.signal);
    const before = await lookAt(await ctx.appliance.endpoints(target.slot, ctx.signal), ctx);
    const due = judgeDue({
      now: ctx.clock.now(),
      installed,
      wantedNames: target.dnsNames,
      daysBefore: target.daysBefore,
      caWindowStart: await caWindowStart(installed, ctx),
      asked: target.asked,
    });
    if (!due.due) {
      await ctx.keep({ installed, before, due });
      return { kind: 'stop', why: due.message };
    }
    return { kind: 'done', gives: { installed, before, due }, summary: due.message };
  },
});

/** A CA that cannot be asked for its window is no reason to stop: the other checks decide. */
async function caWindowStart(
  installed: CertificateFacts | null | 'unreadable',
  { issuer, note, signal }: { issuer: Issuer; note: (message: string) => Promise<void>; signal: AbortSignal },
): Promise<string | null> {
  if (installed === null || installed === 'unreadable' || installed.selfSigned) return null;
  try {
    const window = await issuer.renewalWindow(installed.pem, signal);
    return window?.start ?? null;
  } catch (err) {
    if (!(err instanceof AppError)) throw err;
    await note(`The CA did not say when it wants this certificate renewed: ${err.message}`);
    return null;
  }
}
