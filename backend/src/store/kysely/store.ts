import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../plugins/plugin.ts';
import type { AuditedRequest } from '../audit.ts';
import type { Digester } from '../overview.ts';
import type { Store } from '../store.ts';
import { KyselyAccess } from './access.ts';
import { KyselyAccounts } from './accounts.ts';
import { KyselyAudit } from './audit.ts';
import { KyselyBulk } from './bulk.ts';
import { KyselyCalendars } from './calendars.ts';
import { KyselyCertificates } from './certificates.ts';
import { KyselyClaims } from './claims.ts';
import { KyselyConnections } from './connections.ts';
import { KyselyEventLog } from './event-log.ts';
import { KyselyFallbacks } from './fallbacks.ts';
import { KyselyIdempotency } from './idempotency.ts';
import { KyselyIssuances } from './issuances.ts';
import { notifyOver } from './notify.ts';
import { KyselyOverview } from './overview.ts';
import { KyselyRenewals } from './renewals.ts';
import { KyselyRevocations } from './revocations.ts';
import type { Scope, StoreScope, TransactionScope } from './scope.ts';
import type { Sealer } from './seal.ts';
import { KyselySettings } from './settings.ts';
import { KyselyUpkeep } from './upkeep.ts';
import { KyselyVault } from './vault.ts';
import { KyselyWatches } from './watches.ts';

/** What every table of a store may need, beside where its statements run. */
interface Parts {
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly digester: Digester;
  /** Whose request the running code answers. */
  readonly asking: AsyncLocalStorage<AuditedRequest>;
}

export function storeOver(scope: StoreScope, clock: Clock, sealer: Sealer, digester: Digester): Store {
  const parts = { clock, sealer, digester, asking: new AsyncLocalStorage<AuditedRequest>() };
  const conditions = new AsyncLocalStorage<Condition>();
  return {
    ...tablesOver(scope, parts),
    transaction: (work) =>
      scope.transaction(async (inner) => {
        const tx = joinedStore(inner, parts);
        await conditions.getStore()?.meet(tx);
        return await work(tx);
      }),
    provided: (condition, work) => conditions.run(new Condition(condition), work),
    async [Symbol.asyncDispose]() {
      await scope.close();
      parts.asking.disable();
      conditions.disable();
    },
  };
}

/** Asked once. */
class Condition {
  #open: ((tx: Store) => Promise<void>) | null;

  constructor(condition: (tx: Store) => Promise<void>) {
    this.#open = condition;
  }

  async meet(tx: Store): Promise<void> {
    const condition = this.#open;
    this.#open = null;
    await condition?.(tx);
  }
}

/** The store that `work` of a transaction gets. Disposing it does nothing: it ends with the transaction. */
function joinedStore(scope: TransactionScope, parts: Parts): Store {
  const joined: Store = {
    ...tablesOver(scope, parts),
    transaction: (work) => scope.join(() => work(joined)),
    provided: (_condition, work) => work(),
    [Symbol.asyncDispose]: async () => {},
  };
  return joined;
}

function tablesOver(scope: Scope, { clock, sealer, digester, asking }: Parts) {
  const audit = new KyselyAudit(scope, clock, asking);
  const vault = new KyselyVault(scope, clock, sealer);
  return {
    audit,
    connections: new KyselyConnections(scope, clock, digester),
    calendars: new KyselyCalendars(scope, clock),
    renewals: new KyselyRenewals(scope, clock, digester),
    accounts: new KyselyAccounts(scope, digester),
    vault,
    events: new KyselyEventLog(scope, clock, audit),
    settings: new KyselySettings(scope),
    notify: notifyOver(scope, clock),
    access: new KyselyAccess(scope, clock),
    watches: new KyselyWatches(scope, digester),
    issuances: new KyselyIssuances(scope),
    fallbacks: new KyselyFallbacks(scope),
    overview: new KyselyOverview(scope),
    certificates: new KyselyCertificates(scope),
    revocations: new KyselyRevocations(scope),
    claims: new KyselyClaims(scope),
    bulk: new KyselyBulk(scope, clock),
    upkeep: new KyselyUpkeep(scope, { vault, keyId: sealer.keyId }),
    idempotency: new KyselyIdempotency(scope),
  };
}
