import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { TxtRecord } from '../provider.ts';
import type { GoogleDns, GoogleZone, TxtSet } from './client.ts';
import { txtData, txtValue } from './txt-data.ts';

const ATTEMPTS = 10;
const LONGEST_PAUSE_MS = 200;
/** What Google answers when the set is not what it was. */
const CONFLICTS: ReadonlySet<number | undefined> = new Set([404, 409, 412]);

/** What a record set is to become; `same` when there is nothing to change. */
export type Edit = (set: TxtSet | null) => TxtSet | null | 'same';

/**
 * Replaces the whole record set, as Google wants it; Google refuses when it is not the one that was read, and then it
 * is read again. Returns the id of the change, or null when there was nothing to do.
 *
 * @throws AppError DNS_RATE_LIMITED when others are always faster.
 */
export async function changeRecordSet(
  dns: GoogleDns,
  clock: Clock,
  at: { readonly zone: GoogleZone; readonly fqdn: string },
  edit: Edit,
  signal: AbortSignal,
): Promise<string | null> {
  const { zone, fqdn } = at;
  let last: Conflict | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const from = await dns.read(zone, fqdn, signal);
    if (last) throwUnlessChanged(last, from);
    const to = edit(from);
    if (to === 'same') return null;
    try {
      return await dns.replace(zone, { fqdn, from, to }, signal);
    } catch (err) {
      last = { from, failure: conflictOrThrow(err) };
    }
    await clock.sleepUntil(new Date(clock.now().getTime() + Math.random() * LONGEST_PAUSE_MS), signal);
  }
  const words = `Others changed ${fqdn} at Google ${ATTEMPTS} times while certferry tried to.`;
  throw new AppError('DNS_RATE_LIMITED', words, { evidence: last?.failure.evidence });
}

interface Conflict {
  readonly from: TxtSet | null;
  readonly failure: AppError;
}

function conflictOrThrow(err: unknown): AppError {
  if (err instanceof AppError && CONFLICTS.has(err.evidence?.status)) return err;
  throw err;
}

/** 404 and 409 have other reasons, too: a zone that is gone, an alias of the same name. */
function throwUnlessChanged({ from, failure }: Conflict, now: TxtSet | null): void {
  const isSame = JSON.stringify(from) === JSON.stringify(now);
  if (isSame && failure.evidence?.status !== 412) throw failure;
}

export function withValue(set: TxtSet | null, { value, ttlSeconds }: TxtRecord): ReturnType<Edit> {
  const rrdatas = set?.rrdatas ?? [];
  if (rrdatas.some((rrdata) => txtValue(rrdata) === value)) return 'same';
  return { ttl: set?.ttl ?? ttlSeconds, rrdatas: [...rrdatas, txtData(value)] };
}

export function withoutValue(set: TxtSet | null, { value }: TxtRecord): ReturnType<Edit> {
  const rest = set?.rrdatas.filter((rrdata) => txtValue(rrdata) !== value);
  if (!set || !rest || rest.length === set.rrdatas.length) return 'same';
  return rest.length > 0 ? { ttl: set.ttl, rrdatas: rest } : null;
}
