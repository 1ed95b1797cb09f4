import { randomBytes } from 'node:crypto';
import type { Facts } from '../../backend/src/renewal/facts.ts';
import { initialState, MACHINE_VERSION } from '../../backend/src/renewal/machine.ts';
import type { JsonObject, NewConnection, Store } from '../../backend/src/store/store.ts';

const DAY_MS = 86_400_000;
const PRODUCTS = ['cucm', 'cucm', 'cucm', 'imp', 'cuc', 'cer'] as const;

/** How the last renewal of a connection came out; null: there was none. */
type End = 'verified' | 'affected' | 'failed' | 'installed-not-served' | 'held' | null;

/** Of 1,000, the first few are as no installation would like to have them. */
function endOf(index: number): End {
  const place = index % 1_000;
  if (place === 3) return 'affected';
  if (place === 7) return 'held';
  if (place < 13 && place > 9) return 'failed';
  if (place === 17) return 'installed-not-served';
  return place < 40 && place > 30 ? null : 'verified';
}

/** Stores `count` connections with their last renewals, as if they were looked after for months. Returns their ids. */
export async function fillStore(store: Store, count: number, now = new Date()): Promise<readonly number[]> {
  return await store.transaction(async (tx) => {
    const ids: number[] = [];
    for (let index = 0; index < count; index++) {
      const { id } = await tx.connections.insert(connection(index));
      ids.push(id);
      const end = endOf(index);
      if (end !== null) await renewal(tx, id, index, end, now);
    }
    return ids;
  });
}

function connection(index: number): NewConnection {
  const host = `node-${String(index).padStart(5, '0')}.example.com`;
  return {
    name: `Site ${String(index).padStart(5, '0')}`,
    appliance: {
      plugin: 'vos',
      settings: { host, product: PRODUCTS[index % PRODUCTS.length] ?? 'cucm', user: 'certferry', trust: 'public' },
      credential: null,
    },
    slot: 'tomcat',
    dnsNames: [host],
    issuer: {
      plugin: 'acme',
      settings: { directory: index % 50 === 1 ? STAGING : 'https://ca.example.com/directory' },
      credential: null,
    },
    dns: { plugin: 'manual', settings: {}, credential: null },
    dnsRules: [],
    policy: {
      automatic: index % 20 !== 5,
      daysBefore: 30,
      activation: index % 3 === 0 ? 'ask' : 'automatic',
      propagation: null,
      propagationPatienceSeconds: null,
      verifyPatienceSeconds: null,
      keyKind: null,
      reuseKey: false,
      fallback: false,
      renewalCalendar: null,
      restartCalendar: null,
      emergency: null,
    },
  };
}

const STAGING = 'https://acme-staging-v02.api.letsencrypt.org/directory';

async function renewal(tx: Store, connectionId: number, index: number, end: Exclude<End, null>, now: Date) {
  const id = `filled-${index}-${randomBytes(4).toString('hex')}`;
  const begun = initialState();
  await tx.renewals.begin({
    id,
    connectionId,
    state: begun as never,
    machineVersion: MACHINE_VERSION,
    facts: facts(index, end, now),
  });
  if (end === 'held') {
    const context = { ...begun.context, note: 'Say go to restart Cisco Tomcat.', committed: true };
    await tx.renewals.save(id, { state: { at: 'activate.held', context } as never });
    return;
  }
  const failure = { code: 'DNS_NOT_PROPAGATED', message: 'ns2.example.net does not show the record.' } as const;
  const committed = end !== 'failed';
  const outcome = end === 'affected' ? 'failed' : end;
  const context = { ...begun.context, committed, failure: end === 'verified' ? null : failure };
  await tx.renewals.save(id, {
    state: { at: outcome, context } as never,
    outcome,
    finishedAt: now.toISOString(),
  });
}

function facts(index: number, end: End, now: Date): JsonObject {
  // Most are renewed 30 days before they end; a few have been forgotten.
  const days = index % 500 === 9 ? -2 : index % 97 === 1 ? (index % 29) + 1 : 31 + ((index * 37) % 60);
  const notAfter = new Date(now.getTime() + (days + 0.5) * DAY_MS).toISOString();
  const host = `node-${String(index).padStart(5, '0')}.example.com`;
  const seen = (sha256: string) => [
    { endpoint: { host, port: 443, serverName: host }, sha256, notAfter, detail: null, at: now.toISOString() },
  ];
  const written: Partial<Facts> = {
    before: seen('00'.repeat(32)),
    ...(end === 'verified' ? { served: seen('11'.repeat(32)) } : {}),
    ...(end === 'affected' ? { aftermath: seen('22'.repeat(32)) } : {}),
    ...(end === 'failed' ? { aftermath: seen('00'.repeat(32)) } : {}),
  };
  return JSON.parse(JSON.stringify(written)) as JsonObject;
}
