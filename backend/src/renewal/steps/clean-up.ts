import { AppError } from '../../domain/errors.ts';
import type { PublishedRecord } from '../facts.ts';
import { defineStep } from '../step.ts';

/** Removes the records this renewal published, and no others. One that fails does not keep the next from being removed. */
export const cleanUp = defineStep({
  name: 'cleanUp',
  title: 'Remove TXT records',
  needs: [],
  uses: ['records'],
  gives: ['cleaned'],
  retries: 3,

  async run({ records = [], cleaned: kept = [] }, ctx) {
    const cleaned = [...kept];
    const failures: AppError[] = [];
    for (const published of records.filter((one) => !kept.includes(keyOf(one)))) {
      try {
        await ctx.dns.cleanUp(published.record, published.receipt, ctx.signal);
        cleaned.push(keyOf(published));
        await ctx.keep({ cleaned: [...cleaned] });
      } catch (err) {
        ctx.signal.throwIfAborted();
        failures.push(AppError.from(err));
      }
    }
    const [first] = failures;
    if (first) throw first;
    return { kind: 'done', gives: { cleaned }, summary: `${cleaned.length} records removed` };
  },
});

function keyOf({ record }: PublishedRecord): string {
  return `${record.fqdn} ${record.value}`;
}
