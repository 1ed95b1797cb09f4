import { diagnose } from '../../dns/diagnosis.ts';
import { estimateWords } from '../../dns/history.ts';
import { type PropagationReport, type RecordSight, type WatchedRecord, watchRecords } from '../../dns/microscope.ts';
import { DEFAULT_PROPAGATION } from '../../dns/resolver.ts';
import { AppError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { count } from '../../domain/words.ts';
import type { TokenSight } from '../../http01/sight.ts';
import type { Challenge } from '../../issuers/issuer.ts';
import type { Facts, PublishedRecord } from '../facts.ts';
import { awaitReachable, ensurePlaced, patienceOf, solverOf } from '../http-proof.ts';
import { propagationPatienceMs } from '../propagation-patience.ts';
import { defineStep, type StepContext, type StepOutcome } from '../step.ts';

type Gives = 'propagateBy' | 'propagation' | 'propagationWait' | 'reachability';

/**
 * Watches until everybody whom the policy names shows every record: the CA may ask any of them. Files are asked for the way
 * the CA does, at every address.
 */
export const propagate = defineStep({
  name: 'propagate',
  title: 'Wait for the proofs',
  needs: ['target', 'records', 'challenges'],
  uses: [],
  gives: ['propagateBy', 'propagation', 'propagationWait', 'reachability'],

  async run({ target, records, challenges, propagateBy: keptDeadline, propagation: earlier = [], ...kept }, ctx) {
    if (target.challenge === 'http-01') return tryPublicWay(target, challenges, keptDeadline, ctx);
    const policy = target.propagation ?? DEFAULT_PROPAGATION;
    const propagateBy =
      keptDeadline ?? new Date(ctx.clock.now().getTime() + patienceMs(target, records, ctx)).toISOString();
    await ctx.keep({ propagateBy });
    if (policy.mode === 'wait-only') return waitOnly(propagateBy, ctx);
    const wanted = records.filter(({ record }) =>
      challenges.some((one) => one.type === 'dns-01' && one.recordValue === record.value),
    );
    const options = { policy, deadline: new Date(propagateBy), learn: keptDeadline === undefined, earlier };
    const startedAt = kept.propagationWait?.startedAt ?? ctx.clock.now().toISOString();
    const propagation = await follow(watchRecords(wanted.map(watched), options, ctx), startedAt, ctx);
    return { kind: 'done', gives: { propagateBy, propagation, reachability: [] }, summary: summaryOf(propagation) };
  },
});

async function tryPublicWay(
  target: Facts['target'],
  challenges: readonly Challenge[],
  keptDeadline: string | undefined,
  ctx: StepContext<Gives>,
): Promise<StepOutcome<Gives>> {
  const propagateBy = keptDeadline ?? new Date(ctx.clock.now().getTime() + patienceOf(target)).toISOString();
  await ctx.keep({ propagateBy });
  await ensurePlaced(challenges, ctx);
  const wanted = challenges.filter((challenge) => challenge.type === 'http-01');
  const done = (reachability: readonly TokenSight[], summary: string): StepOutcome<Gives> => {
    return { kind: 'done', gives: { propagateBy, propagation: [], reachability }, summary };
  };
  if (wanted.length === 0) return done([], 'nothing to prove');
  if (!solverOf(ctx).checked) return done([], 'not tried, as the connection says');
  const reachability = await awaitReachable(wanted, new Date(propagateBy), ctx);
  const addresses = reachability.flatMap((sight) => sight.addresses.filter(({ state }) => state === 'seen'));
  return done(
    reachability,
    `${count(reachability.length, 'name')} seen at ${count(addresses.length, 'address', 'addresses')}`,
  );
}

function patienceMs(
  target: Facts['target'],
  records: readonly PublishedRecord[],
  { dns }: Pick<StepContext, 'dns'>,
): number {
  const awaited = records.map(({ record, location }) => ({ location, provider: dns.providerFor(record.fqdn) }));
  return propagationPatienceMs(target, awaited);
}

function waitOnly(propagateBy: string, { clock }: StepContext<Gives>): StepOutcome<Gives> {
  const until = new Date(propagateBy);
  if (clock.now() < until) return { kind: 'wait', until, why: 'no server is asked, as the connection says' };
  return {
    kind: 'done',
    gives: { propagateBy, propagation: [], reachability: [] },
    summary: 'waited, no server was asked',
  };
}

function watched({ record: { fqdn, value }, location }: PublishedRecord): WatchedRecord {
  return { fqdn, value, location };
}

/** Stores each report and tells what changed. @throws AppError DNS_NOT_PROPAGATED */
async function follow(
  reports: AsyncIterable<PropagationReport>,
  startedAt: string,
  ctx: StepContext<Gives>,
): Promise<readonly RecordSight[]> {
  let told = '';
  let last: readonly RecordSight[] = [];
  for await (const report of reports) {
    const words = describe(report.records);
    if (words !== told) {
      await ctx.keep({ propagation: report.records, propagationWait: { startedAt, typical: report.typical } });
      await ctx.note(words + estimate(report), toJson(report));
    }
    if (report.agreed) return report.records;
    told = words;
    last = report.records;
  }
  throw notPropagated(last);
}

function estimate({ typical, agreed, elapsedMs }: PropagationReport): string {
  return typical && !agreed ? `; ${estimateWords(typical, elapsedMs)}` : '';
}

function notPropagated(last: readonly RecordSight[]): AppError {
  const causes = new Set(last.flatMap((record) => diagnose(record).map(({ sentence }) => sentence)));
  return new AppError('DNS_NOT_PROPAGATED', [...causes].join(' ') || 'There was no server to ask.', {
    evidence: { body: describe(last).slice(0, 2000) },
  });
}

function summaryOf(propagation: readonly RecordSight[]): string {
  const asked = propagation.flatMap(({ answers }) => answers);
  const count = (kind: string) => {
    return new Set(asked.flatMap((one) => (one.kind === kind ? [`${one.server.address} ${one.server.port}`] : [])))
      .size;
  };
  const counted = [
    [count('authoritative'), 'name servers'],
    [count('resolver'), 'resolvers'],
  ] as const;
  const parts = counted.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : []));
  return `seen on ${parts.join(' and ')}`;
}

/** `ns1.example.net seen, ns2.example.net missing (other values)`, the same text as long as nothing changed. */
function describe(seen: readonly RecordSight[]): string {
  const servers = seen.flatMap(({ answers }) =>
    answers.map(({ server, state, detail }) => `${server.name} ${state}${state === 'seen' ? '' : ` (${detail})`}`),
  );
  return [...new Set(servers)].join(', ');
}

/** A report is plain JSON by its contract, which interfaces do not show the compiler. */
function toJson(report: PropagationReport): Json {
  return JSON.parse(JSON.stringify(report)) as Json;
}
