import { type CertificateFacts, readCertificate, readCsr } from '../../domain/certificate.ts';
import { type Due, judgeDue } from '../../domain/due.ts';
import { AppError } from '../../domain/errors.ts';
import type { EarlierCertificate, Facts, Target } from '../facts.ts';
import { defineStep, type StepContext } from '../step.ts';
import { allServe, lookAt } from './look.ts';

/** Looks at what is installed and what is served, and decides whether a renewal is due. Changes nothing. */
export const inspect = defineStep({
  name: 'inspect',
  title: 'Look at what is served',
  needs: ['target'],
  uses: [],
  gives: ['installed', 'before', 'due', 'earlier'],

  async run({ target }, ctx) {
    const installed = await ctx.appliance.readInstalled(target.slot, ctx.signal);
    const before = await lookAt(await ctx.appliance.endpoints(target.slot, ctx.signal), ctx);
    const due = await judge(installed, target.asked, target, ctx);
    const earlier = target.goal === 'validate' ? null : await unusedCertificate(target, { installed, before }, ctx);
    if (earlier && target.goal === 'issue') {
      await ctx.keep({ installed, before, due });
      return { kind: 'stop', why: 'A certificate issued earlier is good and waits to be installed' };
    }
    if (earlier) {
      const summary = 'A certificate issued earlier is good, but not served everywhere';
      return { kind: 'reuse', gives: { installed, before, due, earlier }, summary };
    }
    if (!due.due) {
      await ctx.keep({ installed, before, due });
      return { kind: 'stop', why: due.message };
    }
    return { kind: 'done', gives: { installed, before, due }, summary: due.message };
  },
});

type Context = StepContext<'installed' | 'before' | 'due' | 'earlier'>;

async function judge(
  installed: CertificateFacts | null | 'unreadable',
  asked: boolean,
  { dnsNames, daysBefore }: Target,
  ctx: Context,
): Promise<Due> {
  const caWindow = await caWindowStart(installed, ctx);
  const now = ctx.clock.now();
  return judgeDue({ now, installed, wantedNames: dnsNames, daysBefore, caWindowStart: caWindow, asked });
}

/**
 * A certificate of an earlier renewal that is good and not yet served everywhere: it is put to use before another one is
 * ordered. The appliance must hold it, or still have the key that it was issued for.
 */
async function unusedCertificate(
  target: Target,
  { installed, before }: Pick<Facts, 'installed' | 'before'>,
  ctx: Context,
): Promise<EarlierCertificate | null> {
  const earlier = await ctx.issuedBefore();
  if (!earlier) return null;
  const leaf = readCertificate(earlier.chain.leafPem);
  if (allServe(before, leaf.sha256) || (await judge(leaf, false, target, ctx)).due) return null;
  if (installed !== null && installed !== 'unreadable' && installed.sha256 === leaf.sha256) return earlier;
  const pending = await ctx.appliance.csr?.pending(target.slot, ctx.signal);
  return pending && readCsr(pending).key.spkiSha256 === leaf.key.spkiSha256 ? earlier : null;
}

/** A CA that cannot be asked for its window is no reason to stop: the other checks decide. */
async function caWindowStart(
  installed: CertificateFacts | null | 'unreadable',
  { issuer, note, signal }: Context,
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
