import { takeEvent } from '../../../backend/src/notify/reader.ts';
import { remind } from '../../../backend/src/notify/reminders.ts';
import type { SubjectDeps } from '../../../backend/src/notify/subject.ts';
import type { DomainEvent } from '../../../backend/src/store/events.ts';
import { openStore } from '../../../backend/src/store/kysely/open.ts';
import { newMasterKey } from '../../../backend/src/store/master-key.ts';
import type { NewRule } from '../../../backend/src/store/notify.ts';
import type { NewConnection, Store } from '../../../backend/src/store/store.ts';
import { FakeClock } from './fake-clock.ts';

export const DAY_MS = 86_400_000;
export const SUBJECT: SubjectDeps = { nextTry: async () => null, publicUrl: 'https://certferry.example.com' };

/** A store in memory with one connection, one channel that is told of everything but successes, and a clock. */
export class Desk implements AsyncDisposable {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly connectionId: number;
  readonly notifierId: number;
  /** When certferry tries again after each failure that happens from now on; null: it does not. */
  nextTry: string | null = null;

  private constructor(store: Store, clock: FakeClock, connectionId: number, notifierId: number) {
    this.store = store;
    this.clock = clock;
    this.connectionId = connectionId;
    this.notifierId = notifierId;
  }

  static async open(rule: Partial<NewRule> = {}): Promise<Desk> {
    const clock = new FakeClock('2026-11-22T03:00:00.000Z');
    const store = await openStore({ file: ':memory:', masterKey: newMasterKey(), clock });
    const { id: connectionId } = await store.connections.insert(CONNECTION);
    const notifier = await store.notify.notifiers.insert({
      name: 'Team',
      use: { plugin: 'webhook', settings: {}, credential: null },
      enabled: true,
      since: 0,
    });
    await store.notify.rules.insert({ ...RULE, notifierId: notifier.id, ...rule });
    return new Desk(store, clock, connectionId, notifier.id);
  }

  /** Appends events and reads them. */
  async happen(...events: readonly DomainEvent[]): Promise<void> {
    const deps = { ...SUBJECT, nextTry: async () => this.nextTry };
    for (const stored of await this.store.events.append(events)) await takeEvent(this.store, stored, deps);
  }

  async remind(): Promise<void> {
    await this.store.transaction((tx) => remind(tx, this.clock.now()));
  }

  /** `warning Failed, service intact: CUCM`, in the order in which they were made. */
  async outbox(notifierId = this.notifierId): Promise<readonly string[]> {
    const rows = await this.store.notify.notices.list({ notifierId, limit: 500 });
    return rows.toReversed().map(({ message }) => `${message.severity} ${message.subject}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }
}

export const RULE: NewRule = {
  name: 'Everything',
  notifierId: 1,
  minimum: 'info',
  connections: 'all',
  kinds: 'all',
  includeSuccess: false,
  digest: null,
};

export const CONNECTION: NewConnection = {
  name: 'CUCM',
  appliance: { plugin: 'vos', settings: {}, credential: null },
  slot: 'tomcat',
  dnsNames: ['cucm.example.com'],
  issuer: { plugin: 'acme', settings: {}, credential: null },
  dns: { plugin: 'manual', settings: {}, credential: null },
  dnsRules: [],
  policy: {
    automatic: true,
    daysBefore: 30,
    activation: 'ask',
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

/** How a renewal of the first connection ended. */
export function finished(
  outcome: Extract<DomainEvent, { type: 'renewal.finished' }>['outcome'],
  oldStillServed: boolean | null = true,
): DomainEvent {
  const renewalId = '20261122T030000-abcdef';
  return {
    type: 'renewal.finished',
    renewalId,
    connectionId: 1,
    outcome,
    message: `It ended ${outcome}.`,
    oldStillServed,
  };
}

export function watch(event: { readonly [key: string]: unknown } & { readonly type: `watch.${string}` }): DomainEvent {
  return { connectionId: 1, ...event } as unknown as DomainEvent;
}
