import type { Clock } from '../plugins/plugin.ts';
import type { Store } from '../store/store.ts';
import type { StoreCheck } from '../store/upkeep.ts';
import type { Pulse } from './pulse.ts';

/** One thing that has to be well. Shown to anybody who asks: it holds nothing particular to the installation. */
export interface ReadyCheck {
  readonly name: 'database' | 'migrations' | 'vault' | 'schedule';
  readonly ok: boolean;
  readonly detail: string;
}

/** A database that is slower than this does not answer. Milliseconds. */
const PATIENCE_MS = 3_000;

const VAULT: Readonly<Record<StoreCheck['vault'], string>> = {
  opens: 'opens',
  empty: 'is empty',
  'other-key': 'was sealed with another master key',
  damaged: 'holds a secret that was changed outside certferry',
};

/** What monitoring should know before it sends anybody here. */
export async function readiness(deps: {
  readonly store: Store;
  readonly pulse: Pulse;
  readonly clock: Clock;
}): Promise<readonly ReadyCheck[]> {
  const { pulse } = deps;
  const schedule: ReadyCheck = {
    name: 'schedule',
    ok: pulse.beats,
    detail: pulse.beats ? 'runs' : pulse.lagMs === null ? 'has not begun' : 'stands still',
  };
  const check = await checkInTime(deps);
  if (check === null) return [{ name: 'database', ok: false, detail: 'does not answer' }, schedule];
  const { pendingMigrations, vault } = check;
  const migrated = pendingMigrations.length === 0;
  return [
    { name: 'database', ok: true, detail: 'answers' },
    {
      name: 'migrations',
      ok: migrated,
      detail: migrated ? 'are done' : `are missing: ${pendingMigrations.join(', ')}`,
    },
    { name: 'vault', ok: vault === 'opens' || vault === 'empty', detail: VAULT[vault] },
    schedule,
  ];
}

/** Null when the database gives no answer. */
async function checkInTime({
  store,
  clock,
}: {
  readonly store: Store;
  readonly clock: Clock;
}): Promise<StoreCheck | null> {
  const over = new AbortController();
  const late = clock
    .sleepUntil(new Date(clock.now().getTime() + PATIENCE_MS), over.signal)
    .then(() => null)
    .catch(() => null);
  try {
    return await Promise.race([store.upkeep.check().catch(() => null), late]);
  } finally {
    over.abort();
  }
}
