import { type CertificateFacts, readCertificate } from '../../domain/certificate.ts';
import { type CaInstant, type Due, judgeDue, type WantedIssuer, worseOf } from '../../domain/due.ts';
import { AppError } from '../../domain/errors.ts';
import { isWorn } from '../../domain/fallback.ts';
import { caOf } from '../../domain/issuer-key.ts';
import { spreadOf } from '../../domain/spread.ts';
import type { RenewalWindow } from '../../issuers/issuer.ts';
import type { EarlierCertificate, Facts, Target } from '../facts.ts';
import { isInstallable, refuseFallback, usableFallback } from '../fallback.ts';
import { defineStep, type StepContext, type StepOutcome } from '../step.ts';
import { allServe, type Sight, sightsOf, withoutCertificate } from './look.ts';

/** Looks at what is installed and what is served, and decides whether a renewal is due. Changes nothing. */
export const inspect = defineStep({
  name: 'inspect',
  title: 'Look at what is served',
  needs: ['target'],
  uses: [],
  gives: ['installed', 'before', 'due', 'caWindow', 'earlier'],

  async run({ target }, ctx) {
    const installed =
      target.goal === 'keep' ? await keptCertificate(ctx) : await ctx.appliance.readInstalled(target.slot, ctx.signal);
    const sights = await sightsOf(await ctx.appliance.endpoints(target.slot, ctx.signal), ctx);
    const before = sights.map(withoutCertificate);
    const caWindow = await caWindowOf(installed, ctx);
    const due = await judgeBoth({ installed, sights, caWindow }, target, ctx);
    const found = { installed, before, due, caWindow };
    if (target.goal === 'fallback') return await lookForFallback(target, found, ctx);
    const fallback = target.useFallback && due.due ? await fallbackFor(target, ctx) : null;
    if (fallback) {
      const summary = `${due.message}; the fallback certificate is put to use`;
      return { kind: 'reuse', gives: { ...found, earlier: fallback }, summary };
    }
    const looksBack = target.goal === 'serve' || target.goal === 'issue';
    const earlier = looksBack ? await unusedCertificate(target, found, ctx) : null;
    if (earlier && target.goal === 'issue') {
      await ctx.keep(found);
      return { kind: 'stop', why: 'A certificate issued earlier is good and waits to be installed' };
    }
    if (earlier) {
      const summary = 'A certificate issued earlier is good, but not served everywhere';
      return { kind: 'reuse', gives: { ...found, earlier }, summary };
    }
    if (!due.due) {
      await ctx.keep(found);
      return { kind: 'stop', why: due.message };
    }
    return { kind: 'done', gives: found, summary: due.message };
  },
});

/** One that is good is not replaced, whoever asks: the CA's patience is for need. */
async function lookForFallback(
  target: Target,
  found: Pick<Facts, 'installed' | 'before' | 'due' | 'caWindow'>,
  ctx: Context,
): Promise<StepOutcome<'installed' | 'before' | 'due' | 'caWindow'>> {
  refuseFallback(ctx.appliance);
  const ready = await readyAndGood(target, ctx);
  const leaf = ready && readCertificate(ready.chain.leafPem);
  if (!leaf) return { kind: 'done', gives: found, summary: 'No fallback certificate is ready' };
  const until = leaf.notAfter.slice(0, 10);
  if (isWorn(leaf, ctx.clock.now()))
    return {
      kind: 'done',
      gives: found,
      summary: `Half of the life of the one that is ready is over (valid until ${until})`,
    };
  await ctx.keep(found);
  return { kind: 'stop', why: `A fallback certificate is ready, valid until ${until}` };
}

/** The schedule gets another certificate where it cannot be used; a person who asked for this one is told. @throws AppError NOT_FOUND */
async function fallbackFor(target: Target, ctx: Context): Promise<EarlierCertificate | null> {
  const ready = await readyAndGood(target, ctx);
  if (ready || !target.asked) return ready;
  throw new AppError('NOT_FOUND', 'No fallback certificate is ready that could be put to use.');
}

function readyAndGood(target: Target, ctx: Context): Promise<EarlierCertificate | null> {
  return usableFallback(
    target.slot,
    ctx,
    async (leaf) => !(await judge(leaf, await caWindowOf(leaf, ctx), false, target, ctx)).due,
  );
}

/** What there is to be downloaded: the last certificate, with its key. */
async function keptCertificate({ issuedBefore, keys }: Context): Promise<CertificateFacts | null> {
  const last = await issuedBefore();
  if (!last) return null;
  const leaf = readCertificate(last.chain.leafPem);
  return (await keys.find(leaf.key.spkiSha256)) ? leaf : null;
}

type Context = StepContext<'installed' | 'before' | 'due' | 'caWindow' | 'earlier'>;

interface Found {
  readonly installed: CertificateFacts | null | 'unreadable';
  readonly sights: readonly Sight[];
  readonly caWindow: RenewalWindow | null;
}

/** What is served decides beside what is installed: a good certificate in the slot helps no client that meets another. */
async function judgeBoth({ installed, sights, caWindow }: Found, target: Target, ctx: Context): Promise<Due> {
  let verdict = await judge(installed, caWindow, target.asked, target, ctx);
  const seen = new Set(installed === null || installed === 'unreadable' ? [] : [installed.sha256]);
  for (const { certificate, sha256 } of sights) {
    if (certificate === null || sha256 === null || seen.has(sha256)) continue;
    seen.add(sha256);
    verdict = worseOf(verdict, await judge(certificate, null, target.asked, target, ctx));
  }
  return verdict;
}

async function judge(
  installed: CertificateFacts | null | 'unreadable',
  caWindow: RenewalWindow | null,
  asked: boolean,
  { connectionId, dnsNames, daysBefore, goal }: Target,
  ctx: Context,
): Promise<Due> {
  const { clock, issuer, otherIssuer, originOf } = ctx;
  return judgeDue({
    now: clock.now(),
    installed,
    wantedNames: dnsNames,
    issuer: wantedOf(issuer),
    other: otherIssuer && wantedOf(otherIssuer),
    origin: installed === null || installed === 'unreadable' ? null : await originOf(installed.sha256),
    usualIssuer: await usualIssuer(ctx),
    daysBefore,
    spread: spreadOf(String(connectionId)),
    caInstant: instantOf(installed, caWindow),
    asked,
    keeps: goal === 'keep',
  });
}

function wantedOf({ key, traits }: Context['issuer']): WantedIssuer {
  return { key, profile: traits.profile };
}

/** Of the last certificate, unless that came from another CA than is wanted now. */
async function usualIssuer({ issuer, issuedBefore, originOf }: Context): Promise<string | null> {
  const last = await issuedBefore();
  if (!last) return null;
  const leaf = readCertificate(last.chain.leafPem);
  const origin = await originOf(leaf.sha256);
  return origin && caOf(origin.key) === caOf(issuer.key) ? leaf.issuer : null;
}

/** A certificate is due from the beginning of the CA's window on; when in it the schedule begins is the reconciler's choice. */
function instantOf(installed: CertificateFacts | null | 'unreadable', window: RenewalWindow | null): CaInstant | null {
  if (installed === null || installed === 'unreadable' || !window) return null;
  return { certificate: installed.sha256, selectedAt: window.start };
}

/**
 * A certificate of an earlier renewal that is good and not yet served everywhere: it is put to use before another one is
 * ordered. The appliance must hold it, or its key must still be there, on the appliance or with us.
 */
async function unusedCertificate(
  target: Target,
  { installed, before }: Pick<Facts, 'installed' | 'before'>,
  ctx: Context,
): Promise<EarlierCertificate | null> {
  const earlier = await ctx.issuedBefore();
  if (!earlier) return null;
  const leaf = readCertificate(earlier.chain.leafPem);
  if (allServe(before, leaf.sha256)) return null;
  if ((await judge(leaf, await caWindowOf(leaf, ctx), false, target, ctx)).due) return null;
  if (installed !== null && installed !== 'unreadable' && installed.sha256 === leaf.sha256) return earlier;
  return (await isInstallable(leaf, target.slot, ctx)) ? earlier : null;
}

/** A CA that cannot be asked for its window is no reason to stop: the other checks decide. */
async function caWindowOf(
  installed: CertificateFacts | null | 'unreadable',
  { issuer: asked, otherIssuer, originOf, note, signal }: Context,
): Promise<RenewalWindow | null> {
  if (installed === null || installed === 'unreadable' || installed.selfSigned) return null;
  const origin = await originOf(installed.sha256);
  const issuer = otherIssuer && origin && caOf(origin.key) === caOf(otherIssuer.key) ? otherIssuer : asked;
  try {
    return await issuer.renewalWindow(installed.pem, signal);
  } catch (err) {
    if (!(err instanceof AppError)) throw err;
    await note(`The CA did not say when it wants this certificate renewed: ${err.message}`);
    return null;
  }
}
