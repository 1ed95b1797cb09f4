import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { Deadline } from '../../backend/src/plugins/deadline.ts';
import type { TlsEndpoint } from '../../backend/src/plugins/tls.ts';
import { LiveReconciler } from '../../backend/src/reconcile/live.ts';
import type { StepPeers } from '../../backend/src/renewal/step.ts';
import { openStore } from '../../backend/src/store/kysely/open.ts';
import { newMasterKey } from '../../backend/src/store/master-key.ts';
import { fillStore } from '../support/fill.ts';
import { warningsDuring } from '../support/warnings.ts';

const MANY = 11;

test('looks at every endpoint of a large cluster at once, and Node sees no leak in it', async () => {
  await using store = await openStore({ file: ':memory:', masterKey: newMasterKey(), clock: systemClock });
  const [connectionId = 0] = await fillStore(store, 1);
  const crowd = meetingOf(MANY);
  const live = new LiveReconciler({
    store,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    runner: { start: async () => 'none' },
    opensAt: async () => null,
    lookEveryMs: 60_000,
    onRound: async () => {},
    peers: async () => crowd.peers,
  });

  const warnings = await warningsDuring(async () => {
    await live.start();
    await store.events.append([{ type: 'connection.changed', connectionId }]);
    await expect.poll(() => crowd.present()).toBe(MANY);
  });
  await live[Symbol.asyncDispose]();

  expect(warnings).not.toContain('MaxListenersExceededWarning');
});

/** An appliance with `size` endpoints, none of which answers before the schedule stops. */
function meetingOf(size: number) {
  const endpoints = Array.from({ length: size }, (_, index): TlsEndpoint => {
    return { host: '127.0.0.1', port: index + 1, serverName: 'node.example.test' };
  });
  let present = 0;
  const served = (_: TlsEndpoint, signal: AbortSignal) =>
    new Promise((_resolve, reject) => {
      present += 1;
      const deadline = new Deadline(signal, 60_000);
      deadline.signal.addEventListener('abort', () => reject(deadline.signal.reason));
    });
  const peers = {
    appliance: { endpoints: async () => endpoints },
    issuer: { key: 'ca', traits: { profile: null }, staging: null },
    dialer: { served },
    [Symbol.asyncDispose]: async () => {},
  };
  return {
    present: () => present,
    // Only what is needed for looking.
    peers: peers as unknown as StepPeers & AsyncDisposable,
  };
}
