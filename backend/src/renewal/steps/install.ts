import type { ActivationAction, InstallReceipt, KeyMaterial } from '../../appliances/driver.ts';
import { type CertificateChain, readCertificate } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { count } from '../../domain/words.ts';
import { giveUpFallbackBeside } from '../fallback.ts';
import { keyMissing } from '../own-keys.ts';
import { beforeHandOver, recordsOf } from '../restart-by-install.ts';
import { caPemsIn } from '../second-ca.ts';
import { defineStep, type StepContext } from '../step.ts';

/** Makes the appliance trust the CA, then hands it the certificate. The hand-over is the point of no return. */
export const install = defineStep({
  name: 'install',
  title: 'Install on the appliance',
  needs: ['target', 'chain'],
  uses: ['before'],
  gives: ['trustAdded', 'install', 'permission', 'activation'],

  async run({ target, chain, trustAdded: kept = [], before = [], permission, activation = [] }, ctx) {
    const added = (await ctx.appliance.trust?.ensure(target.slot, caPemsIn(chain), ctx.signal)) ?? [];
    const staged = await stageSecond(target.slot, ctx);
    const trustAdded = [...new Set([...kept, ...added, ...staged])];
    await ctx.keep({ trustAdded });
    const plan = (await ctx.appliance.activation?.plan(target.slot, ctx.signal)) ?? [];
    const handOver = { target, plan, activation, before, ...(permission ? { permission } : {}) };
    const rest = await beforeHandOver(handOver, ctx);
    if (rest) return rest;
    await using _turn = await turnFor(plan, ctx);
    await ctx.commit();
    const restarts = activation.length > 0 ? activation : recordsOf(plan, ctx.clock.now());
    if (restarts.length > 0) await ctx.keep({ activation: restarts });
    const receipt = await handOverTo(target.slot, chain, ctx);
    if (restarts.length > 0) await ctx.keep({ activation: restarts.map((one) => ({ ...one, accepted: true })) });
    const trust =
      trustAdded.length > 0 ? `, ${count(trustAdded.length, 'CA certificate')} added to its trust store` : '';
    return { kind: 'done', gives: { trustAdded, install: receipt }, summary: `read back from the appliance${trust}` };
  },
});

type Context = StepContext<'trustAdded' | 'install' | 'permission' | 'activation'>;

async function handOverTo(slot: string, chain: CertificateChain, ctx: Context): Promise<InstallReceipt> {
  const leaf = readCertificate(chain.leafPem);
  const material = await materialFor(leaf.key.spkiSha256, ctx);
  const receipt = await ctx.appliance.install(slot, chain, material, ctx.signal);
  if (receipt.sha256 !== leaf.sha256)
    throw new AppError('APPLIANCE_PROTOCOL', 'The appliance took the certificate but holds another one.');
  await giveUpFallbackBeside(leaf, ctx);
  return receipt;
}

/** An appliance that restarts by itself takes the turn of its group; others take theirs when they are restarted. */
async function turnFor(
  plan: readonly ActivationAction[],
  { appliance: { activation }, turn }: Context,
): Promise<AsyncDisposable | null> {
  if (!activation || !plan.some(({ beginsWithInstall }) => beginsWithInstall)) return null;
  return await turn(activation.group, activation.pauseMs);
}

/**
 * What the second CA signs with goes to the appliance while somebody expects a change there, so that changing over needs
 * none. This renewal does not need it: that it is refused is told, and no more.
 */
async function stageSecond(slot: string, { appliance, toStage, note, signal }: Context): Promise<readonly string[]> {
  const caPems = appliance.trust ? await toStage() : [];
  if (!appliance.trust || caPems.length === 0) return [];
  try {
    return await appliance.trust.ensure(slot, caPems, signal);
  } catch (err) {
    signal.throwIfAborted();
    if (!(err instanceof AppError)) throw err;
    await note(`The CA certificates of the second CA are not all on the appliance: ${err.message}`);
    return [];
  }
}

async function materialFor(spkiSha256: string, { appliance, keys }: Context): Promise<KeyMaterial> {
  if (!appliance.key) return { held: 'appliance' };
  const pem = await keys.find(spkiSha256);
  if (!pem) throw keyMissing();
  return { held: 'certferry', pem };
}
