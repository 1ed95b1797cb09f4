import type { ApplianceDriver } from '../appliances/driver.ts';
import { type CertificateFacts, type CsrFacts, readCertificate, readCsr } from '../domain/certificate.ts';
import { AppError } from '../domain/errors.ts';
import type { EarlierCertificate } from './facts.ts';
import type { StepContext } from './step.ts';

type Context = Pick<StepContext, 'appliance' | 'keys' | 'signal' | 'readyFallback' | 'loseFallback' | 'note'>;

/** Why no certificate can be kept ready for such a host; null where one can. */
export function whyNoFallback({ key, csr }: Pick<ApplianceDriver, 'key' | 'csr'>): string | null {
  if (key || (csr && !csr.keepsOne)) return null;
  return 'it keeps one CSR, which cannot be replaced: one that waits with a fallback certificate would stand in the way of the next renewal';
}

/** @throws AppError INVALID_SETTINGS */
export function refuseFallback(host: Pick<ApplianceDriver, 'key' | 'csr'>): void {
  const why = whyNoFallback(host);
  if (why !== null)
    throw new AppError('INVALID_SETTINGS', `No fallback certificate can be kept ready for this appliance: ${why}.`);
}

/** Whether what a certificate needs besides itself is there: its key with us, or its CSR on the appliance. */
export async function isInstallable(
  { key }: CertificateFacts,
  slot: string,
  { appliance, keys, signal }: Pick<Context, 'appliance' | 'keys' | 'signal'>,
): Promise<boolean> {
  if (appliance.key) return (await keys.find(key.spkiSha256)) !== null;
  const pending = await appliance.csr?.pending(slot, signal);
  return pending ? readCsr(pending).key.spkiSha256 === key.spkiSha256 : false;
}

/** The certificate that is kept ready, if it is good and can be installed. One that never can be any more is given up. */
export async function usableFallback(
  slot: string,
  ctx: Context,
  isGood: (leaf: CertificateFacts) => Promise<boolean>,
): Promise<EarlierCertificate | null> {
  const ready = await ctx.readyFallback();
  if (!ready) return null;
  const leaf = readCertificate(ready.chain.leafPem);
  if (!(await isGood(leaf))) return null;
  if (await isInstallable(leaf, slot, ctx)) return ready;
  await giveUp(
    leaf,
    ctx.appliance.key ? 'its private key is no longer stored' : 'its CSR is no longer on the appliance',
    ctx,
  );
  return null;
}

/** An appliance keeps the key of one CSR: a fallback for another CSR than `csr` is gone. */
export async function giveUpFallbackOfOther(csr: CsrFacts, ctx: Context): Promise<void> {
  const leaf = await readyLeaf(ctx);
  if (leaf && leaf.key.spkiSha256 !== csr.key.spkiSha256) await giveUp(leaf, 'the appliance has made another CSR', ctx);
}

/** A certificate that an appliance took uses up its CSR: a fallback for the same one can no longer be installed. */
export async function giveUpFallbackBeside(installed: CertificateFacts, ctx: Context): Promise<void> {
  if (ctx.appliance.key) return;
  const leaf = await readyLeaf(ctx);
  if (leaf && leaf.sha256 !== installed.sha256 && leaf.key.spkiSha256 === installed.key.spkiSha256)
    await giveUp(leaf, 'the certificate that was installed has used up its CSR', ctx);
}

async function readyLeaf({ readyFallback }: Context): Promise<CertificateFacts | null> {
  const ready = await readyFallback();
  return ready && readCertificate(ready.chain.leafPem);
}

async function giveUp({ sha256 }: CertificateFacts, why: string, { loseFallback, note }: Context): Promise<void> {
  await loseFallback(sha256, why);
  await note(`The fallback certificate can no longer be used: ${why}.`);
}
