import { existing } from '../connections.ts';
import type { Finding } from '../domain/finding.ts';
import type { Issuer } from '../issuers/issuer.ts';
import type { Plan } from '../plan/plan.ts';
import { planAll } from '../plan/planner.ts';
import type { Explanation } from '../reconcile/explain.ts';
import { type BlastRadius, blastRadius } from '../renewal/blast-radius.ts';
import { issuerWithKey } from '../renewal/issuer-with-key.ts';
import type { PreflightOptions } from '../renewal/preflight.ts';
import type { StepPeers } from '../renewal/step.ts';
import type { Connection } from '../store/store.ts';
import type { Engine } from './engine.ts';
import type { Foundation } from './foundation.ts';

/** What people ask before they renew. Nothing of it changes anything. */
export interface Questions {
  /** What a renewal of the connection talks to. @throws AppError INVALID_SETTINGS, VAULT_DAMAGED */
  peersOf(connection: Connection): Promise<StepPeers & AsyncDisposable>;
  /** @throws AppError NOT_FOUND, INVALID_SETTINGS */
  blastRadius(connectionId: number, signal: AbortSignal): Promise<BlastRadius>;
  /** Why the connection is, or is not, renewed now. Asks nobody. */
  explain(connection: Connection): Promise<Explanation>;
  /** @throws AppError BAD_REQUEST when there is no such scenario. */
  plan(scenario: string): Promise<Plan>;
  /** The account at a CA that goes by this key, of the connection or shared; null when there is none any more. */
  issuerWithKey(issuerKey: string, connectionId: number): Promise<Issuer | null>;
  /** @throws AppError NOT_FOUND, INVALID_SETTINGS */
  preflight(connectionId: number, options: PreflightOptions, signal: AbortSignal): Promise<readonly Finding[]>;
}

/** How far back a connection remembers how long its restarts took. */
const REMEMBERED_RENEWALS = 20;

/** Only a driver whose plan would ask the appliance says how many there are at most. */
async function mostRestarts({ appliance: ref, slot }: Connection, peers: Engine['peers']): Promise<number> {
  await using peer = await peers.appliance(ref);
  const { activation } = peer.appliance;
  if (!activation) return 0;
  return activation.most?.(slot) ?? (await activation.plan(slot, NEVER)).length;
}

const NEVER = new AbortController().signal;

export function questionsTo({ store, clock }: Foundation, { peers, windows, trials, reconciler }: Engine): Questions {
  return {
    peersOf: (connection) => peers.of(connection),
    async blastRadius(connectionId, signal) {
      const connection = await existing(store, connectionId);
      await using context = await peers.of(connection);
      const past = await store.renewals.list({ connectionId, limit: REMEMBERED_RENEWALS });
      const { restartCalendar } = connection.policy;
      const look = restartCalendar === null ? null : await windows.look(restartCalendar, clock.now());
      const allowance = await reconciler.allowance(connection, context.issuer.key);
      const fallback = (await store.fallbacks.ready(connectionId))?.certificate ?? null;
      return await blastRadius(connection, context, { past, fallback, ...allowance }, signal, look);
    },
    explain: (connection) => reconciler.explain(connection),
    plan: (scenario) =>
      planAll(scenario, {
        ...{ store, clock, windows },
        traitsOf: async (connection) => (await peers.issuerOf(connection)).traits,
        mostRestarts: (connection) => mostRestarts(connection, peers),
      }),
    issuerWithKey: (issuerKey, connectionId) => issuerWithKey(issuerKey, connectionId, { store, peers }),
    preflight: (connectionId, options, signal) => trials.storedConnection(connectionId, options, signal),
  };
}
