import type { DnsProvider } from '../../dns/provider.ts';
import { count } from '../../domain/words.ts';
import type { Challenge } from '../../issuers/issuer.ts';
import type { Facts, PublishedRecord } from '../facts.ts';
import { defineStep, type StepContext } from '../step.ts';

/** Seconds. Short, so that a stale negative or positive answer does not outlive the wait; the lowest that all services take. */
const TTL_SECONDS = 60;

/**
 * Publishes one TXT value per challenge, beside whatever is there. Each record is stored before it is
 * published and again with its receipt, so that it is removed even if the daemon dies in between.
 */
export const publish = defineStep({
  name: 'publish',
  title: 'Publish TXT records',
  needs: ['challenges'],
  uses: [],
  gives: ['records'],

  async run({ challenges, records: kept = [] }, ctx) {
    const planned = await plan(challenges, kept, ctx);
    const records = [...planned];
    await ctx.keep({ records });
    for (const [index, planned] of records.entries()) {
      if (planned.receipt !== null) continue;
      records[index] = { ...planned, receipt: await providerOf(planned, ctx).present(planned.record, ctx.signal) };
      await ctx.keep({ records: [...records] });
    }
    const byHand = records.filter((published) => providerOf(published, ctx).manual);
    if (byHand.length > 0 && !ctx.released) return { kind: 'hold', ask: instructions(byHand) };
    const names = new Set(records.map(({ record }) => record.fqdn));
    return {
      kind: 'done',
      gives: { records },
      summary: `${count(records.length, 'record')} at ${count(names.size, 'name')}`,
    };
  },
});

/** Records of an interrupted run that are still wanted keep their receipts; the others stay listed, so that they are removed. */
async function plan(challenges: readonly Challenge[], kept: readonly PublishedRecord[], ctx: StepContext<keyof Facts>) {
  const records = [...kept];
  for (const { recordName, recordValue } of challenges) {
    if (records.some(({ record, location }) => record.value === recordValue && startOf(location) === recordName))
      continue;
    const location = await ctx.resolver.locate(recordName, ctx.signal);
    if (location.aliases.length > 0) await ctx.note(`${recordName} is a CNAME; the record goes to ${location.fqdn}.`);
    const record = { fqdn: location.fqdn, value: recordValue, ttlSeconds: TTL_SECONDS, zone: location.zone };
    records.push({ record, location, receipt: null });
  }
  return records;
}

function providerOf({ record }: PublishedRecord, { dns }: Pick<StepContext, 'dns'>): DnsProvider {
  return dns.providerFor(record.fqdn);
}

function startOf({ aliases, fqdn }: PublishedRecord['location']): string {
  return aliases[0] ?? fqdn;
}

function instructions(records: readonly PublishedRecord[]): string {
  const lines = records.map(({ record }) => `${record.fqdn}. ${record.ttlSeconds} IN TXT "${record.value}"`);
  return `Publish these TXT records beside any others of the same name, then say that it is done:\n${lines.join('\n')}`;
}
