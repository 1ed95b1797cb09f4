import { AppError } from '../../domain/errors.ts';
import { count } from '../../domain/words.ts';
import { afterwardsOf, cleanedProofs, leftBy, type Proof, removeProof } from '../proofs.ts';
import { defineStep, type StepPeers } from '../step.ts';

/** Removes the records and files that this renewal published, and no others. One that fails does not keep the next from being removed. */
export const cleanUp = defineStep({
  name: 'cleanUp',
  title: 'Remove proofs',
  needs: [],
  uses: ['records', 'tokens'],
  gives: ['cleaned'],
  retries: 3,

  async run(facts, ctx) {
    const cleaned = [...(facts.cleaned ?? [])];
    const failures: AppError[] = [];
    for (const proof of leftBy(facts)) {
      try {
        await removeProof(proof, ctx, ctx.signal);
        cleaned.push(proof.key);
        await ctx.keep({ cleaned: [...cleaned] });
      } catch (err) {
        ctx.signal.throwIfAborted();
        failures.push(AppError.from(err));
      }
    }
    const [first] = failures;
    if (first) throw first;
    return { kind: 'done', gives: { cleaned }, summary: summaryOf(cleanedProofs(facts, cleaned), ctx) };
  },
});

/** `2 records removed`, `1 record stays: delete it by hand`. */
function summaryOf(proofs: readonly Proof[], peers: Pick<StepPeers, 'dns' | 'http01'>): string {
  const what = proofs.some(({ kind }) => kind === 'http-01') ? 'file' : 'record';
  const words = proofs.map((proof) => afterwardsOf(proof, peers));
  const removed = words.filter((word) => word === null).length;
  const parts = [...new Set(words)].flatMap((word) => {
    if (word === null) return [];
    const staying = words.filter((one) => one === word).length;
    return [`${count(staying, what)} ${staying === 1 ? 'stays' : 'stay'}: ${word}`];
  });
  return [...(removed > 0 || parts.length === 0 ? [`${count(removed, what)} removed`] : []), ...parts].join('; ');
}
