import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, Desk, finished, watch } from '../../../test/support/notify/desk.ts';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { NoticeRow } from '../store/notify.ts';
import { Deliverer, type DelivererDeps, deliverNext } from './deliverer.ts';
import type { Notifier } from './notifier.ts';
import { reviveAfterChange } from './revival.ts';

const NEVER = new AbortController().signal;
const HOUR_MS = 3_600_000;
const unreachable = watch({ type: 'watch.unreachable', since: '2026-11-22T02:00:00.000Z', message: 'No answer' });

let desk: Desk;
/** What each channel does with the next messages; then it takes them. */
let script: (AppError | 'hang')[];
let sent: string[];
let deps: DelivererDeps;

beforeEach(async () => {
  desk = await Desk.open();
  script = [];
  sent = [];
  const take: Notifier['send'] = async ({ subject }, signal) => {
    const next = script.shift();
    if (next === 'hang')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    if (next instanceof AppError) throw next;
    sent.push(subject);
    return '250 OK';
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const notifier = async () => ({ send: take, [Symbol.asyncDispose]: async () => {} });
  deps = { store: desk.store, clock: desk.clock, log, notifier };
});
afterEach(() => desk[Symbol.asyncDispose]());

const fails = (code: ErrorCode, retryAfterMs?: number) => new AppError(code, 'It said no.', { retryAfterMs });
const deliver = () => deliverNext(desk.notifierId, deps, NEVER);
const rows = () => desk.store.notify.notices.list({ limit: 10 });
const newest = async (): Promise<NoticeRow | undefined> => (await rows())[0];

describe('one channel', () => {
  it('delivers in order and keeps what came back', async () => {
    await desk.happen(finished('failed'), unreachable);

    expect([await deliver(), await deliver(), await deliver()]).toEqual(['now', 'now', null]);

    expect(sent).toEqual(['Failed, service intact: CUCM', 'Unreachable since 2026-11-22 02:00 UTC: CUCM']);
    expect(await newest()).toMatchObject({ state: 'delivered', tries: 1, answer: { words: '250 OK', failure: null } });
  });

  it('tries again on its ladder for a week, then gives up, and says so in the activity log after a day and then', async () => {
    await desk.happen(finished('failed'));
    script = Array(200).fill(fails('NOTIFIER_UNREACHABLE'));
    const waits: number[] = [];
    const began = desk.clock.now().getTime();

    for (let next = await deliver(); next !== null; next = await deliver()) {
      if (next === 'now') continue;
      const wait = next.getTime() - desk.clock.now().getTime();
      waits.push(wait);
      desk.clock.advance(wait);
    }

    expect(waits.slice(0, 4)).toEqual([15_000, 30_000, 60_000, 120_000]);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(6 * DAY_MS);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(7 * DAY_MS);
    expect(await newest()).toMatchObject({ state: 'given-up', answer: { failure: { code: 'NOTIFIER_UNREACHABLE' } } });
    const told = await desk.store.events.read({ after: 1, limit: 10 });
    const failure = { type: 'notice.failed', name: 'Team', subject: 'Failed, service intact: CUCM' };
    expect(told.map(({ event }) => event)).toMatchObject([failure, failure]);
    expect(Date.parse(told[0]?.at ?? '') - began).toBeLessThan(DAY_MS + 4 * HOUR_MS);
  });

  it('loses nothing over a weekend during which the service is gone', async () => {
    await desk.happen(finished('failed'));
    script = Array(22).fill(fails('NOTIFIER_UNREACHABLE'));

    for (let next = await deliver(); next !== null; next = await deliver())
      if (next !== 'now') desk.clock.advance(next.getTime() - desk.clock.now().getTime());

    expect(desk.clock.now().getTime() - Date.parse('2026-11-22T03:00:00Z')).toBeGreaterThan(2 * DAY_MS);
    expect(sent).toEqual(['Failed, service intact: CUCM']);
  });

  it('waits as long as the service says', async () => {
    await desk.happen(finished('failed'));
    script = [fails('NOTIFIER_RATE_LIMITED', 2 * HOUR_MS)];

    expect(await deliver()).toEqual(new Date(desk.clock.now().getTime() + 2 * HOUR_MS));
  });

  it('does not hammer a service that refuses the login, and tries at once when the channel was changed', async () => {
    await desk.happen(finished('failed'));
    script = [fails('NOTIFIER_DENIED')];
    expect(await deliver()).toEqual(new Date(desk.clock.now().getTime() + HOUR_MS));

    await desk.store.notify.notices.hurry(desk.notifierId);

    expect(await deliver()).toBe('now');
    expect(sent).toHaveLength(1);
  });

  it('gives up at once what is refused for what it is, so that it holds up nothing', async () => {
    await desk.happen(finished('failed'), unreachable);
    script = [fails('NOTIFIER_REFUSED')];

    await deliver();
    await deliver();

    expect((await rows()).map(({ state }) => state)).toEqual(['delivered', 'given-up']);
  });

  it('keeps its place on the ladder over a restart, and counts no try that the end of the daemon cut off', async () => {
    await desk.happen(finished('failed'));
    script = [fails('NOTIFIER_UNREACHABLE'), 'hang'];
    await deliver();
    const waiting = await newest();
    desk.clock.advance(HOUR_MS);
    const stop = new AbortController();

    const cut = deliverNext(desk.notifierId, deps, stop.signal);
    await expect.poll(() => script.length).toBe(0);
    stop.abort(new Error('stopped'));

    await expect(cut).rejects.toThrow('stopped');
    expect(await newest()).toEqual(waiting);
    expect(waiting).toMatchObject({ state: 'waiting', tries: 1 });
  });

  it('ends what was said of it when it delivers again', async () => {
    const [first] = await desk.store.notify.matters.open();
    await desk.happen(finished('failed'));
    const [matter] = await desk.store.notify.matters.open();
    if (matter) await desk.store.notify.matters.put({ ...matter, key: `notifier:${desk.notifierId}/undelivered` });

    await deliver();

    expect(first).toBeUndefined();
    expect((await desk.store.notify.matters.open()).map(({ key }) => key)).toEqual(['connection:1/failed']);
  });

  describe('what was given up', () => {
    const giveUp = async (code: ErrorCode) => {
      script = Array(20).fill(fails(code));
      for (let next = await deliver(); next !== null; next = await deliver())
        if (next !== 'now') desk.clock.advance(next.getTime() - desk.clock.now().getTime());
      script = [];
    };
    const deliverAll = async () => {
      while ((await deliver()) === 'now');
    };

    it('is sent when the channel delivers again, the latest of each matter that is not over', async () => {
      await desk.happen(finished('failed'), unreachable);
      await giveUp('NOTIFIER_DENIED');
      await desk.happen(watch({ type: 'watch.reachable' }));
      await desk.remind();
      expect((await rows()).filter(({ state }) => state === 'given-up').length).toBeGreaterThan(0);

      await deliverAll();

      expect(sent).toContain('Reachable again: CUCM');
      expect(sent.filter((subject) => subject.endsWith('Failed, service intact: CUCM'))).toHaveLength(1);
      expect(sent.some((subject) => subject.startsWith('Unreachable'))).toBe(false);
    });

    it('is tried as long as a new one then', async () => {
      await desk.happen(finished('failed'));
      await giveUp('NOTIFIER_DENIED');
      desk.clock.advance(30 * DAY_MS);
      await desk.store.notify.notices.revive((await newest())?.id ?? 0);
      script = [fails('NOTIFIER_UNREACHABLE')];

      expect(await deliver()).toEqual(new Date(desk.clock.now().getTime() + 15_000));
    });

    it('for what it is comes again only after the channel was changed', async () => {
      await desk.happen(finished('failed'));
      await giveUp('NOTIFIER_REFUSED');
      await desk.happen(unreachable);
      await deliverAll();
      expect(sent).toEqual(['Unreachable since 2026-11-22 02:00 UTC: CUCM']);

      await desk.store.transaction((tx) => reviveAfterChange(tx, desk.notifierId));
      await deliverAll();

      expect(sent.at(-1)).toBe('Failed, service intact: CUCM');
    });
  });

  it('leaves alone what waits for a channel that is off', async () => {
    await desk.happen(finished('failed'));
    const row = await desk.store.notify.notifiers.get(desk.notifierId);
    if (row) await desk.store.notify.notifiers.update({ ...row, enabled: false });

    expect(await deliver()).toBeNull();
    expect(sent).toEqual([]);
  });
});

it('a channel that hangs does not delay another one', async () => {
  const use = { plugin: 'webhook', settings: {}, credential: null };
  const other = await desk.store.notify.notifiers.insert({ name: 'Other', use, enabled: true, since: 0 });
  const [rule] = await desk.store.notify.rules.all();
  if (rule) await desk.store.notify.rules.insert({ ...rule, notifierId: other.id });
  script = ['hang'];
  await desk.happen(finished('failed'));

  await using deliverer = new Deliverer(deps);
  await deliverer.start();

  await expect.poll(() => sent).toEqual(['Failed, service intact: CUCM']);
  const states = async () => (await rows()).map(({ state }) => state).sort();
  await expect.poll(states).toEqual(['delivered', 'waiting']);
});

it('a channel wakes for what is new, and for what is due', async () => {
  script = [fails('NOTIFIER_UNREACHABLE')];
  await using deliverer = new Deliverer(deps);
  await deliverer.start();
  await expect.poll(() => desk.clock.sleeping).toBe(1);

  await desk.happen(finished('failed'));
  deliverer.wake([desk.notifierId]);
  await expect.poll(async () => (await newest())?.tries).toBe(1);
  await expect.poll(() => desk.clock.sleeping).toBe(1);
  desk.clock.advance(15_000);

  await expect.poll(() => sent).toHaveLength(1);
});
