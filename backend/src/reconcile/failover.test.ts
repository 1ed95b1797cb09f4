import { beforeEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../domain/errors.ts';
import type { StepName } from '../renewal/step-names.ts';
import { type Course, DAY_MS, HOUR_MS, World } from './testing/world.ts';

const SECOND = 'acme:acme.zerossl.com:87654321';

let world: World;

beforeEach(() => {
  world = new World();
  world.secondKey = SECOND;
});

function failing(code: ErrorCode, step: StepName = 'order', retryAfterMs?: number): Course {
  const failure = { code, message: `It failed with ${code}.`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { outcome: 'failed', failure, step };
}

/** The first CA fails in this way, and the second issues. */
function firstFails(course: Course): void {
  world.course = ({ issuer }) => (issuer === 'first' ? course : { outcome: 'verified' });
}

const asked = () => world.starts.map(({ issuer }) => issuer);

describe('the second CA', () => {
  it.each<ErrorCode>(['ISSUER_UNREACHABLE', 'ISSUER_FAILED'])(
    'is asked at the next attempt after %s of the first',
    async (code) => {
      const connection = await world.add({}, { left: 20 });
      firstFails(failing(code));

      await world.pass(HOUR_MS);

      expect(asked()).toEqual(['first', 'second']);
      expect((await world.store.issuances.last(connection.id))?.issuerKey).toBe(SECOND);
    },
  );

  it('issues what counts as wanted, and the next regular renewal asks the first one again', async () => {
    const connection = await world.add({}, { left: 20 });
    firstFails(failing('ISSUER_UNREACHABLE'));
    await world.pass(HOUR_MS);
    world.course = () => ({ outcome: 'verified' });

    await world.pass(50 * DAY_MS);
    const { state, sentence } = await world.explain(connection);
    await world.pass(20 * DAY_MS);

    expect(state).toBe('fresh');
    expect(sentence).toContain('issued by the second CA; the next regular renewal asks the first one again');
    expect(asked()).toEqual(['first', 'second', 'first']);
    expect(await world.certificates(connection.id)).toBe(2);
  });

  it.each<[ErrorCode, StepName]>([
    ['ISSUER_REFUSED', 'order'],
    ['ISSUER_ACCOUNT', 'order'],
    ['ISSUER_NOT_TRUSTED', 'order'],
    ['CHALLENGE_FAILED', 'issue'],
    ['DNS_DENIED', 'publish'],
    ['APPLIANCE_UNREACHABLE', 'request'],
  ])('is not asked after %s', async (code, step) => {
    await world.add({}, { left: 20 });
    firstFails(failing(code, step));

    await world.pass(5 * DAY_MS);

    expect(new Set(asked())).toEqual(new Set(['first']));
  });

  it('is not asked because of a rate limit that ends in time', async () => {
    await world.add({}, { left: 29 });
    firstFails(failing('ISSUER_RATE_LIMITED', 'order', 2 * DAY_MS));

    await world.pass(3 * DAY_MS);

    expect(asked()).toEqual(['first', 'first']);
  });

  it('is asked when a rate limit would let the certificate get too old', async () => {
    await world.add({}, { left: 20 });
    firstFails(failing('ISSUER_RATE_LIMITED', 'order', 10 * DAY_MS));

    await world.pass(6 * DAY_MS);

    expect(asked()).toEqual(['first', 'second']);
    const [first, second] = world.starts;
    expect(((second?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0)) / DAY_MS).toBeLessThan(5.1);
  });

  it('takes turns with the first while both are down, each with a ladder of its own', async () => {
    await world.add({}, { left: 20 });
    world.course = () => failing('ISSUER_UNREACHABLE');

    await world.pass(3 * HOUR_MS);

    expect(asked().slice(0, 5)).toEqual(['first', 'second', 'first', 'second', 'first']);
    expect(world.starts.length).toBeLessThan(9);
  });

  it('says in the explanation why it will be asked', async () => {
    const connection = await world.add({}, { left: 20 });
    world.course = () => failing('ISSUER_UNREACHABLE');
    await world.pass(20 * 60_000);

    const { state, sentence, facts } = await world.explain(connection);

    expect(state).toBe('backing-off');
    expect(sentence).toContain('the second CA is asked then, because the first one failed (The CA does not answer)');
    expect(facts.setbacks.issue?.code).toBe('ISSUER_UNREACHABLE');
  });

  it('is left out of it when there is none', async () => {
    world.secondKey = null;
    await world.add({}, { left: 20 });
    firstFails(failing('ISSUER_UNREACHABLE'));

    await world.pass(5 * HOUR_MS);

    expect(new Set(asked())).toEqual(new Set(['first']));
  });
});
