import type { DnsProvider } from '../../dns/provider.ts';
import { count } from '../../domain/words.ts';
import type { Challenge, DnsChallenge } from '../../issuers/issuer.ts';
import type { Facts, PlacedToken, PublishedRecord } from '../facts.ts';
import { placeTokens, placingInstructions } from '../http-proof.ts';
import { manualPatience } from '../manual-patience.ts';
import { defineStep, type StepContext } from '../step.ts';

/** Seconds. Short, so that a stale negative or positive answer does not outlive the wait; the lowest that all services take. */
const TTL_SECONDS = 60;

/**
 * Publishes one TXT value, or places one file, per challenge, beside whatever is there. Each is stored before and again
 * after, so that it is removed even if the daemon dies in between.
 */
export const publish = defineStep({
  name: 'publish',
  title: 'Publish proofs',
  needs: ['target', 'challenges', 'order'],
  uses: [],
  gives: ['records', 'tokens'],

  async run({ target, challenges, order, records: kept = [], tokens: placed = [] }, ctx) {
    const planned = await plan(challenges.filter(isDns), kept, target, ctx);
    const records = [...planned];
    await ctx.keep({ records });
    for (const [index, planned] of records.entries()) {
      if (planned.receipt !== null) continue;
      const provider = providerOf(planned, ctx);
      const receipt = await provider.present(planned.record, ctx.signal);
      records[index] = { ...planned, receipt, ...(provider.manual && { byHand: true }) };
      await ctx.keep({ records: [...records] });
    }
    const tokens = await placeTokens(challenges, placed, ctx);
    const byHand = records.filter((published) => providerOf(published, ctx).manual);
    const until = manualPatience(order, ctx.clock.now());
    if (byHand.length > 0 && !ctx.released) return { kind: 'hold', ask: instructions(byHand), until };
    if (tokens.length > 0 && ctx.http01?.manual && !ctx.released)
      return { kind: 'hold', ask: placingInstructions(tokens), until };
    return { kind: 'done', gives: { records, tokens }, summary: summaryOf(records, tokens) };
  },
});

function isDns(challenge: Challenge): challenge is DnsChallenge {
  return challenge.type === 'dns-01';
}

function summaryOf(records: readonly PublishedRecord[], tokens: readonly PlacedToken[]): string {
  if (records.length === 0 && tokens.length > 0) return `${count(tokens.length, 'file')} placed`;
  const names = new Set(records.map(({ record }) => record.fqdn));
  return `${count(records.length, 'record')} at ${count(names.size, 'name')}`;
}

/** Records of an interrupted run that are still wanted keep their receipts; the others stay listed, so that they are removed. */
async function plan(
  challenges: readonly DnsChallenge[],
  kept: readonly PublishedRecord[],
  { propagation }: Facts['target'],
  ctx: StepContext<keyof Facts>,
) {
  const records = [...kept];
  for (const { recordName, recordValue } of challenges) {
    if (records.some(({ record, location }) => record.value === recordValue && startOf(location) === recordName))
      continue;
    const location = await ctx.resolver.locate(recordName, ctx.signal, propagation ?? undefined);
    if (location.aliases.length > 0) await ctx.note(`${recordName} is a CNAME; the record goes to ${location.fqdn}.`);
    const record = { fqdn: location.fqdn, value: recordValue, ttlSeconds: TTL_SECONDS, zone: location.zone };
    records.push({ record, location, receipt: null, account: ctx.dns.accountFor(location.fqdn) });
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
