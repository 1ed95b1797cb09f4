import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../backend/src/store/store.ts';
import { accountPromises } from './store-accounts.ts';
import { calendarPromises } from './store-calendars.ts';
import { certificatePromises } from './store-certificates.ts';
import { connectionPromises } from './store-connections.ts';
import { eventPromises, followEndPromises, followPromises } from './store-events.ts';
import { fallbackPromises } from './store-fallbacks.ts';
import { overviewPromises } from './store-overview.ts';
import { beginningPromises, savingPromises } from './store-renewals.ts';
import { revocationPromises } from './store-revocations.ts';
import { settingsPromises, vaultPromises } from './store-secrets.ts';
import { disposalPromises, nestingPromises, transactionPromises } from './store-transactions.ts';
import { ledgerPromises, watchPromises } from './store-watches.ts';

/** What every `Store` promises, checked on a fresh, empty one for each test, which is given `writtenDigester`. `open` is also told to clean up. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    let under: StoreUnderTest;
    const store = () => under.store;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(async () => {
      await under.store[Symbol.asyncDispose]();
      await under.remove();
    });

    describe('connections', () => connectionPromises(store));
    describe('calendars', () => calendarPromises(store));
    describe('beginning renewals', () => beginningPromises(store));
    describe('saving renewals', () => savingPromises(store));
    describe('certificates', () => certificatePromises(store));
    describe('accounts', () => accountPromises(store));
    describe('vault', () => vaultPromises(store));
    describe('settings', () => settingsPromises(store));
    describe('watches', () => watchPromises(store));
    describe('overview', () => overviewPromises(store));
    describe('ledger', () => ledgerPromises(store));
    describe('fallback certificates', () => fallbackPromises(store));
    describe('revocations and claims', () => revocationPromises(store));
    describe('transactions', () => transactionPromises(store));
    describe('nested transactions', () => nestingPromises(store));
    describe('event log', () => eventPromises(store));
    describe('following events', () => followPromises(store));
    describe('what followers see, and until when', () => followEndPromises(store));
    describe('disposal', () => disposalPromises(store));
  });
}

export interface StoreUnderTest {
  readonly store: Store;
  remove(): Promise<void>;
}
