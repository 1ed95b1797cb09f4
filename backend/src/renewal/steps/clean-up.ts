import { AppError } from '../../domain/errors.ts';
import { count } from '../../domain/words.ts';
import { leftBy, removeProof } from '../proofs.ts';
import { defineStep } from '../step.ts';

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
    const what = facts.tokens?.length ? 'file' : 'record';
    return { kind: 'done', gives: { cleaned }, summary: `${count(cleaned.length, what)} removed` };
  },
});
