import { type CertificateChain, type CertificateFacts, readCertificate } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { count } from '../../domain/words.ts';
import type { Facts, RestoredCertificate, ServedEndpoint } from '../facts.ts';
import { whyNotPutBack } from '../old-certificate.ts';
import { pollUntil } from '../poll.ts';
import { defineStep, type StepContext } from '../step.ts';
import { allServe, describeServed, lookAt, nameOf, shortFingerprint } from './look.ts';

const DEFAULT_PATIENCE_MS = 30_000;

/**
 * After a verification that failed: puts the certificate that was served before back, with its key, and looks until every
 * endpoint serves it again. That takes its key and its chain, so it is done for what certferry issued to a host that
 * takes a key, and for nothing else. Installing what is there already changes nothing: see docs/adr/0035.
 */
export const rollBack = defineStep({
  name: 'rollBack',
  title: 'Put the old certificate back',
  needs: ['target', 'chain', 'installed', 'before'],
  uses: ['served'],
  gives: ['restored'],

  async run({ target, chain, installed, before, served, restored: kept }, ctx) {
    const wanted = readCertificate(chain.leafPem).sha256;
    if (served && !kept && !isWorse(served, before, wanted)) return { kind: 'stop', why: NOTHING_LOST };
    const sha256 = kept?.sha256 ?? servedBefore(before, installed, wanted);
    const previous = await previousOf(sha256, ctx);
    if (typeof previous === 'string') return { kind: 'stop', why: `${previous}${await hintOf(ctx)}` };
    const restored = kept?.installed ? kept : await putBack(previous, target, ctx);
    const seen = await seeServed(restored, { target, wanted, before }, ctx);
    const all = `${seen.served.length} of ${count(seen.served.length, 'endpoint')}`;
    return {
      kind: 'done',
      gives: { restored: seen },
      summary: `${shortFingerprint(seen.sha256)} is back, seen on ${all}`,
    };
  },
});

type Context = StepContext<'restored'>;

const NOTHING_LOST =
  'Every endpoint that answered before serves the new certificate, so the old one is not put back. The others did not answer before either.';

/** An endpoint that answered before does not serve the new certificate. One that was silent all along says nothing of it. */
function isWorse(served: readonly ServedEndpoint[], before: readonly ServedEndpoint[], wanted: string): boolean {
  return answeringBefore(served, before).some(({ sha256 }) => sha256 !== wanted);
}

/** Of `served`, those endpoints that answered before anything was touched; all of them when none did. */
function answeringBefore(
  served: readonly ServedEndpoint[],
  before: readonly ServedEndpoint[],
): readonly ServedEndpoint[] {
  const answered = new Set(before.flatMap(({ endpoint, sha256 }) => (sha256 === null ? [] : [nameOf(endpoint)])));
  return answered.size === 0 ? served : served.filter(({ endpoint }) => answered.has(nameOf(endpoint)));
}

/** What else can be done where the old certificate is gone. */
async function hintOf({ appliance, readyFallback }: Context): Promise<string> {
  if (!appliance.key || !(await readyFallback())) return '';
  return ' A fallback certificate is kept ready: a renewal that uses it installs another key and certificate without asking a CA.';
}

interface Previous {
  readonly leaf: CertificateFacts;
  readonly chain: CertificateChain;
  readonly key: Secret;
}

/** SHA-256 of the certificate that clients met, or else the slot held, when it was one and another than the new one. */
function servedBefore(before: Facts['before'], installed: Facts['installed'], wanted: string): string | null {
  const others = new Set(before.flatMap(({ sha256 }) => (sha256 === null || sha256 === wanted ? [] : [sha256])));
  const [served] = others;
  if (others.size > 1) return null;
  if (served !== undefined) return served;
  return installed === null || installed === 'unreadable' || installed.sha256 === wanted ? null : installed.sha256;
}

/** What can be put back, or why nothing can: a sentence. */
async function previousOf(sha256: string | null, ctx: Context): Promise<Previous | string> {
  const { appliance, clock, keys } = ctx;
  const never = whyNotPutBack(appliance);
  if (never) return never;
  if (sha256 === null) return 'There is no one certificate that was served everywhere before, so none is put back.';
  const chain = await ctx.chainOf(sha256);
  const which = `The old certificate (${shortFingerprint(sha256)})`;
  if (!chain) return `${which} was not issued through certferry, so it has no key to put it back with.`;
  const leaf = readCertificate(chain.leafPem);
  if (new Date(leaf.notAfter) <= clock.now())
    return `${which} expired on ${leaf.notAfter.slice(0, 10)}, so it is not put back.`;
  if ((await ctx.originOf(sha256))?.revoked) return `${which} was revoked, so it is not put back.`;
  const key = await keys.find(leaf.key.spkiSha256);
  return key ? { leaf, chain, key } : `${which} cannot be put back, because its key is no longer stored.`;
}

async function putBack(
  { leaf, chain, key }: Previous,
  target: Facts['target'],
  ctx: Context,
): Promise<RestoredCertificate> {
  const { sha256, notAfter } = leaf;
  const begun = { sha256, notAfter, installed: false, seenBy: null, served: [] };
  await ctx.keep({ restored: begun });
  const receipt = await ctx.appliance.install(target.slot, chain, { held: 'certferry', pem: key }, ctx.signal);
  if (receipt.sha256 !== sha256) {
    throw new AppError('APPLIANCE_PROTOCOL', 'The host took the old certificate back but holds another one.');
  }
  await reload(target.slot, ctx);
  const patience = target.verifyPatienceSeconds === null ? DEFAULT_PATIENCE_MS : target.verifyPatienceSeconds * 1000;
  const seenBy = new Date(ctx.clock.now().getTime() + patience).toISOString();
  const restored = { ...begun, installed: true, seenBy };
  await ctx.keep({ restored });
  return restored;
}

/** What made the service take the new files makes it take the old ones. */
async function reload(slot: string, { appliance: { activation }, signal, turn }: Context): Promise<void> {
  if (!activation?.reloads) return;
  await using _turn = await turn(activation.group, activation.pauseMs);
  for (const action of await activation.plan(slot, signal)) await activation.start(action, async () => {}, signal);
}

/** @throws AppError SERVED_CERTIFICATE_DIFFERS when it was put back and is not seen everywhere in time. */
async function seeServed(
  restored: RestoredCertificate,
  {
    target,
    wanted,
    before,
  }: { readonly target: Facts['target']; readonly wanted: string; readonly before: Facts['before'] },
  ctx: Context,
): Promise<RestoredCertificate> {
  const { sha256, seenBy } = restored;
  const endpoints = await ctx.appliance.endpoints(target.slot, ctx.signal);
  let last = restored;
  const seen = await pollUntil(ctx, new Date(seenBy ?? ctx.clock.now()), async () => {
    last = { ...restored, served: await lookAt(endpoints, ctx) };
    return allServe(answeringBefore(last.served, before), sha256) ? last : null;
  });
  if (seen) return seen;
  await ctx.keep({ restored: last });
  throw new AppError(
    'SERVED_CERTIFICATE_DIFFERS',
    `The old certificate was put back, but is not seen everywhere: ${describeServed(last.served, wanted, sha256)}.`,
  );
}
