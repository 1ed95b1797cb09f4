import type { Finding } from '../domain/finding.ts';
import { cautionOf } from '../reconcile/explain.ts';
import type { BlastRadius } from '../renewal/blast-radius.ts';
import type { RenewalOptions } from '../renewal/runner.ts';
import type { StoredEvent } from '../store/events.ts';
import type { ApiClient } from './client.ts';
import { createDisplay, displayMode, exitStatus } from './display.ts';

/** Shows events until the renewal has ended. Returns the exit status. */
export async function watch(
  events: AsyncIterable<StoredEvent>,
  json: boolean,
  out: NodeJS.WriteStream,
): Promise<number> {
  const display = createDisplay(displayMode(json, out), out);
  try {
    for await (const stored of events) {
      display.show(stored);
      if (stored.event.type === 'renewal.finished') return exitStatus(stored.event);
    }
    out.write('The daemon went away. The renewal goes on when it is back.\n');
    return 1;
  } finally {
    display.end();
  }
}

export async function renew(
  client: ApiClient,
  connectionId: string,
  { json, ...options }: RenewalOptions & { readonly json: boolean },
  out: NodeJS.WriteStream,
): Promise<number> {
  const caution = json ? null : cautionOf(await client.explanation(connectionId));
  if (caution !== null) out.write(`Mind: ${caution}\n`);
  const { id, events } = await client.startRenewal(connectionId, options);
  const first = events[0]?.seq ?? 1;
  const stop = new AbortController();
  try {
    return await watch(client.follow(id, first - 1, stop.signal), json, out);
  } finally {
    stop.abort();
  }
}

interface DryRunOptions {
  readonly json: boolean;
  readonly writeTestRecord: boolean;
}

export async function dryRun(
  client: ApiClient,
  connectionId: string,
  options: DryRunOptions,
  out: NodeJS.WriteStream,
): Promise<number> {
  const view = await client.preflight(connectionId, options.writeTestRecord);
  // An appliance that cannot be asked has told so in its findings.
  const plan = await client.blastRadius(connectionId).catch(() => null);
  const lines = [...findingLines(view.findings), ...(plan ? planLines(plan) : [])];
  out.write(options.json ? `${JSON.stringify({ ...view, plan })}\n` : `${lines.join('\n')}\n`);
  return view.outcome === 'block' ? 1 : 0;
}

/** `about 5 min` */
function roughly(seconds: number): string {
  return seconds < 90 ? `about ${Math.round(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}

export function planLines(plan: BlastRadius): readonly string[] {
  const { cautions, budget } = plan;
  return [...interruptionLines(plan), ...cautions.map((caution) => `  Mind: ${caution}`), ...budgetLines(budget)];
}

function budgetLines({ ca, lines }: BlastRadius['budget']): readonly string[] {
  if (lines.length === 0) return [];
  return [
    `Left of the limits of ${ca}, by our own count:`,
    ...lines.map(({ left, max, what, of, applies }) => {
      const scope = of === null ? '' : ` (${of})`;
      return `  ${left} of ${max} ${what}${scope}${applies ? '' : '; this renewal is exempt'}`;
    }),
  ];
}

function interruptionLines({
  interruptions,
  expectedSeconds,
  permission,
  advice,
  window,
}: BlastRadius): readonly string[] {
  if (interruptions.length === 0) return ['A renewal interrupts nothing.'];
  return [
    `A renewal interrupts, in this order, ${roughly(expectedSeconds)} in all:`,
    ...interruptions.map(({ node, service, impact, expectedSeconds, basis }) => {
      const figure = `${roughly(expectedSeconds)}${basis === 'history' ? ', as seen before' : ''}`;
      return `  ${node}  ${service}  ${figure}: ${impact}`;
    }),
    PERMISSIONS[permission],
    ...(window ? [`When: ${window.words}.`] : []),
    ...advice.map(({ text, reference }) => `  Mind: ${text} (${reference})`),
  ];
}

const PERMISSIONS: Readonly<Record<BlastRadius['permission'], string>> = {
  automatic: 'Nobody is asked before the restart.',
  ask: 'It waits for your go before the first restart.',
  typed: 'It waits until you type the name of the node: phones reset.',
};

const MARKS: Readonly<Record<Finding['outcome'], string>> = {
  ok: '✓ ok  ',
  warn: '! warn',
  block: '✗ stop',
  skipped: '- skip',
};

export function findingLines(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ outcome, title, answer, todo, reference }) => [
    `  ${MARKS[outcome]}  ${title}: ${answer}`,
    ...(todo ? [`            ${todo}`] : []),
    ...(reference && outcome !== 'ok' ? [`            ${reference}`] : []),
  ]);
}
