import { z } from 'zod';
import { readCertificate } from '../domain/certificate.ts';
import type { Clock } from '../plugins/plugin.ts';
import { keyEntriesIn } from '../renewal/own-keys.ts';
import type { Store } from '../store/store.ts';

/** Renewals that are read at once. */
const PAGE = 100;

interface KeyRetentionDeps {
  readonly store: Store;
  readonly clock: Clock;
}

/**
 * Removes private keys that nothing can need any more, and returns how many: those of connections that are gone, of
 * certificates that have expired and are not the newest of their connection, and those that never got a certificate. While a connection
 * has an unfinished renewal, all of its keys stay.
 */
export async function forgetKeys({ store, clock }: KeyRetentionDeps, signal: AbortSignal): Promise<number> {
  // The order matters: a key that is made from here on is not looked at, and the renewal of any other one is seen below.
  const entries = keyEntriesIn(await store.vault.names());
  const busy = new Set((await store.renewals.unfinished()).map(({ connectionId }) => connectionId));
  const needed = new Map<number, ReadonlySet<string>>();
  let removed = 0;
  for (const { name, connectionId, spkiSha256 } of entries) {
    if (signal.aborted) break;
    if (busy.has(connectionId)) continue;
    const own = needed.get(connectionId) ?? (await neededKeys(store, connectionId, clock.now()));
    needed.set(connectionId, own);
    if (own.has(spkiSha256)) continue;
    await store.vault.remove(name);
    removed += 1;
  }
  return removed;
}

/** SHA-256 of the keys of the newest certificate of a connection, and of those that are still valid. */
async function neededKeys(store: Store, connectionId: number, now: Date): Promise<ReadonlySet<string>> {
  if (!(await store.connections.get(connectionId))) return new Set();
  const last = await store.issuances.last(connectionId);
  const earlier = await leavesOf(store, connectionId);
  const ready = await store.fallbacks.ready(connectionId);
  const newest = last?.chain.leafPem ?? earlier[0];
  const certificates = [...(newest === undefined ? [] : [newest]), ...earlier].map(readCertificate);
  if (ready) certificates.push(readCertificate(ready.chain.leafPem));
  const needed = certificates.filter(({ notAfter }, index) => index === 0 || new Date(notAfter) > now);
  return new Set(needed.map(({ key }) => key.spkiSha256));
}

/** What is read of the facts of a renewal. */
const Chained = z.object({ chain: z.object({ leafPem: z.string() }) });

/** Of every renewal that there still is, the newest first. */
async function leavesOf(store: Store, connectionId: number): Promise<readonly string[]> {
  const leaves: string[] = [];
  for (let before: string | undefined; ; ) {
    const rows = await store.renewals.list({ connectionId, limit: PAGE, ...(before === undefined ? {} : { before }) });
    for (const { facts } of rows) {
      const parsed = Chained.safeParse(facts);
      if (parsed.success) leaves.push(parsed.data.chain.leafPem);
    }
    // Whoever waits for the process gets a turn.
    await new Promise((resolve) => setImmediate(resolve));
    before = rows.at(-1)?.id;
    if (rows.length < PAGE || before === undefined) return leaves;
  }
}
