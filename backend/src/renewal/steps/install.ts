import { readCertificate } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { count } from '../../domain/words.ts';
import { defineStep, type StepContext } from '../step.ts';

/** Makes the appliance trust the CA, then hands it the certificate. The hand-over is the point of no return. */
export const install = defineStep({
  name: 'install',
  title: 'Install on the appliance',
  needs: ['target', 'chain'],
  uses: [],
  gives: ['trustAdded', 'install'],

  async run({ target, chain, trustAdded: kept = [] }, ctx) {
    const caPems = [...chain.intermediatesPem, ...(chain.rootPem ? [chain.rootPem] : [])];
    const added = (await ctx.appliance.trust?.ensure(target.slot, caPems, ctx.signal)) ?? [];
    const trustAdded = [...new Set([...kept, ...added])];
    await ctx.keep({ trustAdded });
    const permission = ctx.released ? null : await permissionFor(target.slot, ctx);
    if (permission) return permission;
    await ctx.commit();
    const receipt = await ctx.appliance.install(target.slot, chain, ctx.signal);
    const { sha256 } = readCertificate(chain.leafPem);
    if (receipt.sha256 !== sha256) {
      throw new AppError('APPLIANCE_PROTOCOL', 'The appliance took the certificate but holds another one.');
    }
    const trust =
      trustAdded.length > 0 ? `, ${count(trustAdded.length, 'CA certificate')} added to its trust store` : '';
    return { kind: 'done', gives: { trustAdded, install: receipt }, summary: `read back from the appliance${trust}` };
  },
});

/** Where phones reset they may do so as soon as the certificate is there: a person types the node's name before. */
async function permissionFor(slot: string, { appliance, signal }: StepContext<'trustAdded' | 'install'>) {
  const plan = (await appliance.activation?.plan(slot, signal)) ?? [];
  const grave = plan.find(({ typedConfirmation }) => typedConfirmation);
  if (!grave) return null;
  const lines = plan.map(({ id, impact }) => `${id}: ${impact}`);
  const ask = `The certificate is issued, and phones reset when it is installed. Type "${grave.node}" to go on:\n${lines.join('\n')}`;
  return { kind: 'hold', ask, confirm: grave.node } as const;
}
