import { beforeEach, describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../domain/errors.ts';
import { effectOf, initialState, nextState } from '../renewal/machine.ts';
import type { StepName } from '../renewal/step-names.ts';
import type { Connection } from '../store/store.ts';
import { deviationWords } from './observe.ts';
import { DAY_MS, HOUR_MS, World } from './testing/world.ts';

/**
 * Each test bears the name of what it prevents: something that users of other tools complained of. Those that need more than the
 * schedule stand elsewhere; test/complaints.test.ts lists all of them.
 */

let world: World;

beforeEach(() => {
  world = new World();
});

function failing(code: ErrorCode, step: StepName, retryAfterMs?: number) {
  const failure = { code, message: `It failed with ${code}.`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { outcome: 'failed', failure, step } as const;
}

async function due(left = 20): Promise<Connection> {
  const connection = await world.add({}, { left });
  await world.pass(1000);
  return connection;
}

describe('no longer happens:', () => {
  it('every run deploys the same certificate again, and tells it again', async () => {
    await due();
    await world.pass(DAY_MS);
    const before = world.store.log.length;

    await world.pass(50 * DAY_MS);

    expect(world.starts).toHaveLength(1);
    expect(world.store.log.length).toBe(before);
  });

  it('certificates are ordered every day', async () => {
    const connection = await due();

    await world.pass(365 * DAY_MS);

    // Lives of 90 days, renewed at a third: six or seven a year.
    expect(await world.certificates(connection.id)).toBeLessThanOrEqual(7);
  });

  it('the expiry of the store is believed although something else is served', async () => {
    const connection = await due();
    await world.pass(DAY_MS);

    world.serve(connection, { left: 2 });
    await world.pass(DAY_MS);
    const memory = await world.memory(connection.id);

    expect(world.starts).toHaveLength(2);
    expect(world.starts[1]?.deploys).not.toBeNull();
    expect(await world.certificates(connection.id)).toBe(1);
    expect(deviationWords(memory)).toBeNull();
  });

  it('a new node is taken for deployed because the certificate is valid', async () => {
    const connection = await due();
    await world.pass(DAY_MS);

    world.join(connection, 'node2.example.com:8443');
    await world.pass(DAY_MS);

    expect(world.starts).toHaveLength(2);
    expect(world.starts[1]?.deploys).not.toBeNull();
    expect(await world.certificates(connection.id)).toBe(1);
  });

  it('a failure before the CA was asked waits as long as one that the CA counts', async () => {
    const tries = async (code: ErrorCode, step: StepName): Promise<number> => {
      world = new World();
      world.hasTestDirectory = false;
      await due();
      world.course = () => failing(code, step);
      await world.pass(DAY_MS);
      return world.starts.length;
    };

    const network = await tries('APPLIANCE_UNREACHABLE', 'request');
    const atCa = await tries('ISSUER_REFUSED', 'order');

    expect(atCa).toBeLessThanOrEqual(4);
    expect(network).toBeGreaterThan(atCa);
  });

  it('a blind repetition of orders runs into the limit of failed validations', async () => {
    world.hasTestDirectory = false;
    await due();
    world.course = () => failing('CHALLENGE_FAILED', 'issue');

    await world.pass(20 * DAY_MS);

    const refused = world.store.issuances.rows.filter(({ kind }) => kind === 'failed-validation');
    const worst = refused.map(({ at }) => {
      const from = Date.parse(at);
      return refused.filter((other) => Date.parse(other.at) >= from && Date.parse(other.at) < from + HOUR_MS).length;
    });
    expect(Math.max(...worst)).toBeLessThan(5);
  });

  it('Retry-After of the CA is text in a log', async () => {
    await due();
    world.course = () => failing('ISSUER_RATE_LIMITED', 'order', 50 * HOUR_MS);

    await world.pass(4 * DAY_MS);

    const [first, second] = world.starts;
    expect((second?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0)).toBeGreaterThanOrEqual(50 * HOUR_MS);
  });

  it('a failed renewal moves the next one by weeks, and the certificate expires', async () => {
    const connection = await due(20);
    let failures = 0;
    world.course = () => {
      failures += 1;
      return failures <= 3 ? failing('ISSUER_UNREACHABLE', 'order') : { outcome: 'verified' };
    };

    await world.pass(2 * DAY_MS);

    expect(await world.certificates(connection.id)).toBe(1);
    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });

  it('a certificate that was issued and not deployed is never tried again, and the appliance expires', async () => {
    const connection = await due(29);
    let broken = true;
    world.course = ({ deploys }) =>
      broken ? { ...failing('APPLIANCE_UNREACHABLE', 'install'), issues: deploys === null } : { outcome: 'verified' };

    await world.pass(20 * DAY_MS);
    const tried = world.starts.length;
    broken = false;
    await world.pass(2 * DAY_MS);

    expect(tried).toBeGreaterThan(15);
    expect(await world.certificates(connection.id)).toBe(1);
    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });

  it('one blip of the network ends a challenge for good', () => {
    const blips: readonly ErrorCode[] = ['ISSUER_UNREACHABLE', 'DNS_UNREACHABLE', 'APPLIANCE_UNREACHABLE'];
    const state = { ...initialState(), at: 'issue.running' };
    const failure = { code: 'ISSUER_UNREACHABLE', message: 'Connection reset.' } as const;

    const waiting = nextState(state, { type: 'FAIL', step: 'issue', failure, retryAt: '2026-11-22T12:00:02.000Z' });
    const again = waiting && nextState(waiting, { type: 'WAKE' });

    expect(blips.filter((code) => ERRORS[code].retry !== 'later')).toEqual([]);
    expect(waiting && effectOf(waiting)).toMatchObject({ kind: 'sleep', step: 'issue' });
    expect(again && effectOf(again)).toMatchObject({ kind: 'step', step: 'issue' });
  });

  it('a backoff makes "renew now" do nothing', async () => {
    const connection = await due();
    world.course = () => failing('ISSUER_REFUSED', 'order');
    await world.pass(HOUR_MS);
    const waiting = await world.explain(connection);

    await world.renew(connection.id, { outcome: 'verified' });
    await world.pass(HOUR_MS);

    expect(waiting.state).toBe('backing-off');
    expect(await world.certificates(connection.id)).toBe(1);
    expect(await world.explain(connection)).toMatchObject({ state: 'fresh' });
  });
});
