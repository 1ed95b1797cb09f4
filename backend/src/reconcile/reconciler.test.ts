import { beforeEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../domain/errors.ts';
import { initialState } from '../renewal/machine.ts';
import type { StepName } from '../renewal/step-names.ts';
import type { Connection } from '../store/store.ts';
import { NO_SETBACKS } from './memory.ts';
import { DAY_MS, HOUR_MS, World } from './testing/world.ts';

/** Each test of this file prevents something that users of other tools complained of. */

let world: World;

beforeEach(() => {
  world = new World();
});

function failing(code: ErrorCode, step: StepName, retryAfterMs?: number) {
  const failure = { code, message: `It failed with ${code}.`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { outcome: 'failed', failure, step } as const;
}

/** A due connection whose time of grace is over. */
async function dueConnection(left = 20): Promise<Connection> {
  const connection = await world.add({}, { left });
  await world.pass(1000);
  return connection;
}

/** Hours from the first start to each. */
function startHours(): readonly number[] {
  const [first] = world.starts;
  return world.starts.map(({ at }) => Math.round((at.getTime() - (first?.at.getTime() ?? 0)) / HOUR_MS));
}

describe('what is watched', () => {
  it('looks at a new connection at once, and begins nothing before people had time for a dry run', async () => {
    const connection = await world.add({}, { left: -3 });

    await world.pass(10 * 60_000);
    const early = await world.explain(connection);
    await world.pass(10 * 60_000);

    expect(early).toMatchObject({ state: 'just-changed', facts: { due: true, reason: 'expired' } });
    expect(world.starts).toHaveLength(1);
  });

  it('renews an expired certificate (and is not waiting for one that is still valid)', async () => {
    const connection = await world.add({}, { left: -400 });

    await world.pass(HOUR_MS);

    expect(await world.certificates(connection.id)).toBe(1);
    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });

  it('does not take silence for a verdict, and tells it once, and once that it is over', async () => {
    const connection = await world.add({}, { left: 80 });
    await world.pass(HOUR_MS);

    const seen = world.served.get(connection.id) ?? '';
    world.served.set(connection.id, 'no route to host');
    await world.pass(8 * HOUR_MS);
    const silent = await world.explain(connection);
    world.served.set(connection.id, seen);
    await world.pass(8 * HOUR_MS);

    expect(silent).toMatchObject({ state: 'fresh', facts: { unreachableSince: expect.any(String) } });
    expect(silent.sentence).toContain('no route to host');
    expect(world.starts).toEqual([]);
    expect((await world.news()).map(({ type }) => type)).toEqual(['watch.unreachable', 'watch.reachable']);
  });

  it('counts what was seen last when nobody answers: what expires behind a firewall is renewed', async () => {
    const connection = await world.add({}, { left: 80 });
    await world.pass(HOUR_MS);
    world.served.set(connection.id, 'timed out');

    await world.pass(60 * DAY_MS);

    expect(world.starts.length).toBeGreaterThan(0);
  });

  it('looks now when what is remembered cannot be read', async () => {
    const connection = await world.add({}, { left: 80 });
    await world.pass(1000);
    const far = new Date(world.clock.now().getTime() - 1).toISOString();
    await world.store.watches.put({ connectionId: connection.id, nextAt: far, endsAt: null, memory: { version: 99 } });

    await world.pass(1000);

    expect(await world.memory(connection.id)).toMatchObject({ version: 1, verdict: { due: false } });
  });

  it('watches connections of a version that had no schedule', async () => {
    const connection = await world.add({}, { left: 80 });
    await world.store.settings.put('reconciler.cursor', world.store.log.length);

    await world.pass(1000);

    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });

  it('does not look at a draft, raises no alarm for it, and begins when it is complete', async () => {
    const incomplete = [{ part: 'issuer', sentence: 'Choose a certificate authority.' }] as const;
    const draft = await world.add({ incomplete }, { left: 5 });
    await world.pass(DAY_MS);
    const before = await world.explain(draft);
    const alarms = await world.news();

    const complete = await world.store.connections.update({ ...draft, incomplete: [] });
    await world.tell({ type: 'connection.changed', connectionId: draft.id });
    await world.pass(HOUR_MS);

    expect(before).toMatchObject({ state: 'incomplete', facts: { lookedAt: null } });
    expect(alarms).toEqual([]);
    expect(await world.certificates(complete.id)).toBe(1);
  });

  it('forgets a connection that was removed', async () => {
    const { id } = await world.add({}, { left: 80 });
    await world.pass(1000);
    await world.store.connections.remove(id);
    await world.tell({ type: 'connection.removed', connectionId: id });

    await world.pass(HOUR_MS);

    expect(await world.store.watches.all()).toEqual([]);
  });

  it('tells thresholds of expiry once each, and none of them before a renewal is due', async () => {
    await world.add({ policy: { automatic: false } as never }, { left: 85 });

    await world.pass(90 * DAY_MS);

    const told = (await world.news()).map((event) => (event.type === 'watch.expiring' ? event.threshold : event.type));
    expect(told).toEqual([30, 14, 7, 3, 1, 0]);
    expect(world.starts).toEqual([]);
  });

  it('is quiet about short-lived certificates while they are renewed in time', async () => {
    world.lifeDays = 6;
    const connection = await world.add({}, { left: 5 });

    await world.pass(60 * DAY_MS);

    expect(await world.news()).toEqual([]);
    expect(await world.certificates(connection.id)).toBeGreaterThan(15);
  });

  describe('that somebody mended it by hand', () => {
    const told = async () => (await world.news()).map(({ type }) => type);
    const cures = async () => (await told()).filter((type) => type === 'watch.cured');

    it('is told when an expired certificate was replaced, once', async () => {
      world.course = () => failing('DNS_UNREACHABLE', 'publish');
      const connection = await world.add({}, { left: 3 });
      await world.pass(4 * DAY_MS);

      world.serve(connection, { left: 90 });
      await world.pass(9 * DAY_MS);

      expect((await told()).slice(-2)).toEqual(['watch.expiring', 'watch.cured']);
      expect(await world.memory(connection.id)).toMatchObject({ told: null, setbacks: NO_SETBACKS });
    });

    it('is told after a failure of which no expiry was told, and lets the schedule try again when it is due', async () => {
      world.course = () => failing('APPLIANCE_DENIED', 'inspect');
      const connection = await dueConnection();
      await world.pass(HOUR_MS);
      const starts = world.starts.length;

      world.serve(connection, { left: 60 });
      await world.pass(40 * DAY_MS);

      expect(await cures()).toHaveLength(1);
      expect(world.starts.length).toBe(starts + 1);
    });

    it('is not told of what a renewal of ours put there, nor while it is still due', async () => {
      const connection = await dueConnection();
      world.course = () => failing('DNS_UNREACHABLE', 'publish');
      await world.pass(DAY_MS);
      world.serve(connection, { left: 10 });
      await world.pass(HOUR_MS * 7);
      world.course = () => ({ outcome: 'verified' });
      await world.pass(60 * DAY_MS);

      expect(await cures()).toEqual([]);
    });
  });

  it('tells that something else is served than after the last renewal, and that it is right again', async () => {
    const connection = await dueConnection();
    await world.pass(HOUR_MS);
    const wanted = world.served.get(connection.id) ?? '';

    world.serve(connection, { left: 60 });
    world.course = () => ({ outcome: 'not-due' });
    await world.pass(8 * HOUR_MS);
    world.served.set(connection.id, wanted);
    await world.pass(8 * HOUR_MS);

    const told = (await world.news()).map(({ type }) => type).filter((type) => type !== 'watch.expiring');
    expect(told).toEqual(['watch.deviates', 'watch.restored']);
  });
});

describe('when', () => {
  it.each([200, 90, 45, 6])('renews certificates of %d days for two years without one expiring', async (life) => {
    world.restart({ lookEveryMs: 12 * HOUR_MS });
    world.lifeDays = life;
    const connection = await world.add({}, { left: life / 2 });

    let worst = Number.POSITIVE_INFINITY;
    world.course = ({ at }) => {
      const served = world.served.get(connection.id);
      if (typeof served === 'object') worst = Math.min(worst, Date.parse(served.notAfter) - at.getTime());
      return { outcome: 'verified' };
    };
    await world.pass(2 * 365 * DAY_MS);

    expect(worst).toBeGreaterThan((life * DAY_MS) / 4);
    expect(await world.certificates(connection.id)).toBeLessThanOrEqual(Math.ceil((2 * 365) / (life * 0.45)));
    expect(await world.news()).toEqual([]);
  });

  it('renews at the instant that was drawn in the window of the CA, keeps it, and asks only as often as it may', async () => {
    world.window = windowAt(50, 52);
    const connection = await world.add({}, { left: 90 });

    await world.pass(50.9 * DAY_MS);
    const before = await world.explain(connection);
    await world.pass(0.2 * DAY_MS);

    expect(before).toMatchObject({ state: 'fresh', facts: { decidedBy: 'ca-window' } });
    expect(world.starts).toHaveLength(1);
    expect(world.starts[0]?.at.getTime()).toBeCloseTo(new Date('2027-01-12T12:00:00Z').getTime(), -6);
    expect(world.asked).toBeLessThan(51 * 4 + 20);
  });

  it('follows a window that the CA moves to the past, as before a revocation', async () => {
    world.window = windowAt(60, 62);
    await world.add({}, { left: 90 });
    await world.pass(10 * DAY_MS);

    world.window = windowAt(8, 9);
    await world.pass(DAY_MS);

    expect(world.starts).toHaveLength(1);
  });

  it('draws again in a window that was shortened', async () => {
    world.window = windowAt(40, 60);
    const connection = await world.add({}, { left: 90 });
    await world.pass(10 * DAY_MS);
    const first = (await world.explain(connection)).facts.caWindow?.selectedAt;

    world.window = windowAt(40, 41);
    await world.pass(DAY_MS);
    const second = (await world.explain(connection)).facts.caWindow?.selectedAt;

    expect([first, second].map((at) => at?.slice(0, 10))).toEqual(['2027-01-11', '2027-01-02']);
  });

  it('does not wait for a window that the CA never opens: a twentieth of the life is kept', async () => {
    world.window = windowAt(400, 401);
    await world.add({}, { left: 90 });

    await world.pass(85 * DAY_MS);
    const early = world.starts.length;
    await world.pass(DAY_MS);

    expect([early, world.starts.length]).toEqual([0, 1]);
  });

  it('cannot issue five certificates in ten seconds for a stale window, nor in ten weeks more than three a week', async () => {
    world.window = ({ notBefore }) => ({
      start: new Date(Date.parse(notBefore) - DAY_MS).toISOString(),
      end: new Date(Date.parse(notBefore) - HOUR_MS).toISOString(),
      explanationUrl: null,
      retryAfterMs: HOUR_MS,
    });
    const connection = await world.add({}, { left: 60 });
    await world.pass(HOUR_MS);
    const atOnce = await world.certificates(connection.id);

    await world.pass(7 * DAY_MS - 2 * HOUR_MS);
    const aWeek = await world.certificates(connection.id);
    const explanation = await world.explain(connection);

    expect([atOnce, aWeek]).toEqual([1, 3]);
    expect(explanation.state).toBe('quarantined');
    expect((await world.news()).map(({ type }) => type)).toEqual(['watch.quarantined']);
  });

  it('asks nobody to issue what would be wrong again', async () => {
    world.forgets = ['phone.example.com'];
    const connection = await world.add({ dnsNames: ['cucm.example.com', 'phone.example.com'] }, { left: 5 });

    await world.pass(30 * DAY_MS);

    expect(await world.certificates(connection.id)).toBe(1);
    expect(await world.explain(connection)).toMatchObject({ state: 'incurable', facts: { reason: 'names-differ' } });
  });

  it('renews when the CA or the profile of the connection was changed', async () => {
    const connection = await dueConnection();
    await world.pass(2 * DAY_MS);

    world.profile = 'shortlived';
    await world.pass(2 * DAY_MS);
    world.issuerKey = 'acme:ca.example.com:1';
    await world.pass(2 * DAY_MS);

    expect(await world.certificates(connection.id)).toBe(3);
  });

  it('begins within the renewal window only, and says when that opens', async () => {
    world.opensAt = async (_connection, from) => {
      const opens = new Date('2026-11-24T22:00:00Z');
      return from < opens ? opens : from;
    };
    const connection = await dueConnection();
    await world.pass(HOUR_MS);
    const shut = await world.explain(connection);

    await world.pass(3 * DAY_MS);

    expect(shut).toMatchObject({ state: 'window-shut', nextAt: '2026-11-24T22:00:00.000Z' });
    expect(world.starts.map(({ at }) => at.toISOString().slice(0, 16))).toEqual(['2026-11-24T22:00']);
  });

  it('lets no certificate expire before a window that is shut too long, when the policy has an emergency', async () => {
    world.opensAt = async () => null;
    await world.add({ policy: { emergency: { daysLeft: 7, mode: 'automatic' } } as never }, { left: 20 });

    await world.pass(12 * DAY_MS);
    const early = world.starts.length;
    await world.pass(2 * DAY_MS);

    expect([early, world.starts.length]).toEqual([0, 1]);
  });

  it('says that a window never opens', async () => {
    world.opensAt = async () => null;
    const connection = await dueConnection();

    await world.pass(DAY_MS);

    expect(await world.explain(connection)).toMatchObject({ state: 'never-open' });
    expect(world.starts).toEqual([]);
  });
});

describe('after a failure', () => {
  it('never tries a refused login again until somebody changed something', async () => {
    const connection = await dueConnection();
    world.course = () => failing('APPLIANCE_DENIED', 'inspect');
    await world.pass(60 * DAY_MS);
    const attempts = world.starts.length;

    await world.tell({ type: 'connection.changed', connectionId: connection.id });
    world.course = () => ({ outcome: 'verified' });
    await world.pass(HOUR_MS);

    expect(attempts).toBe(1);
    expect(world.starts).toHaveLength(2);
    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });

  it('holds all connections with the account whose login an appliance refused, until they are changed', async () => {
    const at = (host: string) => ({
      appliance: { plugin: 'vos', settings: { host, user: 'osadmin' }, credential: null },
    });
    const slots = [
      await world.add(at('CUCM.example.com'), { left: 9 }),
      await world.add(at('cucm.example.com'), { left: 10 }),
    ];
    const other = await world.add(at('imp.example.com'), { left: 10 });
    world.course = ({ connectionId }) =>
      connectionId === other.id ? { outcome: 'verified' } : failing('APPLIANCE_DENIED', 'inspect');

    await world.pass(DAY_MS);
    const tried = world.starts.map(({ connectionId }) => connectionId).sort();
    const held = await world.explain(slots[1] as Connection);
    world.course = () => ({ outcome: 'verified' });
    await world.tell({ type: 'connection.changed', connectionId: slots[1]?.id ?? 0 });
    await world.pass(HOUR_MS);

    expect(tried).toEqual([slots[0]?.id, other.id]);
    expect(held).toMatchObject({ state: 'login-refused' });
    expect(await world.explain(slots[1] as Connection)).toMatchObject({ state: 'fresh' });
  });

  it('forgets what a clock that was ahead made it remember, and looks again', async () => {
    const connection = await dueConnection();
    const ahead = new Date(world.clock.now().getTime() + 300 * DAY_MS).toISOString();
    world.course = () => failing('DNS_DENIED', 'publish');
    await world.pass(HOUR_MS);
    const memory = await world.memory(connection.id);
    const { issue } = memory.setbacks;
    const wrong = {
      ...memory,
      lookedAt: ahead,
      setbacks: { ...memory.setbacks, issue: issue && { ...issue, notBefore: ahead } },
    };
    await world.store.watches.put({ connectionId: connection.id, nextAt: ahead, endsAt: null, memory: wrong as never });
    world.course = () => ({ outcome: 'verified' });

    await world.pass(HOUR_MS);

    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
    expect(world.log.join()).toContain('came from the future');
  });

  it('looks at once when openings have changed', async () => {
    let opens: Date | null = new Date(world.clock.now().getTime() + 30 * DAY_MS);
    world.opensAt = async (_connection, from) => (opens === null ? from : opens);
    const connection = await dueConnection();
    await world.pass(HOUR_MS);
    const shut = await world.explain(connection);
    opens = null;

    await world.reconciler.reconsider();
    await world.pass(60_000);

    expect(shut.state).toBe('window-shut');
    expect(world.starts).toHaveLength(1);
  });

  it('still looks at what is served while a renewal waits for its window, and tells when that ends', async () => {
    const connection = await world.add({}, { left: 8 });
    world.course = () => ({ outcome: 'running' });
    await world.pass(HOUR_MS);
    const [row] = await world.store.renewals.unfinished();
    const waiting = {
      at: 'activate.waiting',
      context: { ...initialState().context, resumeAt: '2027-01-10T00:00:00.000Z', planned: true },
    };
    await world.store.renewals.save(row?.id ?? '', { state: waiting as never });

    await world.pass(9 * DAY_MS);

    const told = (await world.news()).flatMap((event) => (event.type === 'watch.expiring' ? [event.threshold] : []));
    expect(told).toEqual([14, 7, 3, 1, 0]);
    expect(world.starts).toHaveLength(1);
    expect(await world.memory(connection.id)).toMatchObject({ decision: { state: 'renewing' }, deviates: false });
  });

  it('climbs a ladder that outlives the daemon', async () => {
    await dueConnection(60 - 35);
    world.course = () => failing('DNS_DENIED', 'publish');

    await world.pass(2 * HOUR_MS);
    world.restart();
    await world.pass(3 * DAY_MS);

    expect(startHours().slice(0, 6)).toEqual([0, 1, 3, 9, 21, 45]);
  });

  it('does not go over the end of a certificate by waiting', async () => {
    await dueConnection(3);
    world.course = () => failing('APPLIANCE_REFUSED', 'request');

    await world.pass(3 * DAY_MS);

    expect(world.starts.length).toBeGreaterThanOrEqual(5);
  });

  it('keeps to what a CA says that limits its rate, and recovers', async () => {
    const connection = await dueConnection();
    world.course = () => failing('ISSUER_RATE_LIMITED', 'order', 34 * HOUR_MS);
    await world.pass(HOUR_MS);
    const limited = await world.explain(connection);
    world.course = () => ({ outcome: 'verified' });
    await world.pass(3 * DAY_MS);

    expect(limited).toMatchObject({ state: 'backing-off', facts: { setbacks: { issue: { class: 'rate-limit' } } } });
    expect(startHours()).toEqual([0, 34]);
    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });

  it("proves itself at the CA's test directory before it asks the CA again, and burns no failure there", async () => {
    await dueConnection();
    let fixed = false;
    world.course = ({ goal }) => {
      if (!fixed) return failing('CHALLENGE_FAILED', 'issue');
      return goal === 'validate' ? { outcome: 'validated' } : { outcome: 'verified' };
    };
    await world.pass(10 * HOUR_MS);
    fixed = true;
    await world.pass(3 * DAY_MS);

    expect(world.starts.map(({ goal }) => goal)).toEqual(['serve', 'validate', 'validate', 'validate', 'serve']);
    const [, , , proved, real] = world.starts;
    expect((real?.at.getTime() ?? 0) - (proved?.at.getTime() ?? 0)).toBeLessThanOrEqual(2 * 60_000);
  });

  it.each<ErrorCode>(['ISSUER_UNREACHABLE', 'ISSUER_NOT_TRUSTED', 'ISSUER_ACCOUNT'])(
    'asks the CA itself when its test directory fails with %s',
    async (code) => {
      await dueConnection();
      let refused = false;
      world.course = ({ goal }) => {
        if (goal === 'validate') return failing(code, 'order');
        if (refused) return { outcome: 'verified' };
        refused = true;
        return failing('CHALLENGE_FAILED', 'issue');
      };

      await world.pass(DAY_MS);

      expect(world.starts.map(({ goal }) => goal)).toEqual(['serve', 'validate', 'serve']);
    },
  );

  it('asks a CA without test directory at most once a day in the end', async () => {
    world.hasTestDirectory = false;
    await dueConnection(29);
    world.course = () => failing('ISSUER_REFUSED', 'order');

    await world.pass(20 * DAY_MS);

    expect(world.starts.length).toBeLessThan(25);
    expect(new Set(world.starts.map(({ goal }) => goal))).toEqual(new Set(['serve']));
  });

  it('begins again at the bottom of the ladder after a change, and after a success', async () => {
    const connection = await dueConnection();
    world.course = () => failing('DNS_UNREACHABLE', 'publish');
    await world.pass(2 * DAY_MS);

    await world.tell({ type: 'connection.changed', connectionId: connection.id });
    await world.pass(20 * 60_000);

    expect(await world.memory(connection.id)).toMatchObject({ setbacks: { issue: { count: 1 } } });
  });

  it('counts an event once, also when the daemon died before it stored how far it had read', async () => {
    const connection = await dueConnection();
    world.course = () => failing('DNS_DENIED', 'publish');
    await world.pass(HOUR_MS);
    const before = await world.memory(connection.id);
    await world.store.settings.put('reconciler.cursor', 0);
    world.restart();

    await world.pass(1000);

    expect((await world.memory(connection.id)).setbacks).toEqual(before.setbacks);
  });

  it('leaves a renewal that a person cancelled alone for a day', async () => {
    await dueConnection();
    world.course = () => ({ outcome: 'cancelled' });

    await world.pass(2 * DAY_MS);

    expect(startHours()).toEqual([0, 24]);
  });

  it('never stands in the way of a person', async () => {
    const connection = await dueConnection();
    world.course = () => failing('APPLIANCE_DENIED', 'inspect');
    await world.pass(HOUR_MS);

    await world.renew(connection.id, { outcome: 'verified' });
    await world.pass(HOUR_MS);

    expect(await world.explain(connection)).toMatchObject({ state: 'fresh', facts: { setbacks: { issue: null } } });
  });
});

describe('what was issued', () => {
  it('is deployed again after a deployment that failed, without another certificate', async () => {
    const connection = await dueConnection();
    let broken = true;
    world.course = ({ deploys }) => {
      if (broken) return { ...failing('APPLIANCE_UNREACHABLE', 'install'), issues: deploys === null };
      return { outcome: 'verified' };
    };
    await world.pass(5 * HOUR_MS);
    broken = false;
    await world.pass(DAY_MS);

    expect(world.starts.map(({ deploys }) => deploys !== null)).toEqual([
      false,
      ...world.starts.slice(1).map(() => true),
    ]);
    expect(world.starts.length).toBeGreaterThan(3);
    expect(await world.certificates(connection.id)).toBe(1);
    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });

  it.each(['installed-not-served', 'rolled-back'] as const)(
    'is tried at most three times after %s, days apart, and then left to a person',
    async (outcome) => {
      const connection = await dueConnection();
      world.course = ({ deploys }) => ({
        ...failing('SERVED_CERTIFICATE_DIFFERS', 'verify'),
        outcome,
        issues: deploys === null,
      });

      await world.pass(15 * DAY_MS);

      expect(startHours()).toEqual([0, 24, 72]);
      expect(await world.certificates(connection.id)).toBe(1);
      expect(await world.explain(connection)).toMatchObject({ state: 'given-up' });
    },
  );

  it('stays where it is when a person wanted it only issued, until what is served becomes due', async () => {
    const connection = await world.add({}, { left: 60 });
    await world.pass(HOUR_MS);
    await world.renew(connection.id, { outcome: 'issued' }, 'issue');

    await world.pass(20 * DAY_MS);
    const shelved = await world.explain(connection);
    const early = world.starts.length;
    await world.pass(12 * DAY_MS);

    expect([shelved.state, early]).toEqual(['shelved', 0]);
    expect(world.starts.map(({ deploys }) => deploys !== null)).toEqual([true]);
    expect(await world.certificates(connection.id)).toBe(1);
  });

  it('is not installed over a later one that somebody else put there', async () => {
    const connection = await dueConnection();
    await world.pass(DAY_MS);
    world.serve(connection, { left: 90 });

    await world.pass(10 * DAY_MS);

    expect(world.starts).toHaveLength(1);
  });

  it('is issued once more when it cannot be put to use any more', async () => {
    const connection = await dueConnection();
    world.course = () => ({ ...failing('APPLIANCE_CSR_REPLACED', 'install'), issues: true });
    await world.pass(10 * 60_000 + HOUR_MS / 2);
    world.course = ({ deploys }) => (deploys === null ? { outcome: 'verified' } : { outcome: 'not-due' });

    await world.pass(4 * DAY_MS);

    expect(await world.certificates(connection.id)).toBe(2);
    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });

  it('is not issued again because somebody edited the connection', async () => {
    const connection = await dueConnection();
    await world.pass(DAY_MS);

    for (const slot of ['tomcat', 'ipsec', 'tomcat']) {
      await world.store.connections.update({ ...connection, slot, name: `Now ${slot}` });
      await world.tell({ type: 'connection.changed', connectionId: connection.id });
      await world.pass(2 * DAY_MS);
    }

    expect(await world.certificates(connection.id)).toBe(1);
  });

  it('goes on when a renewal ended without anybody telling', async () => {
    const connection = await dueConnection();
    world.course = () => ({ outcome: 'running' });
    await world.pass(20 * 60_000);
    const { running } = await world.memory(connection.id);
    world.course = () => ({ outcome: 'verified' });

    const finishedAt = world.clock.now().toISOString();
    await world.store.renewals.save(running?.renewalId ?? '', { finishedAt, outcome: 'failed' });
    await world.pass(DAY_MS);

    expect(world.starts).toHaveLength(2);
    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });

  it('is not issued again because nobody answers any more since it was verified', async () => {
    const connection = await dueConnection();
    world.course = () => ({ outcome: 'running' });
    await world.pass(20 * 60_000);
    const { running } = await world.memory(connection.id);

    // Verified, and cut off before the schedule looked for itself.
    await world.go(connection.id, running?.renewalId ?? '', { goal: 'serve', deploys: null }, { outcome: 'verified' });
    world.served.set(connection.id, 'no route to host');
    world.course = () => ({ outcome: 'verified' });
    await world.pass(10 * DAY_MS);

    expect(await world.certificates(connection.id)).toBe(1);
    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });

  it('is installed, and not issued again, when the appliance fell silent while it was installed', async () => {
    const connection = await dueConnection();
    world.course = ({ deploys }) => {
      world.served.set(connection.id, 'no route to host');
      return { ...failing('APPLIANCE_UNREACHABLE', 'install'), issues: deploys === null };
    };

    await world.pass(15 * DAY_MS);

    expect(await world.certificates(connection.id)).toBe(1);
    expect(world.starts.slice(1).every(({ deploys }) => deploys !== null)).toBe(true);
    expect(world.starts.length).toBeGreaterThan(5);
  });

  it('is not forgotten with the history of renewals', async () => {
    const connection = await dueConnection();
    await world.pass(HOUR_MS);
    const events = world.store.log.length;
    await world.store.settings.put('reconciler.cursor', events);
    await world.store.watches.remove(connection.id);
    world.restart();

    await world.pass(3 * DAY_MS);

    expect(world.starts).toHaveLength(1);
  });
});

describe('a fleet', () => {
  it('is caught up with after forty days of downtime: expired first, then what ends first, and spread', async () => {
    const lefts = [25, -5, 38, 3, 60, -20, 12, 41, 1, 36, -1, 80];
    for (const [index, left] of lefts.entries()) {
      await world.add({ dnsNames: [`host${index}.example${index}.com`] }, { left: left + 40 });
    }
    world.restart({ start: async () => Promise.reject(new Error('not yet')) });
    await world.pass(1000);
    await world.clock.advance(40 * DAY_MS);
    world.restart();

    await world.pass(DAY_MS);

    const order = world.starts.map(({ connectionId }) => lefts[connectionId - 1] ?? 0);
    expect(order.slice(0, 5)).toEqual([-20, -5, -1, 1, 3]);
    expect(order.slice(5).sort((a, b) => a - b)).toEqual(
      lefts.filter((left) => left > 3 && left < 30).sort((a, b) => a - b),
    );
    for (const { at } of world.starts) {
      const together = world.starts.filter((other) => Math.abs(other.at.getTime() - at.getTime()) < 5 * 60_000);
      expect(together.length).toBeLessThanOrEqual(5);
    }
  });

  it('does not use up what its CA allows for a registered domain', async () => {
    world.restart({ lookEveryMs: 6 * HOUR_MS });
    for (let host = 0; host < 60; host++) await world.add({ dnsNames: [`h${host}.example.com`] }, { left: 10 });

    await world.pass(3 * DAY_MS);
    const early = world.starts.length;
    const states = await Promise.all((await world.store.connections.all()).map((one) => world.explain(one)));
    await world.pass(6 * DAY_MS);

    expect(early).toBe(45);
    expect(states.filter(({ state }) => state === 'over-budget')).toHaveLength(15);
    expect(world.starts).toHaveLength(60);
  });

  it('is not restarted on one day for having been set up on one day', async () => {
    world.restart({ lookEveryMs: 12 * HOUR_MS });
    for (let host = 0; host < 40; host++) await world.add({ dnsNames: [`h${host}.example${host}.com`] }, { left: 80 });

    await world.pass(60 * DAY_MS);

    const days = new Set(world.starts.map(({ at }) => at.toISOString().slice(0, 10)));
    expect(world.starts).toHaveLength(40);
    expect(days.size).toBeGreaterThanOrEqual(3);
  });

  it('has one renewal for each connection, whoever begins it', async () => {
    const connection = await dueConnection();
    await world.begin(connection.id, 'serve', 'operator');

    await world.pass(DAY_MS);

    expect(world.starts).toEqual([]);
    expect(await world.memory(connection.id)).toMatchObject({
      running: { deploys: null },
      decision: { state: 'renewing' },
    });
  });
});

/** Days after the beginning of a certificate's life. */
function windowAt(from: number, to: number) {
  return ({ notBefore }: { readonly notBefore: string }) => ({
    start: new Date(Date.parse(notBefore) + from * DAY_MS).toISOString(),
    end: new Date(Date.parse(notBefore) + to * DAY_MS).toISOString(),
    explanationUrl: null,
    retryAfterMs: 6 * HOUR_MS,
  });
}
