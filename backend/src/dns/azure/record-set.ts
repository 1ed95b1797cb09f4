import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { TxtRecord } from '../provider.ts';
import type { AzureDns, RecordSetAt } from './client.ts';
import type { TxtRecordSet } from './schema.ts';

const ATTEMPTS = 10;
const LONGEST_PAUSE_MS = 200;

/** What a record set is to become; null when there is nothing to change. */
export type Edit = (set: TxtRecordSet | null) => Omit<TxtRecordSet, 'etag'> | null;

/**
 * Replaces the whole record set, as Azure wants it, under the condition that nobody changed it since it was read:
 * otherwise it is read again. An empty set is removed.
 *
 * @throws AppError DNS_RATE_LIMITED when others are always faster.
 */
export async function changeRecordSet(
  dns: AzureDns,
  clock: Clock,
  at: RecordSetAt,
  edit: Edit,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const set = await dns.read(at, signal);
    const next = edit(set);
    if (!next) return;
    const isRemoval = set !== null && next.txtRecords.length === 0;
    const isDone = isRemoval
      ? await dns.remove(at, set.etag, signal)
      : await dns.write(at, next, set?.etag ?? null, signal);
    if (isDone) return;
    await clock.sleepUntil(new Date(clock.now().getTime() + Math.random() * LONGEST_PAUSE_MS), signal);
  }
  const words = `Others changed ${at.name} in ${at.zone.name} at Azure ${ATTEMPTS} times while certferry tried to.`;
  throw new AppError('DNS_RATE_LIMITED', words);
}

export function withValue(set: TxtRecordSet | null, { value, ttlSeconds }: TxtRecord): ReturnType<Edit> {
  const txtRecords = set?.txtRecords ?? [];
  if (txtRecords.some((record) => textOf(record) === value)) return null;
  return { ...set, ttl: set?.ttl ?? ttlSeconds, txtRecords: [...txtRecords, { value: characterStrings(value) }] };
}

export function withoutValue(set: TxtRecordSet | null, { value }: TxtRecord): ReturnType<Edit> {
  const rest = set?.txtRecords.filter((record) => textOf(record) !== value);
  if (!set || !rest || rest.length === set.txtRecords.length) return null;
  return { ...set, txtRecords: rest };
}

function textOf({ value }: TxtRecordSet['txtRecords'][number]): string {
  return value.join('');
}

/** At most 255 octets each (RFC 1035, section 3.3). Challenge values are ASCII. */
function characterStrings(value: string): string[] {
  return value.match(/.{1,255}/gs) ?? [''];
}
