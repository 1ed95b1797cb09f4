import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, Desk, finished, RULE, SUBJECT, watch } from '../../../test/support/notify/desk.ts';
import { Secret } from '../domain/secret.ts';
import type { DomainEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { cursorOf, takeEvent } from './reader.ts';

const EXPIRY = '2026-12-20T00:00:00.000Z';
const expiring = (threshold: number, notAfter = EXPIRY) =>
  watch({ type: 'watch.expiring', threshold, notAfter, message: `Ends ${notAfter}` });
const unreachable = watch({ type: 'watch.unreachable', since: '2026-11-22T02:00:00.000Z', message: 'No answer' });
const reachable = watch({ type: 'watch.reachable' });

describe('what is told', () => {
  it('a failure once, however often it fails again, and then once that it recovered (certd #475, #421)', async () => {
    await using desk = await Desk.open();

    await desk.happen(
      finished('failed'),
      finished('failed'),
      finished('failed'),
      finished('verified'),
      finished('verified'),
    );

    expect(await desk.outbox()).toEqual(['warning Failed, service intact: CUCM', 'info Served again as wanted: CUCM']);
  });

  it('no success that follows a success, and nothing that was not due (certimate #594)', async () => {
    await using desk = await Desk.open();

    await desk.happen(finished('verified'), finished('not-due'), finished('verified'), finished('cancelled'));

    expect(await desk.outbox()).toEqual([]);
  });

  it('a backup that fails night after night once, and that one was made again', async () => {
    await using desk = await Desk.open();
    const failed = { type: 'backup.failed', message: 'Cannot store in s3://backups/: NoSuchBucket' } as const;
    const made = { type: 'backup.made', name: 'certferry-20261122T024000Z-1a2b3c4d.age', bytes: 12_000 } as const;

    await desk.happen(made, failed, failed);
    desk.clock.advance(2 * DAY_MS);
    await desk.remind();
    await desk.happen(made, made);

    expect(await desk.outbox()).toEqual([
      'warning The backup failed',
      expect.stringMatching(/^warning .*The backup failed/),
      'info Backups are made again',
    ]);
  });

  it('successes too, to those who ask for them', async () => {
    await using desk = await Desk.open({ includeSuccess: true, minimum: 'critical' });

    await desk.happen(finished('verified'), finished('failed'), finished('verified'));

    expect(await desk.outbox()).toEqual(['info Renewed: CUCM', 'info Served again as wanted: CUCM']);
  });

  it('that it became worse, and not that it became less bad', async () => {
    await using desk = await Desk.open();

    await desk.happen(finished('failed'), finished('failed', false), finished('failed'));

    expect(await desk.outbox()).toEqual([
      'warning Failed, service intact: CUCM',
      'critical Failed, service affected: CUCM',
    ]);
  });

  it('that a failure which was tried again is now left to a person, once', async () => {
    await using desk = await Desk.open();
    desk.nextTry = '2026-11-22T04:00:00.000Z';
    await desk.happen(finished('failed'), finished('failed'));

    desk.nextTry = null;
    await desk.happen(finished('failed'), finished('failed'));
    desk.nextTry = '2026-11-22T05:00:00.000Z';
    await desk.happen(finished('failed'));

    expect(await desk.outbox()).toEqual([
      'warning Failed, service intact: CUCM',
      'warning Now a person is needed: Failed, service intact: CUCM',
    ]);
    const [newest] = await desk.store.notify.notices.list({ limit: 1 });
    expect(newest?.message.body).toContain('certferry does not try again by itself.');
    expect((await desk.store.notify.matters.open())[0]?.message.subject).toBe('Failed, service intact: CUCM');
  });

  it('an expiry at each threshold once, more important each time, and that it is over (certwarden #136)', async () => {
    await using desk = await Desk.open();

    for (const threshold of [30, 14, 14, 7, 3, 1, 0]) await desk.happen(expiring(threshold));
    await desk.happen(finished('verified'));

    expect(await desk.outbox()).toEqual([
      'info Expires in less than 30 days: CUCM',
      'warning Expires in less than 14 days: CUCM',
      'warning Expires in less than 7 days: CUCM',
      'critical Expires in less than 3 days: CUCM',
      'critical Expires in less than 1 day: CUCM',
      'critical Expired: CUCM',
      'info Renewed in time: CUCM',
    ]);
  });

  it('an expiry that only a person prevents to everybody in time, and says so', async () => {
    await using desk = await Desk.open({ minimum: 'warning' });
    const row = await desk.store.connections.get(1);
    if (row) await desk.store.connections.update({ ...row, policy: { ...row.policy, automatic: false } });

    await desk.happen(expiring(30));

    expect(await desk.outbox()).toEqual(['warning Expires in less than 30 days: CUCM']);
    const [notice] = await desk.store.notify.notices.list({ limit: 1 });
    expect(notice?.message.body).toContain('Automatic renewal is off: a person renews this one.');
  });

  it('that what had expired or failed was replaced by hand, once (no "Still: Expired" for ever)', async () => {
    await using desk = await Desk.open();
    const cured = watch({ type: 'watch.cured' });
    await desk.happen(finished('failed'), expiring(0), unreachable);

    await desk.happen(cured, cured);

    expect((await desk.outbox()).slice(3)).toEqual(['info A good certificate is served again: CUCM']);
    expect((await desk.store.notify.matters.open()).map(({ kind }) => kind)).toEqual(['unreachable']);
  });

  it('that the address of a calendar cannot be read, with reminders, and that it can again', async () => {
    await using desk = await Desk.open();
    const stale = { type: 'calendar.stale', calendarId: 3, name: 'Freezes', message: 'It answers 503' } as const;

    await desk.happen(stale, { ...stale, calendarId: 4, name: 'Holidays' });
    desk.clock.advance(DAY_MS);
    await desk.remind();
    await desk.happen({ type: 'calendar.fresh', calendarId: 3, name: 'Freezes' });
    await desk.happen({ type: 'calendar.removed', calendarId: 4, name: 'Holidays' });

    expect(await desk.outbox()).toEqual([
      'warning Calendar "Freezes" is out of date',
      'warning Calendar "Holidays" is out of date',
      'warning Still, after 1 day: Calendar "Freezes" is out of date',
      'warning Still, after 1 day: Calendar "Holidays" is out of date',
      'info Calendar "Freezes" is up to date again',
    ]);
    expect(await desk.store.notify.matters.open()).toEqual([]);
  });

  it('an expiry of the next certificate again', async () => {
    await using desk = await Desk.open();

    await desk.happen(expiring(14), expiring(30, '2027-03-20T00:00:00.000Z'));

    expect(await desk.outbox()).toHaveLength(2);
  });

  it('unreachable and reachable again, deviation and its end, quarantine', async () => {
    await using desk = await Desk.open();
    const quarantined = watch({ type: 'watch.quarantined', until: '2026-11-24T00:00:00.000Z', message: 'Too many' });

    await desk.happen(unreachable, unreachable, reachable, reachable);
    await desk.happen(
      watch({ type: 'watch.deviates', message: 'Other' }),
      watch({ type: 'watch.restored' }),
      quarantined,
    );

    expect(await desk.outbox()).toEqual([
      'warning Unreachable since 2026-11-22 02:00 UTC: CUCM',
      'info Reachable again: CUCM',
      'warning Another certificate is served: CUCM',
      'info The wanted certificate is served again: CUCM',
      'critical Renewals are stopped for a while: CUCM',
    ]);
  });

  it('each time that secrets or a private key are taken out, and never that this is over', async () => {
    await using desk = await Desk.open();
    const key = { type: 'certificate.key-downloaded', connectionId: 1, sha256: 'ab', actor: 'anna' } as const;

    await desk.happen({ type: 'access.secrets-exported', actor: 'anna' }, key, key, finished('verified'));

    expect(await desk.outbox()).toEqual([
      'warning Stored secrets were exported',
      'info A private key was downloaded: CUCM',
      'info A private key was downloaded: CUCM',
    ]);
  });

  it('that it is due and left to a person, once, and that the schedule goes on by itself', async () => {
    await using desk = await Desk.open();
    const stuck = watch({ type: 'watch.stuck', message: 'Due, but its renewal window does not open within 400 days.' });

    await desk.happen(stuck, stuck, watch({ type: 'watch.freed' }));

    expect(await desk.outbox()).toEqual([
      'warning Due, and left to a person: CUCM',
      'info The schedule goes on by itself: CUCM',
    ]);
  });

  it('the end only to those who were told of the beginning', async () => {
    await using desk = await Desk.open({ minimum: 'critical' });

    await desk.happen(finished('failed'), finished('verified'), finished('failed', false), finished('verified'));

    expect(await desk.outbox()).toEqual([
      'critical Failed, service affected: CUCM',
      'info Served again as wanted: CUCM',
    ]);
  });

  it('nothing of what was before a channel was added', async () => {
    await using desk = await Desk.open();
    const stored = await desk.store.events.append([finished('failed')]);
    const later = await desk.store.notify.notifiers.insert({
      name: 'Later',
      use: { plugin: 'webhook', settings: {}, credential: null },
      enabled: true,
      since: await desk.store.events.latest(),
    });
    await desk.store.notify.rules.insert({ ...RULE, notifierId: later.id });

    for (const event of stored) await takeEvent(desk.store, event, SUBJECT);
    await desk.happen(unreachable);

    expect(await desk.outbox()).toHaveLength(2);
    expect(await desk.outbox(later.id)).toEqual(['warning Unreachable since 2026-11-22 02:00 UTC: CUCM']);
  });

  it('nothing to a channel that is off, nor of other connections or other kinds', async () => {
    await using desk = await Desk.open({ connections: [7] });
    await desk.store.notify.rules.insert({ ...RULE, kinds: ['expiring'] });

    await desk.happen(finished('failed'), expiring(7));
    const row = await desk.store.notify.notifiers.get(desk.notifierId);
    if (row) await desk.store.notify.notifiers.update({ ...row, enabled: false });
    await desk.happen(expiring(3));

    expect(await desk.outbox()).toEqual(['warning Expires in less than 7 days: CUCM']);
  });

  it('an undelivered message to other channels, and not that this one could not be delivered either', async () => {
    await using desk = await Desk.open();
    const other = await desk.store.notify.notifiers.insert({
      name: 'Other',
      use: { plugin: 'webhook', settings: {}, credential: null },
      enabled: true,
      since: 0,
    });
    await desk.store.notify.rules.insert({ ...RULE, notifierId: other.id });
    await desk.happen(finished('failed'));
    const lost = (notifierId: number, noticeId: number): DomainEvent => ({
      type: 'notice.failed',
      notifierId,
      noticeId,
      name: 'Team',
      subject: 'Failed',
      failure: { code: 'NOTIFIER_DENIED', message: 'No.' },
    });
    const [own] = await desk.store.notify.notices.list({ notifierId: desk.notifierId, limit: 1 });

    await desk.happen(lost(desk.notifierId, own?.id ?? 0));
    const [told] = await desk.store.notify.notices.list({ notifierId: other.id, limit: 1 });
    await desk.happen(lost(other.id, told?.id ?? 0));

    expect(told?.message.subject).toBe('Team does not deliver');
    expect(await desk.outbox()).toEqual(['warning Failed, service intact: CUCM']);
  });

  it('forgets a connection with everything that is the matter with it', async () => {
    await using desk = await Desk.open();

    await desk.happen(finished('failed'), { type: 'connection.removed', connectionId: 1 });

    expect(await desk.store.notify.matters.open()).toEqual([]);
    expect(await desk.outbox()).toHaveLength(1);
  });

  it('without a secret of the connection, even where one slipped into an event', async () => {
    await using desk = await Desk.open();
    await desk.store.vault.put('cucm', { plugin: 'vos', fields: { password: new Secret('hunter2hunter2') } });
    const connection = await desk.store.connections.get(1);
    if (connection)
      await desk.store.connections.update({
        ...connection,
        appliance: { ...connection.appliance, credential: 'cucm' },
      });

    await desk.happen({ ...finished('failed'), message: 'Login hunter2hunter2 refused' } as DomainEvent);

    const [row] = await desk.store.notify.notices.list({ limit: 1 });
    expect(row?.message.body).toContain('Login *** refused');
    expect(JSON.stringify(row)).not.toContain('hunter2');
  });

  it('with cause, advice, what is served, the next try and a link', async () => {
    await using desk = await Desk.open();
    const failure = { code: 'DNS_DENIED', message: 'No.' } as const;
    await desk.store.renewals.begin({
      id: '20261122T030000-abcdef',
      connectionId: 1,
      machineVersion: 1,
      state: { at: 'failed', context: { failure, failedStep: 'publish', committed: false } },
      facts: { before: [{ notAfter: EXPIRY }] },
    });

    await desk.happen(finished('failed'));

    const [row] = await desk.store.notify.notices.list({ limit: 1 });
    expect(row?.message).toMatchObject({
      body: 'It ended failed.\n\nCheck the key or token and what it may write.\n\ncertferry does not try again by itself. Start another renewal when the cause is mended.',
      link: 'https://certferry.example.com/renewals/20261122T030000-abcdef',
      facts: [
        { label: 'Connection', value: 'CUCM' },
        { label: 'Names', value: 'cucm.example.com' },
        { label: 'Step', value: 'Publish proofs' },
        { label: 'Error', value: 'DNS_DENIED' },
        { label: 'Old certificate still served', value: 'yes' },
        { label: 'Next try', value: 'none' },
        { label: 'Served certificate ends', value: '2026-12-20' },
        { label: 'Renewal', value: '20261122T030000-abcdef' },
      ],
    });
  });
});

describe('reminders', () => {
  it('come after a day, three days and then weekly, while it lasts', async () => {
    await using desk = await Desk.open();
    await desk.happen(unreachable);
    const days: number[] = [];

    for (let day = 1; day <= 30; day += 1) {
      const before = (await desk.outbox()).length;
      desk.clock.advance(DAY_MS);
      await desk.remind();
      if ((await desk.outbox()).length > before) days.push(day);
    }
    await desk.happen(reachable);
    desk.clock.advance(10 * DAY_MS);
    await desk.remind();

    expect(days).toEqual([1, 3, 10, 17, 24]);
    expect((await desk.outbox()).at(-1)).toBe('info Reachable again: CUCM');
  });

  it('come once after the daemon was down for a month', async () => {
    await using desk = await Desk.open();
    await desk.happen(unreachable);

    desk.clock.advance(40 * DAY_MS);
    await desk.remind();
    await desk.remind();

    expect(await desk.outbox()).toHaveLength(2);
  });

  it('become more important the nearer the expiry comes', async () => {
    await using desk = await Desk.open({ minimum: 'critical' });
    const facts = { before: [{ notAfter: '2026-12-04T00:00:00.000Z' }] };
    const id = '20261122T030000-abcdef';
    await desk.store.renewals.begin({ id, connectionId: 1, machineVersion: 1, state: {}, facts });

    await desk.happen(finished('failed'));
    for (let day = 1; day <= 10; day += 1) {
      desk.clock.advance(DAY_MS);
      await desk.remind();
    }

    expect(await desk.outbox()).toEqual(['critical Still, after 10 days: Failed, service intact: CUCM']);
  });

  it('end with a quarantine that is over', async () => {
    await using desk = await Desk.open();
    await desk.happen(watch({ type: 'watch.quarantined', until: '2026-11-24T00:00:00.000Z', message: 'Too many' }));

    desk.clock.advance(3 * DAY_MS);
    await desk.remind();

    expect(await desk.store.notify.matters.open()).toEqual([]);
  });
});

describe('a crash', () => {
  const anEvent = fc.constantFrom<DomainEvent>(
    finished('failed'),
    finished('failed', false),
    finished('verified'),
    finished('not-due'),
    unreachable,
    reachable,
    expiring(30),
    expiring(14),
    expiring(0),
    watch({ type: 'watch.deviates', message: 'Other' }),
    watch({ type: 'watch.restored' }),
    watch({ type: 'watch.cured' }),
    { type: 'connection.changed', connectionId: 1 },
  );

  it('between any two writes, and events that are read again from anywhere, lose nothing and repeat nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anEvent, { maxLength: 8 }),
        fc.array(fc.nat(12), { maxLength: 4 }),
        fc.nat(8),
        async (events, crashes, back) => {
          await using smooth = await Desk.open();
          await smooth.happen(...events);
          await using rough = await Desk.open();
          await rough.store.settings.put('notify.cursor', 0);
          await rough.store.events.append(events);

          for (const after of crashes) await readOn(crashing(rough.store, after)).catch(() => {});
          await readOn(rough.store);
          const again = await rough.store.events.read({ after: back, limit: 1000 });
          for (const stored of again) await takeEvent(rough.store, stored, SUBJECT);

          expect(await contents(rough.store)).toEqual(await contents(smooth.store));
        },
      ),
      { numRuns: 15 },
    );
  });
});

/** As the reader does after a start. */
async function readOn(store: Store): Promise<void> {
  const cursor = await cursorOf(store);
  for (const stored of await store.events.read({ after: cursor, limit: 1000 })) await takeEvent(store, stored, SUBJECT);
}

async function contents(store: Store) {
  const rows = await store.notify.notices.list({ limit: 500 });
  return rows.map(({ message, matter }) => [message.id, message.subject, matter]).sort();
}

/** A store whose `after`-th write of the cursor or the outbox is the last thing that the process does. */
function crashing(store: Store, after: number): Store {
  let left = after;
  const doomed = <T>(work: () => Promise<T>): Promise<T> => {
    left -= 1;
    return left < 0 ? Promise.reject(new Error('killed')) : work();
  };
  return {
    ...store,
    transaction: (work) =>
      store.transaction((tx) =>
        work({
          ...tx,
          settings: {
            get: (name) => tx.settings.get(name),
            put: (name, value) => doomed(() => tx.settings.put(name, value)),
          },
          notify: {
            ...tx.notify,
            matters: {
              open: () => tx.notify.matters.open(),
              of: (id) => tx.notify.matters.of(id),
              put: (matter) => doomed(() => tx.notify.matters.put(matter)),
              end: (key) => doomed(() => tx.notify.matters.end(key)),
            },
          },
        }),
      ),
  };
}
