import { randomBytes } from 'node:crypto';
import { diagnose } from '../dns/diagnosis.ts';
import { type PropagationReport, watchRecords } from '../dns/microscope.ts';
import type { DnsProvider, DnsReceipt, TxtRecord } from '../dns/provider.ts';
import {
  type ChallengeLocation,
  type ChallengeResolver,
  DEFAULT_PROPAGATION,
  type PropagationPolicy,
} from '../dns/resolver.ts';
import { ERRORS } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { RenewalPolicy } from '../store/store.ts';
import { propagationPatienceMs } from './propagation-patience.ts';

interface Trial {
  readonly provider: DnsProvider;
  readonly policy: Pick<RenewalPolicy, 'propagation' | 'propagationPatienceSeconds'>;
  readonly resolver: Pick<ChallengeResolver, 'look'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Milliseconds for removing the record. */
const REMOVAL_MS = 60_000;
/** Milliseconds that a person waits for a dry run. A renewal may wait longer. */
const LONGEST_TRIAL_MS = 120_000;
const TTL_SECONDS = 60;

/**
 * Writes a record, waits until everybody whom the connection's policy names shows it, and removes it whatever happened.
 *
 * @throws AppError of the provider, when it cannot write or remove; the signal's reason.
 */
export async function tryTestRecord(
  location: ChallengeLocation,
  trial: Trial,
): Promise<Pick<Finding, 'outcome' | 'answer' | 'todo'>> {
  const { fqdn, zone } = location;
  const { provider, policy, signal } = trial;
  const record: TxtRecord = { fqdn, zone, ttlSeconds: TTL_SECONDS, value: testValue() };
  const propagation = policy.propagation ?? DEFAULT_PROPAGATION;
  const end = provider.afterwards ?? 'removed';
  const receipt = await publish(record, provider, signal);
  try {
    if (propagation.mode === 'wait-only') {
      return { outcome: 'ok', answer: `written, ${end}; no server was asked, as the connection says` };
    }
    const seen = await lastReport(record, location, propagation, trial);
    if (seen?.agreed) return { outcome: 'ok', answer: `written, seen on ${WHERE[propagation.mode]}, ${end}` };
    return notSeen(seen, patienceOf(location, trial));
  } finally {
    // Also when aborted: the record must not stay.
    await remove(record, receipt, provider);
  }
}

const WHERE = {
  authoritative: 'every name server',
  resolvers: 'every resolver',
  both: 'every name server and resolver',
} as const satisfies Partial<Record<PropagationPolicy['mode'], string>>;

/** As long and of the same letters as a real one (RFC 8555, section 8.4): acme-dns takes nothing else. */
function testValue(): string {
  return `certferry-test-${randomBytes(21).toString('base64url')}`;
}

async function publish(record: TxtRecord, provider: DnsProvider, signal: AbortSignal): Promise<DnsReceipt> {
  try {
    return await provider.present(record, signal);
  } catch (err) {
    // An answer that was not waited for: the record may be there all the same.
    if (signal.aborted) await remove(record, null, provider).catch(() => {});
    throw err;
  }
}

function remove(record: TxtRecord, receipt: DnsReceipt | null, provider: DnsProvider): Promise<void> {
  return provider.cleanUp(record, receipt, AbortSignal.timeout(REMOVAL_MS));
}

async function lastReport(
  { fqdn, value }: TxtRecord,
  location: ChallengeLocation,
  propagation: PropagationPolicy,
  trial: Trial,
): Promise<PropagationReport | null> {
  const deadline = new Date(trial.clock.now().getTime() + Math.min(patienceOf(location, trial), LONGEST_TRIAL_MS));
  let last: PropagationReport | null = null;
  const reports = watchRecords(
    [{ fqdn, value, location }],
    { policy: propagation, deadline, learn: false, fresh: true },
    trial,
  );
  for await (const report of reports) last = report;
  return last;
}

function patienceOf(location: ChallengeLocation, { policy, provider }: Trial): number {
  return propagationPatienceMs(policy, [{ location, provider }]);
}

/** Where a renewal is more patient than a dry run, it may still succeed. */
function notSeen(report: PropagationReport | null, patienceMs: number): Pick<Finding, 'outcome' | 'answer' | 'todo'> {
  const causes = report?.records.flatMap((record) => diagnose(record).map(({ sentence }) => sentence)) ?? [];
  const why = causes.join(' ') || 'There was no server to ask.';
  const { action: todo } = ERRORS.DNS_NOT_PROPAGATED;
  if (patienceMs <= LONGEST_TRIAL_MS)
    return { outcome: 'block', answer: `written, but not seen everywhere in time. ${why}`, todo };
  const answer = `written, but not seen everywhere after ${LONGEST_TRIAL_MS / 60_000} minutes; a renewal waits for ${Math.round(patienceMs / 60_000)}. ${why}`;
  return { outcome: 'warn', answer, todo };
}
