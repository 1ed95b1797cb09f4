import { agrees } from '../../dns/answers.ts';
import { AppError } from '../../domain/errors.ts';
import type { Facts, PublishedRecord, RecordVisibility } from '../facts.ts';
import { pollUntil } from '../poll.ts';
import { defineStep, type StepContext } from '../step.ts';

const DEFAULT_TIMEOUT_MS = 120_000;

/** Asks every authoritative server until all of them show every record: the CA may ask any of them. */
export const propagate = defineStep({
  name: 'propagate',
  title: 'Waiting for DNS',
  needs: ['target', 'records', 'challenges'],
  uses: [],
  gives: ['propagateBy', 'propagation'],

  async run({ target, records, challenges, propagateBy: keptDeadline }, ctx) {
    const wanted = records.filter(({ record }) => challenges.some(({ recordValue }) => recordValue === record.value));
    const propagateBy = keptDeadline ?? new Date(ctx.clock.now().getTime() + patienceMs(target, ctx)).toISOString();
    await ctx.keep({ propagateBy });
    let last: readonly RecordVisibility[] = [];
    const visible = await pollUntil(ctx, new Date(propagateBy), async () => {
      const seen = await lookAtAll(wanted, ctx);
      if (describe(seen) !== describe(last)) await tell(seen, ctx);
      last = seen;
      return seen.every(({ answers }) => agrees(answers)) ? seen : null;
    });
    if (!visible) throw notPropagated(last);
    const servers = new Set(
      visible.flatMap(({ answers }) => answers.map(({ server }) => server.address + server.port)),
    );
    return {
      kind: 'done',
      gives: { propagateBy, propagation: visible },
      summary: `seen on ${servers.size} name servers`,
    };
  },
});

function patienceMs(
  { propagationPatienceSeconds }: Facts['target'],
  { dns }: StepContext<'propagation' | 'propagateBy'>,
): number {
  if (propagationPatienceSeconds !== null) return propagationPatienceSeconds * 1000;
  return dns.propagationTimeoutMs ?? DEFAULT_TIMEOUT_MS;
}

function lookAtAll(records: readonly PublishedRecord[], ctx: StepContext): Promise<RecordVisibility[]> {
  return Promise.all(
    records.map(async ({ record: { fqdn, value }, location }) => {
      return { fqdn, value, answers: await ctx.resolver.look(fqdn, value, location, ctx.signal) };
    }),
  );
}

async function tell(
  seen: readonly RecordVisibility[],
  ctx: StepContext<keyof Pick<Facts, 'propagation'>>,
): Promise<void> {
  await ctx.keep({ propagation: seen });
  await ctx.note(describe(seen));
}

function notPropagated(last: readonly RecordVisibility[]): AppError {
  return new AppError('DNS_NOT_PROPAGATED', `Not every name server shows the challenge record: ${describe(last)}`);
}

/** `ns1.example.net seen, ns2.example.net missing (other values)`, the same text as long as nothing changed. */
function describe(seen: readonly RecordVisibility[]): string {
  const servers = seen.flatMap(({ answers }) =>
    answers.map(({ server, state, detail }) => `${server.name} ${state}${state === 'seen' ? '' : ` (${detail})`}`),
  );
  return [...new Set(servers)].join(', ');
}
