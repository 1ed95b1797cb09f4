import { createHash } from 'node:crypto';
import { OUTCOME_WORDS, seconds } from '../renewal/sentences.ts';
import type { RenewalOutcome } from '../store/events.ts';
import type { EvidenceBundle } from './bundle.ts';

const STYLE = `
:root { color-scheme: light; }
body { font: 14px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 0.5rem; border-bottom: 1px solid #999; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
th { font-weight: 600; }
code, pre { font: 12px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
pre { border-left: 2px solid #bbb; margin: 0.25rem 0 0.75rem; padding-left: 0.75rem; }
.quiet { color: #555; }
@media print {
  @page { margin: 18mm 15mm; }
  body { font-size: 10pt; margin: 0; max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  tr, .exchange { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;

/** Nothing but this page's own style may be used by it. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

type Cell = string | number | null | Markup;

/** Text that is markup already. */
interface Markup {
  readonly markup: string;
}

/** One page that needs nothing else, to be printed or kept. */
export function evidencePage(bundle: EvidenceBundle): string {
  const { renewal, connection, madeAt, certferry, anonymous } = bundle;
  const title = `Renewal ${renewal.id}`;
  const outcome = renewal.outcome === null ? 'Running' : OUTCOME_WORDS[renewal.outcome as RenewalOutcome];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body>
<header><h1>${escaped(title)}: ${escaped(outcome)}</h1>
<p>${escaped(renewal.message ?? '')}</p>
<p class="quiet">Evidence made ${escaped(madeAt)} by certferry ${escaped(certferry)}${anonymous ? ', with stand-ins for names' : ''}. All times are UTC.</p></header>
<main>
${section(
  'What',
  list([
    ['Connection', `${connection.id}${connection.name === null ? '' : ` ${connection.name}`}`],
    ['Appliance', connection.appliance],
    ['Certificate authority', connection.issuer],
    ['Slot', bundle.target?.slot ?? null],
    ['Names', bundle.target?.dnsNames.join(' ') ?? null],
    ['Began', renewal.startedAt],
    ['Ended', renewal.finishedAt],
    ['Old certificate still served', renewal.oldStillServed === null ? null : renewal.oldStillServed ? 'yes' : 'no'],
  ]),
)}
${decisions(bundle)}
${plan(bundle)}
${request(bundle)}
${endpoints(bundle)}
${timings(bundle)}
${findings(bundle)}
${calls(bundle)}
${exchanges(bundle)}
${log(bundle)}
${audit(bundle)}
</main></body></html>
`;
}

function decisions({ decisions }: EvidenceBundle): string {
  const rows = decisions.map(({ at, what, actor, step, ask }): Cell[] => [
    at,
    actor ?? 'not known',
    step === null ? what : `${what} ${step}`,
    ask,
  ]);
  return section('Who decided', table(['When', 'Who', 'What', 'Asked was'], rows));
}

function plan({ plan, interruptions }: EvidenceBundle): string {
  const planned = plan.map(({ node, service, impact, expectedSeconds }): Cell[] => [
    node,
    service,
    impact,
    `${expectedSeconds} s`,
  ]);
  const done = interruptions.map(({ node, service, startedAt, doneAt, seconds: took }): Cell[] => [
    node,
    service,
    startedAt,
    doneAt,
    took === null ? 'not ended' : seconds(took * 1_000),
  ]);
  return (
    section('Planned interruptions', table(['Node', 'Service', 'What people miss', 'Expected'], planned)) +
    section('Interruptions', table(['Node', 'Service', 'From', 'To', 'Took'], done))
  );
}

function request({ csr, order, chain }: EvidenceBundle): string {
  const facts = list([
    ['Subject', csr?.subject ?? null],
    ['Names', csr ? [...csr.dnsNames, ...csr.otherNames].join(' ') : null],
    ['Key', csr?.key.kind ?? null],
    ['SHA-256 of the key', csr ? code(csr.key.spkiSha256) : null],
    ['Order', order?.url ?? null],
  ]);
  const issued = chain.map(({ subject, issuer, serial, notBefore, notAfter, sha256 }): Cell[] => [
    subject,
    issuer,
    code(serial),
    `${notBefore} to ${notAfter}`,
    code(sha256),
  ]);
  return (
    section('Request and order', facts) +
    section('Issued', table(['Subject', 'Issuer', 'Serial number', 'Valid', 'SHA-256'], issued))
  );
}

function endpoints({ endpoints }: EvidenceBundle): string {
  const seen = (look: EvidenceBundle['endpoints'][number]['before']): Cell =>
    look === null
      ? 'not looked at'
      : look.sha256 === null
        ? look.detail
        : code(`${look.sha256} until ${look.notAfter}`);
  const rows = endpoints.map(({ endpoint, before, after }): Cell[] => [endpoint, seen(before), seen(after)]);
  return section('Served', table(['Endpoint', 'Before', 'After'], rows));
}

function timings({ steps }: EvidenceBundle): string {
  const rows = steps.map(({ title, startedAt, endedAt, attempts, tookMs, heldMs, summary }): Cell[] => [
    title,
    startedAt,
    endedAt,
    attempts,
    `${tookMs === null ? 'not ended' : seconds(tookMs)}${heldMs > 0 ? `, and ${seconds(heldMs)} for a person` : ''}`,
    summary,
  ]);
  return section('Steps', table(['Step', 'From', 'To', 'Tries', 'Took', 'Result'], rows));
}

function findings({ findings, failures }: EvidenceBundle): string {
  const found = findings.map(({ title, outcome, answer, todo }): Cell[] => [outcome, title, answer, todo ?? null]);
  const failed = failures.map(({ at, step, code: reason, message }): Cell[] => [at, step, reason, message]);
  return (
    section('Findings', table(['Outcome', 'What', 'Answer', 'To do'], found)) +
    section('Failures', table(['When', 'Step', 'Code', 'What'], failed))
  );
}

function calls({ calls }: EvidenceBundle): string {
  const rows = calls.map(({ at, to, request, status, failure, times }): Cell[] => [
    at,
    to,
    code(request),
    `${status ?? failure ?? ''}${times > 1 ? `, ${times} times` : ''}`,
  ]);
  return section('Asked of others', table(['When', 'Whom', 'What', 'Answer'], rows));
}

function exchanges({ exchanges, exchangesKept }: EvidenceBundle): string {
  const told = exchanges.map(
    ({ at, request, sent, status, answer, failure, tookMs }) => `<div class="exchange">
<p><code>${escaped(request)}</code><br><span class="quiet">${escaped(at)}, ${escaped(String(status ?? failure ?? 'answered'))}, ${escaped(seconds(tookMs))}</span></p>
${sent === null ? '' : `<pre>${escaped(sent)}</pre>`}${answer === null ? '' : `<pre>${escaped(answer)}</pre>`}</div>`,
  );
  return section('Said to the appliance', `<p class="quiet">${escaped(exchangesKept)}</p>\n${told.join('\n')}`);
}

function log({ log }: EvidenceBundle): string {
  return section(
    'Log',
    table(
      ['When', 'What'],
      log.map(({ at, sentence }): Cell[] => [at, sentence]),
    ),
  );
}

function audit({ audit: { rows, head } }: EvidenceBundle): string {
  const cells = rows.map(({ seq, at, actor, address, action, outcome, hash }): Cell[] => [
    seq,
    at,
    actor,
    address,
    `${action} (${outcome})`,
    code(hash),
  ]);
  const end = head ? `<p class="quiet">The audit ended with <code>${head.seq}:${escaped(head.hash)}</code>.</p>` : '';
  return section('Audit', table(['Row', 'When', 'Who', 'From', 'Action', 'Hash'], cells) + end);
}

function section(title: string, content: string): string {
  return `<section><h2>${escaped(title)}</h2>${content === '' ? '<p class="quiet">Nothing.</p>' : content}</section>\n`;
}

function list(rows: readonly (readonly [string, Cell])[]): string {
  const known = rows.filter(([, value]) => value !== null && value !== '');
  if (known.length === 0) return '';
  return `<table><tbody>${known.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${cell(value)}</td></tr>`).join('')}</tbody></table>`;
}

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '';
  const titles = head.map((title) => `<th scope="col">${escaped(title)}</th>`).join('');
  const lines = rows.map((row) => `<tr>${row.map((value) => `<td>${cell(value)}</td>`).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${titles}</tr></thead><tbody>\n${lines}\n</tbody></table>`;
}

function cell(value: Cell): string {
  if (value === null) return '';
  return typeof value === 'object' ? value.markup : escaped(String(value));
}

function code(text: string): Markup {
  return { markup: `<code>${escaped(text)}</code>` };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
