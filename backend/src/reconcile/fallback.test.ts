import { beforeEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../domain/errors.ts';
import type { Connection, RenewalPolicy } from '../store/store.ts';
import { type Course, DAY_MS, HOUR_MS, World } from './testing/world.ts';

const SECOND = 'acme:acme.zerossl.com:87654321';

let world: World;

beforeEach(() => {
  world = new World();
  world.secondKey = SECOND;
});

/** A connection that wants a fallback, and was issued its certificate just now. */
async function renewed(policy: Partial<RenewalPolicy> = {}): Promise<Connection> {
  const connection = await world.add({ policy: { fallback: true, ...policy } as RenewalPolicy }, { left: 20 });
  await world.pass(HOUR_MS);
  return connection;
}

function failing(code: ErrorCode): Course {
  return { outcome: 'failed', failure: { code, message: `It failed with ${code}.` }, step: 'order' };
}

const begun = () => world.starts.map(({ goal, issuer, useFallback }) => `${useFallback ? 'use' : goal} ${issuer}`);
const ready = async ({ id }: Connection) => (await world.store.fallbacks.ready(id))?.certificate.sha256 ?? null;
const inUse = async ({ id }: Connection) => (await world.store.issuances.last(id))?.certificate.sha256 ?? null;

describe('a fallback certificate', () => {
  it('is got from the second CA after a renewal, and leaves what is in use alone', async () => {
    world.course = ({ goal }) => ({ outcome: goal === 'fallback' ? 'issued' : 'verified' });
    const connection = await renewed();
    const served = await inUse(connection);

    await world.pass(2 * DAY_MS);
    const { state, sentence } = await world.explain(connection);

    expect(begun()).toEqual(['serve first', 'fallback second']);
    expect(await inUse(connection)).toBe(served);
    expect(await ready(connection)).not.toBeNull();
    expect(state).toBe('fresh');
    expect(sentence).toContain('a fallback certificate of the second CA is ready, valid until ');
  });

  it('is not got where the policy does not ask for one, or the schedule may not renew', async () => {
    world.course = () => ({ outcome: 'verified' });
    await renewed({ fallback: false });
    const manual = await world.add({ policy: { fallback: true, automatic: false } as RenewalPolicy }, { left: 80 });

    await world.pass(2 * DAY_MS);

    expect(begun()).toEqual(['serve first']);
    expect((await world.explain(manual)).sentence).toContain(
      'a fallback certificate is not ready yet (the schedule may not',
    );
  });

  it('is made anew when half of its life is over, so that it outlives what is in use', async () => {
    world.course = ({ goal }) => ({ outcome: goal === 'fallback' ? 'issued' : 'verified' });
    const connection = await renewed();
    await world.pass(2 * DAY_MS);
    const first = await ready(connection);

    await world.pass(45 * DAY_MS);

    expect(begun()).toEqual(['serve first', 'fallback second', 'fallback second']);
    expect(await ready(connection)).not.toBe(first);
  });

  it('is tried again on the ladder of the second CA when that fails, which changes nothing else', async () => {
    world.course = ({ goal }) => (goal === 'fallback' ? failing('ISSUER_UNREACHABLE') : { outcome: 'verified' });
    const connection = await renewed();

    await world.pass(3 * DAY_MS);
    const { state, sentence } = await world.explain(connection);

    const tries = begun().filter((one) => one === 'fallback second').length;
    expect(tries).toBeGreaterThan(2);
    expect(tries).toBeLessThan(15);
    expect(state).toBe('fresh');
    expect(sentence).toContain('a fallback certificate is not ready yet (It failed with ISSUER_UNREACHABLE.)');
  });

  it('is put to use when the first CA is down, without asking the second', async () => {
    world.course = ({ goal }) => ({ outcome: goal === 'fallback' ? 'issued' : 'verified' });
    const connection = await renewed();
    await world.pass(50 * DAY_MS);
    const kept = await ready(connection);
    world.course = ({ goal, useFallback }) =>
      useFallback || goal === 'fallback'
        ? { outcome: useFallback ? 'verified' : 'issued' }
        : failing('ISSUER_UNREACHABLE');

    await world.pass(20 * DAY_MS);

    expect(begun().slice(3)).toEqual(['serve first', 'use second', 'fallback second']);
    expect(await inUse(connection)).toBe(kept);
    expect(world.served.get(connection.id)).toMatchObject({ sha256: kept });
    expect(world.decided).toContain('falling-back');
  });

  it('is put to use at once when the certificate in use was revoked', async () => {
    world.course = ({ goal }) => ({ outcome: goal === 'fallback' ? 'issued' : 'verified' });
    const connection = await renewed();
    await world.pass(10 * DAY_MS);
    const kept = await ready(connection);
    world.store.issuances.revoke(connection.id);
    await world.tell({
      type: 'certificate.revoked',
      connectionId: connection.id,
      sha256: '',
      reason: 'superseded',
      actor: 'anna',
    } as never);

    await world.pass(HOUR_MS);

    expect(begun().slice(2)).toEqual(['use first', 'fallback second']);
    expect(await inUse(connection)).toBe(kept);
  });

  it('is not put to use after a revocation when it has the same key', async () => {
    world.course = ({ goal }) => ({ outcome: goal === 'fallback' ? 'issued' : 'verified' });
    const connection = await renewed({ reuseKey: true });
    await world.pass(10 * DAY_MS);
    world.store.issuances.revoke(connection.id);
    await world.tell({
      type: 'certificate.revoked',
      connectionId: connection.id,
      sha256: '',
      reason: 'keyCompromise',
      actor: 'anna',
    } as never);

    await world.pass(HOUR_MS);

    expect(begun().at(-1)).toBe('serve first');
  });

  it('is tried when the appliance refused twice what the first CA issued', async () => {
    world.course = ({ goal }) => ({ outcome: goal === 'fallback' ? 'issued' : 'verified' });
    const connection = await renewed();
    await world.pass(50 * DAY_MS);
    const kept = await ready(connection);
    const failure = { code: 'APPLIANCE_REJECTED_CERTIFICATE', message: 'Not this one.' } as const;
    world.course = ({ goal, useFallback, deploys }) => {
      if (useFallback || goal === 'fallback') return { outcome: useFallback ? 'verified' : 'issued' };
      return { outcome: 'failed', failure, step: 'install', issues: deploys === null };
    };

    await world.pass(20 * DAY_MS);

    expect(begun().slice(3, 6)).toEqual(['serve first', 'serve first', 'use first']);
    expect(await inUse(connection)).toBe(kept);
  });

  it('is left alone while the first CA issues', async () => {
    world.course = ({ goal }) => ({ outcome: goal === 'fallback' ? 'issued' : 'verified' });
    const connection = await renewed();

    await world.pass(65 * DAY_MS);

    expect(begun()).not.toContain('use second');
    expect((await world.store.issuances.last(connection.id))?.issuerKey).toBe(world.issuerKey);
  });
});
