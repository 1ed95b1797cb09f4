import type { TxtRecord } from '../../dns/provider.ts';
import { AppError } from '../../domain/errors.ts';
import { count } from '../../domain/words.ts';
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
    for (const published of records.filter((one) => !kept.includes(recordKey(one.record)))) {
      try {
        const { record, receipt } = published;
        await ctx.dns.providerFor(record.fqdn).cleanUp(record, receipt, ctx.signal);
        cleaned.push(recordKey(published.record));
        await ctx.keep({ cleaned: [...cleaned] });
      } catch (err) {
        ctx.signal.throwIfAborted();
        failures.push(AppError.from(err));
      }
    }
    const [first] = failures;
    if (first) throw first;
    return { kind: 'done', gives: { cleaned }, summary: `${count(cleaned.length, 'record')} removed` };
  },
});

/** How a record is named in the fact `cleaned`. */
export function recordKey({ fqdn, value }: TxtRecord): string {
  return `${fqdn} ${value}`;
}
