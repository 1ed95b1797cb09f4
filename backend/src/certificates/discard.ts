import { servesNothing } from '../appliances/index.ts';
import { type Actor, existing, removeConnection } from '../connections.ts';
import { AppError } from '../domain/errors.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { Runner } from '../renewal/runner.ts';
import type { Connection, Store } from '../store/store.ts';

interface DiscardDeps {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly runner: Pick<Runner, 'cancel' | 'ended'>;
}

/**
 * Forgets a certificate that is kept for download, with its key. One that is still good only by force.
 *
 * @throws AppError NOT_FOUND, CONFLICT, TOO_LATE_TO_CANCEL
 */
export async function discard(
  id: number,
  { force, actor }: { readonly force: boolean; readonly actor: string },
  { store, clock, runner }: DiscardDeps,
): Promise<void> {
  if (!force) await refuseWhileGood(store, await existing(store, id), clock.now());
  const [running] = await store.renewals.list({ connectionId: id, limit: 1 });
  if (running && running.finishedAt === null) {
    await runner.cancel(running.id, actor);
    await runner.ended(running.id);
  }
  await removeConnection(store, id, { actor } satisfies Actor);
}

/** @throws AppError CONFLICT for a connection whose certificate can be downloaded nowhere else, and is good. */
export async function refuseWhileGood(store: Store, { id, name, appliance }: Connection, now: Date): Promise<void> {
  if (!servesNothing(appliance)) return;
  const last = await store.issuances.last(id);
  if (!last || last.revoked || Date.parse(last.certificate.notAfter) <= now.getTime()) return;
  throw new AppError(
    'CONFLICT',
    `The certificate of "${name}" is good until ${last.certificate.notAfter.slice(0, 10)}. Revoke it first, or delete it with force and a reason.`,
  );
}
