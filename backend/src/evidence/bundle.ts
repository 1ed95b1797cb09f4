import type { ActivationAction } from '../appliances/driver.ts';
import { type CertificateFacts, type CsrFacts, chainPems, readCertificate } from '../domain/certificate.ts';
import type { Failure } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import type { Call } from '../plugins/call-log.ts';
import type { Facts, ServedEndpoint, Target } from '../renewal/facts.ts';
import { type KeptExchanges, RECORDED_RENEWALS, type Recordings } from '../renewal/recordings.ts';
import { sentence } from '../renewal/sentences.ts';
import { nameOf } from '../renewal/steps/look.ts';
import type { AuditHead, AuditRow } from '../store/audit.ts';
import type { StoredEvent } from '../store/events.ts';
import type { Connection, RenewalRow, Store } from '../store/store.ts';
import { VERSION } from '../version.ts';
import { type Decision, decisionsOf, failuresOf, type StepTiming, timingsOf } from './timeline.ts';

/** Everything about one renewal that somebody may ask for afterwards. Plain JSON, without secrets. Instants are ISO 8601. */
export interface EvidenceBundle {
  readonly format: 1;
  readonly certferry: string;
  readonly madeAt: string;
  /** Names, addresses, accounts and fingerprints are stand-ins. */
  readonly anonymous: boolean;
  readonly renewal: {
    readonly id: string;
    readonly startedAt: string;
    readonly finishedAt: string | null;
    /** Null while it runs. */
    readonly outcome: string | null;
    readonly message: string | null;
    readonly oldStillServed: boolean | null;
  };
  readonly connection: EvidenceConnection;
  /** What was to be done, as it was asked for then. */
  readonly target: Target | null;
  /** The restarts that were planned before anything was ordered. */
  readonly plan: readonly ActivationAction[];
  /** Who started it, released its holds or cancelled it. */
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
  readonly csr: CsrFacts | null;
  readonly order: {
    readonly url: string;
    readonly dnsNames: readonly string[];
    readonly expires: string | null;
  } | null;
  /** What was issued, leaf first. */
  readonly chain: readonly CertificateFacts[];
  readonly endpoints: readonly EndpointEvidence[];
  readonly steps: readonly StepTiming[];
  readonly interruptions: readonly InterruptionEvidence[];
  readonly failures: readonly (Failure & { readonly at: string; readonly step: string })[];
  /** What happened, a line each. */
  readonly log: readonly { readonly seq: number; readonly at: string; readonly sentence: string }[];
  /** What was asked of CAs and DNS services over HTTP. */
  readonly calls: readonly Call[];
  /** What was said to the appliance, as far as it was recorded. */
  readonly exchanges: KeptExchanges['exchanges'];
  /** Which of them are recorded, and why there may be none: one sentence. */
  readonly exchangesKept: string;
  readonly audit: {
    /** The rows about this renewal; each can be found by its hash in an export of the audit. */
    readonly rows: readonly AuditRow[];
    /** The end of the audit when this was made. */
    readonly head: AuditHead | null;
  };
}

export interface EvidenceConnection {
  readonly id: number;
  /** Null when the connection is gone. */
  readonly name: string | null;
  readonly appliance: string | null;
  readonly issuer: string | null;
}

export interface EndpointEvidence {
  /** `cucm-pub.example.com:443` */
  readonly endpoint: string;
  readonly before: Seen | null;
  readonly after: Seen | null;
}

type Seen = Pick<ServedEndpoint, 'sha256' | 'notAfter' | 'detail' | 'at'>;

export interface InterruptionEvidence {
  readonly node: string;
  readonly service: string;
  readonly impact: string;
  readonly startedAt: string;
  readonly doneAt: string | null;
  readonly seconds: number | null;
  readonly expectedSeconds: number;
}

/** More than any renewal has. */
const ALL_EVENTS = 10_000;
const ALL_ROWS = 1_000;

/** Site names are put in by `anonymised`, which needs to know them. */
export interface Gathered {
  readonly bundle: EvidenceBundle;
  readonly hosts: readonly string[];
  readonly users: readonly string[];
}

export async function gatherEvidence(
  { store, recordings }: { readonly store: Store; readonly recordings: Recordings },
  row: RenewalRow,
  now: Date,
): Promise<Gathered> {
  const events = await store.events.read({ renewalId: row.id, limit: ALL_EVENTS });
  const connection = await store.connections.get(row.connectionId);
  const recorded = connection ? await recordings.read(connection, row.id) : null;
  const rows = await store.audit.list({ subject: `renewal ${row.id}`, limit: ALL_ROWS });
  // Written by a renewal of this product.
  const facts = row.facts as Partial<Facts>;
  const bundle: EvidenceBundle = {
    format: 1,
    certferry: VERSION,
    madeAt: now.toISOString(),
    anonymous: false,
    renewal: ended(row, events),
    connection: { id: row.connectionId, ...(await connectionOf(store, connection)) },
    ...learnt(facts),
    decisions: decisionsOf(events),
    steps: timingsOf(events),
    failures: failuresOf(events),
    log: events.map(({ seq, at, event }) => ({ seq, at, sentence: sentence(event) })),
    calls: facts.calls ?? [],
    exchanges: recorded?.exchanges ?? [],
    exchangesKept: keptWords(recorded),
    audit: { rows: rows.toReversed(), head: await store.audit.head() },
  };
  return { bundle, ...siteOf(bundle, recorded) };
}

/** Where nothing is recorded, nothing has to be wrong. */
function keptWords(recorded: KeptExchanges | null): string {
  const dropped = recorded && recorded.dropped > 0 ? ` For ${recorded.dropped} earlier ones there was no room.` : '';
  return `Recorded are exchanges before a failure, and those that show what no public source confirms of the product, over HTTP and SSH, of the last ${RECORDED_RENEWALS} renewals of a connection.${dropped}`;
}

function learnt(facts: Partial<Facts>) {
  const { target = null, planned, activation = [], compatibility = [], csr = null, order, chain } = facts;
  return {
    target,
    // A renewal that put an earlier certificate to use planned nothing before it began to restart.
    plan: planned ?? activation.map(({ action }) => action),
    findings: compatibility,
    csr,
    order: order ? { url: order.url, dnsNames: order.dnsNames, expires: order.expires } : null,
    chain: chain ? chainPems(chain).map(readCertificate) : [],
    endpoints: endpointsOf(facts),
    interruptions: activation.map(({ action, startedAt, doneAt }) => ({
      node: action.node,
      service: action.service,
      impact: action.impact,
      startedAt,
      doneAt,
      seconds: doneAt === null ? null : (Date.parse(doneAt) - Date.parse(startedAt)) / 1_000,
      expectedSeconds: action.expectedSeconds,
    })),
  };
}

function ended({ id, startedAt, finishedAt, outcome }: RenewalRow, events: readonly StoredEvent[]) {
  const last = events.map(({ event }) => event).find((event) => event.type === 'renewal.finished');
  return {
    id,
    startedAt,
    finishedAt,
    outcome,
    message: last?.message ?? null,
    oldStillServed: last?.oldStillServed ?? null,
  };
}

async function connectionOf(store: Store, connection: Connection | undefined) {
  if (!connection) return { name: null, appliance: null, issuer: null };
  const { name, appliance, issuer } = connection;
  const ca = 'account' in issuer ? (await store.accounts.get(issuer.account))?.ref : issuer;
  const { directory } = ca?.settings ?? {};
  return {
    name,
    appliance: appliance.plugin,
    issuer: typeof directory === 'string' ? directory : (ca?.plugin ?? null),
  };
}

function endpointsOf({ before = [], served, restored, aftermath }: Partial<Facts>): readonly EndpointEvidence[] {
  const after = aftermath ?? (restored?.served.length ? restored.served : served) ?? [];
  const names = new Set([...before, ...after].map(({ endpoint }) => nameOf(endpoint)));
  const seenIn = (seen: readonly ServedEndpoint[], name: string): Seen | null => {
    const found = seen.find(({ endpoint }) => nameOf(endpoint) === name);
    return found ? { sha256: found.sha256, notAfter: found.notAfter, detail: found.detail, at: found.at } : null;
  };
  return [...names].map((name) => ({ endpoint: name, before: seenIn(before, name), after: seenIn(after, name) }));
}

function siteOf({ csr, target, endpoints, decisions, audit }: EvidenceBundle, recorded: KeptExchanges | null) {
  const names = [...(target?.dnsNames ?? []), ...(csr?.dnsNames ?? [])];
  const hosts = endpoints.flatMap(({ endpoint }) => /^([^\s:]+)/.exec(endpoint)?.[1] ?? []);
  const actors = [...decisions.map(({ actor }) => actor), ...audit.rows.map(({ actor }) => actor)];
  return {
    hosts: [...new Set([...names.map((name) => name.replace(/^\*\./, '')), ...hosts, ...(recorded?.hosts ?? [])])],
    users: [...new Set([...actors.flatMap((actor) => actor ?? []).filter(isPerson), ...(recorded?.users ?? [])])],
  };
}

function isPerson(actor: string): boolean {
  return !['schedule', 'operator', 'local operator'].includes(actor);
}
